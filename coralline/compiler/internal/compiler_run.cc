#include "coralline/compiler/internal/compiler_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/base/subprocess.h"
#include "coralline/compiled/compiled_model.h"
#include "coralline/compiler/compiler_log.h"
#include "coralline/compiler/edgetpu_compiler.h"
#include "coralline/compiler/internal/scratch_folder.h"
#include "coralline/tflite/reader.h"

namespace coralline::internal {
namespace {

using std::chrono::nanoseconds;

// In the scratch folder; results are kept under no name.
constexpr const char* kInput = "segment.tflite";
constexpr const char* kOutput = "segment_edgetpu.tflite";

double Seconds(nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

// "; it printed: ..." with the last line that says something.
std::string Printed(std::string_view output) {
  constexpr std::string_view kBlanks = " \t\r\n";
  constexpr std::size_t kEnough = 200;
  const auto last = output.find_last_not_of(kBlanks);
  if (last == std::string_view::npos) return "; it printed nothing";
  output = output.substr(0, last + 1);
  const auto line_end = output.rfind('\n');
  if (line_end != std::string_view::npos) output.remove_prefix(line_end + 1);
  std::string line(output.substr(0, kEnough));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return fmt::format("; it printed: {}", line);
}

// `who` is the program, and the segment that it was given.
[[noreturn]] void Fail(ErrorKind kind, const std::string& who,
                       const std::string& how) {
  throw Error(kind, fmt::format("{} {}", who, how));
}

// Throws unless the program ended by itself, whatever its exit status.
void CheckEnding(const std::string& who, nanoseconds timeout,
                 const SubprocessResult& result) {
  switch (result.ending) {
    case Ending::kExited:
      return;
    case Ending::kSignalled:
      Fail(ErrorKind::kFailed, who,
           fmt::format("crashed ({}){}", sigdescr_np(result.status),
                       Printed(result.output)));
    case Ending::kTimedOut:
      Fail(ErrorKind::kFailed, who,
           fmt::format("did not end within {:g} s and was killed; allow more "
                       "with --timeout{}",
                       Seconds(timeout), Printed(result.output)));
    case Ending::kStopped:
      Fail(ErrorKind::kFailed, who, "was interrupted");
  }
}

// Throws where the program says that it made nothing.
void CheckStatus(const std::string& who, const SubprocessResult& result) {
  if (result.status == 0) return;
  const std::string reason = CompilerErrorText(result.output);
  // Then the fault is ours, not the segment's.
  constexpr std::string_view kOurFault = "command line flag";
  if (!reason.empty() && reason.find(kOurFault) == std::string::npos) {
    Fail(ErrorKind::kModel, who, "refuses it: " + reason);
  }
  Fail(ErrorKind::kFailed, who,
       fmt::format("failed with exit status {}{}", result.status,
                   Printed(result.output)));
}

// Options that older compilers do not know are left out.
std::vector<std::string> ArgumentsOf(const CompilerRun& run) {
  std::vector<std::string> arguments = {"-s", "-o", "."};
  constexpr int kFirstWithTimeout = 16;
  if (std::atoi(run.version.c_str()) >= kFirstWithTimeout) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(run.timeout);
    arguments.insert(arguments.end(), {"-t", std::to_string(seconds.count())});
  }
  if (run.min_runtime_version > 0) {
    arguments.insert(arguments.end(),
                     {"-m", std::to_string(run.min_runtime_version)});
  }
  arguments.push_back(kInput);
  return arguments;
}

// ": ADD (Operation version not supported), ...".
std::string ReasonsIn(const std::string& output) {
  const auto log = ParseCompilerLog(output);
  if (!log) return "";
  std::string reasons;
  for (const LoggedOperator& op : log->operators) {
    reasons += fmt::format("{}{} ({})", reasons.empty() ? ": " : ", ", op.name,
                           op.status);
  }
  return reasons;
}

// Compiled, or as it was where the compiler found nothing to do.
Model ReadResult(const std::string& who, const Model& segment,
                 const std::filesystem::path& file, const std::string& output) {
  if (!std::filesystem::exists(file)) {
    Fail(ErrorKind::kFailed, who,
         fmt::format("wrote no {}{}", kOutput, Printed(output)));
  }
  try {
    Model model = ParseTflite(ReadFile(file), segment.name + "_edgetpu",
                              Compiled::kAllow);
    if (IsCompiled(model.graph)) CheckCompiled(segment, model);
    return model;
  } catch (const Error& error) {
    Fail(ErrorKind::kFailed, who,
         fmt::format("wrote what is no compiled model of it: {}{}",
                     error.what(), Printed(output)));
  }
}

}  // namespace

std::string AskVersion(const CompilerRun& run) {
  constexpr nanoseconds kEnough = std::chrono::seconds(30);
  const nanoseconds timeout = std::min(run.timeout, kEnough);
  const std::string who = run.program.string() + " --version";
  const SubprocessResult result =
      RunSubprocess({.program = run.program,
                     .arguments = {"--version"},
                     .timeout = timeout,
                     .should_stop = run.should_stop});
  CheckEnding(who, timeout, result);
  std::string version = CompilerVersionIn(result.output);
  if (!version.empty()) return version;
  Fail(ErrorKind::kFailed, who,
       "does not tell an 'Edge TPU Compiler version'; is it the compiler?" +
           Printed(result.output));
}

CompilerResult RunCompiler(const CompilerRun& run, const Model& segment) {
  const ScratchFolder scratch;
  WriteFile(scratch.path() / kInput, segment.bytes.span());
  SubprocessResult result = RunSubprocess({.program = run.program,
                                           .arguments = ArgumentsOf(run),
                                           .folder = scratch.path(),
                                           .timeout = run.timeout,
                                           .should_stop = run.should_stop});
  const std::string who = segment.name + ": " + run.program.string();
  CheckEnding(who, run.timeout, result);
  CheckStatus(who, result);
  Model model =
      ReadResult(who, segment, scratch.path() / kOutput, result.output);
  if (!IsCompiled(model.graph)) {
    Fail(ErrorKind::kModel, who,
         "maps nothing to the Edge TPU" + ReasonsIn(result.output));
  }
  return {std::move(model), std::move(result.output)};
}

}  // namespace coralline::internal
