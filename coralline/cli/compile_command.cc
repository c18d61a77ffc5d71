#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "coralline/base/error.h"
#include "coralline/cli/command.h"
#include "coralline/cli/compilation.h"
#include "coralline/cli/compile_report.h"
#include "coralline/cli/compile_script.h"
#include "coralline/cli/compiled_files.h"
#include "coralline/cli/duration_option.h"
#include "coralline/cli/interrupt.h"

namespace coralline::cli {
namespace {

constexpr const char* kFooter =
    "Writes DIR/NAME_segment_I_of_N_edgetpu.tflite with its log; segments that "
    "a\nplan gives to the CPU are written as they are. All files appear, or "
    "none.\nResults are kept, and found by 'run'. Where edgetpu_compiler is "
    "not\ninstalled, the segments are written with a script that compiles them "
    "on\nanother machine; --from takes its results in.\n\n"
    "Examples:\n"
    "  coralline compile plan.json -o compiled\n"
    "  coralline compile model.tflite --stages 4 -o compiled\n"
    "  coralline compile plan.json --script -o elsewhere\n"
    "  coralline compile plan.json --from elsewhere -o compiled";

void Check(const CompileOptions& options) {
  if (options.folder.empty() && options.from.empty()) {
    throw Error(ErrorKind::kUsage,
                "where to? name a folder for the compiled files with -o");
  }
  if (options.folder.empty() && options.no_cache) {
    throw Error(ErrorKind::kUsage,
                "--from with --no-cache keeps nothing; name a folder with -o");
  }
}

int WriteScript(const Compilation& compilation, const CompileOptions& options) {
  const auto paths = WriteUncompiled(
      compilation, CompileScript(compilation, options), options.folder);
  fmt::print("{}", options.json ? UncompiledJson(compilation, paths)
                                : UncompiledText(compilation, paths));
  if (options.script) return 0;
  throw Error(
      ErrorKind::kDevice,
      fmt::format("no edgetpu_compiler in the PATH: nothing is compiled; run "
                  "{} on a machine that has it, or name it with --compiler",
                  paths.back().string()));
}

void TakeIn(Compilation& compilation, const CompileOptions& options,
            const EdgeTpuCompiler& compiler) {
  ReadCompiled(compilation, options.from);
  if (options.no_cache) return;
  for (const CompileStage& stage : compilation.stages) {
    if (stage.is_cpu) continue;
    compiler.Import(stage.model, stage.compiled->model,
                    stage.compiled->log_text);
  }
}

void Report(const Compilation& compilation, const CompileOptions& options) {
  std::vector<std::filesystem::path> paths;
  if (!options.folder.empty()) {
    paths = WriteCompiled(compilation, options.folder);
  }
  fmt::print("{}", options.json ? CompiledJson(compilation, paths)
                                : CompiledText(compilation, paths));
}

int Compile(const CompileOptions& options) {
  Interrupted();
  Check(options);
  Compilation compilation = ReadCompilation(options);
  const EdgeTpuCompiler compiler(CompilerOptionsOf(options));
  if (!options.from.empty()) {
    TakeIn(compilation, options, compiler);
    Report(compilation, options);
    return 0;
  }
  const bool can_compile = compiler.program() || !options.compiler.empty();
  if (options.script || (!can_compile && !AreKnown(compilation, compiler))) {
    return WriteScript(compilation, options);
  }
  try {
    CompileStages(compilation, compiler);
  } catch (const Error&) {
    if (Interrupted()) return kInterrupted;
    throw;
  }
  Report(compilation, options);
  return 0;
}

void AddCompilerOptions(CLI::App& app, CompileOptions& options) {
  auto* group = app.add_option_group("The compiler");
  group->add_option("--compiler", options.compiler,
                    "The program (edgetpu_compiler of the PATH)");
  AddDurationOption(
      *group, "--timeout", [&options](auto time) { options.timeout = time; },
      "For one segment, in seconds or with a unit (300 s)",
      std::chrono::seconds(1));
  group
      ->add_option("--jobs", options.jobs,
                   "Compilers at a time; as many as cores without it")
      ->check(CLI::Range(1, 1024));
  group
      ->add_option("--min-runtime-version", options.min_runtime_version,
                   "The oldest Edge TPU runtime that is to run the result")
      ->check(CLI::Range(1, 1000));
  auto* cache = group->add_option(
      "--compiled-cache", options.cache,
      "Folder of compiled segments (in the user's cache folder)");
  group
      ->add_flag("--no-cache", options.no_cache,
                 "Neither use nor keep what was compiled before")
      ->excludes(cache);
}

}  // namespace

Action ConfigureCompile(CLI::App& app) {
  const auto options = std::make_shared<CompileOptions>();
  app.add_option("PLAN_OR_MODEL", options->input,
                 "A plan file, or a quantized .tflite file")
      ->required();
  app.add_option("-o,--output", options->folder, "Folder for the files");
  app.add_option("--model", options->model,
                 "The .tflite file, where it is not the one that the plan "
                 "names");
  AddCutOptions(app, options->cuts);
  auto* script =
      app.add_flag("--script", options->script,
                   "Compile nothing; write a script that does it elsewhere");
  app.add_option("--from", options->from,
                 "Take in a folder where that script has run")
      ->excludes(script);
  AddCompilerOptions(app, *options);
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(kFooter);
  return [options] { return Compile(*options); };
}

}  // namespace coralline::cli
