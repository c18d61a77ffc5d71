#include "coralline/cli/compiled_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/tflite/reader.h"
#include "coralline/tflite/writer.h"

namespace coralline::cli {
namespace {

using Path = std::filesystem::path;
using Paths = std::vector<Path>;

std::span<const std::byte> BytesOf(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::string TextIn(const Path& path) {
  const SharedBytes bytes = ReadFile(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void MakeExecutable(const Path& path) {
  using std::filesystem::perms;
  std::error_code ignored;
  std::filesystem::permissions(
      path, perms::owner_exec | perms::group_exec | perms::others_exec,
      std::filesystem::perm_options::add, ignored);
}

// Throws where the folder has other segments than those that were compiled.
void CheckSource(const CompileStage& stage, const Path& folder) {
  const Path path = folder / (stage.model.name + ".tflite");
  if (!std::filesystem::exists(path)) return;
  // Whole models may have been compiled as their owners wrote them.
  const Model there = ReadTflite(path);
  const Model same = ExtractSegment(there, OpRange(0, there.graph.num_ops()));
  if (std::ranges::equal(same.bytes.span(), stage.model.bytes.span())) return;
  throw Error(ErrorKind::kModel,
              fmt::format("{}: not this model's segment, so that what was "
                          "compiled from it is not either; compile again",
                          path.string()));
}

CompiledSegment ReadStage(const CompileStage& stage, const Path& folder) {
  const Path path = folder / (stage.compiled_name() + ".tflite");
  if (!std::filesystem::exists(path)) {
    throw Error(ErrorKind::kModel,
                fmt::format("{}: not there; has compile.sh run in this folder, "
                            "for the same plan or cuts?",
                            path.string()));
  }
  CheckSource(stage, folder);
  CompiledSegment compiled{.model = ReadTflite(path, Compiled::kAllow),
                           .by = CompiledBy::kElsewhere};
  CheckCompiled(stage.model, compiled.model);
  const Path log = folder / (stage.compiled_name() + ".log");
  if (std::filesystem::exists(log)) {
    compiled.log_text = TextIn(log);
    compiled.log = ParseCompilerLog(compiled.log_text);
  }
  return compiled;
}

// Throws where this is the model that was cut.
Path UncompiledFile(const Compilation& compilation, const CompileStage& stage,
                    const Path& folder) {
  Path path = folder / (stage.model.name + ".tflite");
  std::error_code error;
  if (!std::filesystem::equivalent(path, compilation.model_file, error)) {
    return path;
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("-o {}: the model itself lies there as {}; name "
                          "another folder",
                          folder.string(), path.filename().string()));
}

}  // namespace

Paths WriteCompiled(const Compilation& compilation, const Path& folder) {
  FileTransaction files;
  Paths paths;
  for (const CompileStage& stage : compilation.stages) {
    if (!stage.compiled) {
      paths.push_back(UncompiledFile(compilation, stage, folder));
      files.Write(paths.back(), stage.model.bytes.span());
      continue;
    }
    const std::string name = stage.compiled_name();
    paths.push_back(folder / (name + ".tflite"));
    files.Write(paths.back(), stage.compiled->model.bytes.span());
    const std::string& log = stage.compiled->log_text;
    if (!log.empty()) files.Write(folder / (name + ".log"), BytesOf(log));
  }
  files.Commit();
  return paths;
}

Paths WriteUncompiled(const Compilation& compilation, const std::string& script,
                      const Path& folder) {
  FileTransaction files;
  Paths paths;
  for (const CompileStage& stage : compilation.stages) {
    paths.push_back(UncompiledFile(compilation, stage, folder));
    files.Write(paths.back(), stage.model.bytes.span());
  }
  paths.push_back(folder / "compile.sh");
  files.Write(paths.back(), BytesOf(script));
  files.Commit();
  MakeExecutable(paths.back());
  return paths;
}

void ReadCompiled(Compilation& compilation, const Path& folder) {
  for (CompileStage& stage : compilation.stages) {
    if (!stage.is_cpu) stage.compiled = ReadStage(stage, folder);
  }
}

}  // namespace coralline::cli
