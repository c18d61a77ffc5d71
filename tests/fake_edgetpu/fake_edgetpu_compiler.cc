// A program with the command line of Google's edgetpu_compiler. On request by
// $FAKE_EDGETPU_COMPILER it misbehaves (docs/edge-tpu-fake.md).

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/tflite/reader.h"
#include "tests/fake_edgetpu/compiler_text.h"
#include "tests/fake_edgetpu/fake_compiler.h"

namespace coralline::fake_edgetpu {
namespace {

struct Options {
  std::vector<std::filesystem::path> files;
  std::filesystem::path folder = ".";
  int min_runtime_version = 14;
  int timeout_seconds = 180;
  bool show_operations = false;
};

// "slow" of "slow:2.5".
struct Mode {
  std::string name;
  double seconds = 0;
};

Mode ReadMode() {
  const char* value = std::getenv("FAKE_EDGETPU_COMPILER");
  const std::string text = value ? value : "";
  const auto colon = text.find(':');
  if (colon == text.npos) return {.name = text};
  return {.name = text.substr(0, colon),
          .seconds = std::strtod(text.c_str() + colon + 1, nullptr)};
}

void Write(const std::filesystem::path& path, std::string_view text) {
  WriteFile(path, std::as_bytes(std::span(text.data(), text.size())));
}

std::filesystem::path OutputPath(const Options& options,
                                 const std::filesystem::path& file,
                                 const std::string& ending) {
  return options.folder / (file.stem().string() + "_edgetpu" + ending);
}

void CompileFile(const std::filesystem::path& file, const Options& options,
                 const Mode& mode) {
  const Model model = ReadTflite(file);
  const Compilation compilation = Compile(
      model, {.min_runtime_version =
                  mode.name == "newer" ? 99 : options.min_runtime_version,
              .is_truncated = mode.name == "truncated"});
  const auto output = OutputPath(options, file, ".tflite");
  const auto log = OutputPath(options, file, ".log");
  if (mode.name != "nothing") {
    WriteFile(output, compilation.model.bytes.span());
    Write(log, fmt::format("Edge TPU Compiler version {}\nInput: {}\n"
                           "Output: {}\n\n{}",
                           kCompilerVersion, file.string(), output.string(),
                           OperatorsText(model.graph, compilation)));
  }
  fmt::print(
      "{}",
      SummaryText({.input = file.string(),
                   .output = output.string(),
                   .log = log.string(),
                   .input_bytes = static_cast<std::int64_t>(model.bytes.size()),
                   .show_operations = options.show_operations},
                  model.graph, compilation));
}

int WriteGarbage(const Options& options) {
  constexpr std::string_view kNoise =
      "\x01\xff%s\x1b[31m\n\0 7 \x80 sizes: NaN";
  for (const auto& file : options.files) {
    Write(OutputPath(options, file, ".tflite"), kNoise);
    Write(OutputPath(options, file, ".log"), kNoise);
  }
  fmt::print("{}", kNoise);
  return 0;
}

int CompileFiles(const Options& options, const Mode& mode) {
  std::filesystem::path current;
  try {
    for (const auto& file : options.files) {
      current = file;
      CompileFile(file, options, mode);
    }
    return 0;
  } catch (const Error& error) {
    fmt::print("ERROR: {}\nInvalid model: {}\n", error.what(),
               current.string());
    return 1;
  }
}

int Run(const Options& options) {
  const Mode mode = ReadMode();
  if (mode.name == "garbage") return WriteGarbage(options);
  fmt::print("Edge TPU Compiler version {}\n", kCompilerVersion);
  fmt::print("Started a compilation timeout timer of {} seconds.\n\n",
             options.timeout_seconds);
  std::fflush(stdout);
  while (mode.name == "hang") pause();
  if (mode.name == "crash") std::abort();
  if (mode.name == "fail") {
    fmt::print("Internal compiler error. Aborting!\n");
    return 1;
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(mode.seconds));
  return CompileFiles(options, mode);
}

}  // namespace
}  // namespace coralline::fake_edgetpu

int main(int argc, char** argv) {
  using namespace coralline::fake_edgetpu;
  Options options;
  CLI::App app("A fake of Edge TPU Compiler, for tests");
  app.set_version_flag("-v,--version", fmt::format("Edge TPU Compiler version "
                                                   "{}",
                                                   kCompilerVersion));
  app.add_flag("-s,--show_operations", options.show_operations);
  app.add_option("-o,--out_dir", options.folder);
  app.add_option("-m,--min_runtime_version", options.min_runtime_version);
  app.add_option("-t,--timeout_sec", options.timeout_seconds);
  app.add_flag("-a,--enable_multiple_subgraphs");
  app.add_flag("-d,--search_delegate");
  app.add_option("models", options.files)->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  return Run(options);
}
