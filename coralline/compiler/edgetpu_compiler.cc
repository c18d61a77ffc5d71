#include "coralline/compiler/edgetpu_compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cstdlib>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/base/hash.h"
#include "coralline/base/subprocess.h"
#include "coralline/compiler/internal/compiled_cache.h"
#include "coralline/compiler/internal/compiler_run.h"
#include "coralline/tflite/reader.h"

namespace coralline {
namespace {

using internal::CompiledCache;
using internal::CompiledEntry;
using internal::CompilerRun;

constexpr const char* kElsewhere = "elsewhere";

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string ProgramName(const CompilerOptions& options) {
  if (!options.program.empty()) return options.program;
  const std::string variable = Variable("CORALLINE_EDGETPU_COMPILER");
  return variable.empty() ? "edgetpu_compiler" : variable;
}

// As part of a file name: the version is what a program says.
std::string Plain(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](unsigned char c) { return std::isalnum(c) == 0 && c != '.'; }, '_');
  return text.substr(0, 64);
}

// nullopt where an entry is damaged, or is of another segment.
std::optional<CompiledSegment> SegmentOf(const Model& segment,
                                         const CompiledEntry& entry) try {
  CompiledSegment compiled{
      .model =
          ParseTflite(entry.model, segment.name + "_edgetpu", Compiled::kAllow),
      .log = ParseCompilerLog(entry.log),
      .log_text = entry.log};
  CheckCompiled(segment, compiled.model);
  return compiled;
} catch (const Error&) {
  return std::nullopt;
}

// Does `work` of 0 .. count - 1, several at a time. The first error stops all,
// and is thrown once they have stopped.
void DoInThreads(std::size_t count, int num_threads,
                 const std::function<void(std::size_t)>& work,
                 std::atomic<bool>& has_failed) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr error;
  const auto work_on = [&] {
    for (std::size_t i = next++; i < count && !has_failed; i = next++) {
      try {
        work(i);
      } catch (...) {
        const std::scoped_lock lock(mutex);
        if (!error) error = std::current_exception();
        has_failed = true;
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < num_threads; ++i) threads.emplace_back(work_on);
  }
  if (error) std::rethrow_exception(error);
}

// What to compile: equal segments once.
struct Work {
  std::vector<const Model*> models;
  std::vector<std::size_t> of_segment;  // index into `models`
};

Work WorkOf(std::span<const Model> segments) {
  Work work;
  std::map<std::string, std::size_t> known;
  for (const Model& segment : segments) {
    const auto [place, is_new] =
        known.emplace(HashBytes(segment.bytes.span()), work.models.size());
    if (is_new) work.models.push_back(&segment);
    work.of_segment.push_back(place->second);
  }
  return work;
}

}  // namespace

struct EdgeTpuCompiler::State {
  CompilerOptions options;
  std::string name;
  std::optional<std::filesystem::path> program;
  std::optional<CompiledCache> cache;
  std::mutex mutex;
  std::string version;  // empty until it is asked for

  CompilerRun Run(std::function<bool()> should_stop) const {
    return {.program = program.value(),
            .min_runtime_version = options.min_runtime_version,
            .timeout = options.timeout,
            .should_stop = std::move(should_stop)};
  }

  const std::string& Version() {
    const std::scoped_lock lock(mutex);
    if (version.empty()) {
      version = internal::AskVersion(Run(options.should_stop));
    }
    return version;
  }

  // Under which its results are kept.
  std::string Maker() {
    const int oldest = options.min_runtime_version;
    return Plain(Version()) + (oldest > 0 ? fmt::format("-m{}", oldest) : "");
  }

  std::optional<CompiledSegment> Find(const Model& segment) {
    if (!cache) return std::nullopt;
    const std::string hash = HashBytes(segment.bytes.span());
    const auto take = [&](const auto& entry, CompiledBy by) {
      auto found =
          entry ? SegmentOf(segment, *entry) : std::optional<CompiledSegment>();
      if (found) found->by = by;
      return found;
    };
    auto found = take(cache->Find(hash, kElsewhere), CompiledBy::kElsewhere);
    if (found) return found;
    return take(program ? cache->Find(hash, Maker()) : cache->FindAny(hash),
                CompiledBy::kBefore);
  }

  CompiledSegment Get(const Model& segment,
                      const std::function<bool()>& should_stop) {
    if (auto found = Find(segment)) return std::move(*found);
    CheckProgram(segment);
    CompilerRun run = Run(should_stop);
    run.version = Version();
    auto result = internal::RunCompiler(run, segment);
    if (cache) {
      cache->Store(HashBytes(segment.bytes.span()), Maker(),
                   {result.model.bytes, result.output});
    }
    auto log = ParseCompilerLog(result.output);
    return {.model = std::move(result.model),
            .log = std::move(log),
            .log_text = std::move(result.output)};
  }

  void CheckProgram(const Model& segment) const {
    if (program) return;
    throw Error(
        ErrorKind::kDevice,
        fmt::format("{}: not compiled, and there is no program '{}'; name it "
                    "with --compiler, or compile on another machine (x86-64 "
                    "Linux) with the script of 'coralline compile --script'",
                    segment.name, name));
  }
};

EdgeTpuCompiler::EdgeTpuCompiler(CompilerOptions options)
    : state_(std::make_unique<State>()) {
  state_->name = ProgramName(options);
  state_->program = FindProgram(state_->name);
  if (!options.cache.empty()) state_->cache.emplace(options.cache);
  state_->options = std::move(options);
}

EdgeTpuCompiler::~EdgeTpuCompiler() = default;

std::optional<std::filesystem::path> EdgeTpuCompiler::program() const {
  return state_->program;
}

std::string EdgeTpuCompiler::version() const {
  if (!state_->program) return "compiled elsewhere";
  const int oldest = state_->options.min_runtime_version;
  return fmt::format("edgetpu_compiler {}{}", state_->Version(),
                     oldest > 0 ? fmt::format(" -m {}", oldest) : "");
}

bool EdgeTpuCompiler::CanCompile(const Model& segment) const {
  return program() || Find(segment);
}

Model EdgeTpuCompiler::Compile(const Model& segment) const {
  return state_->Get(segment, state_->options.should_stop).model;
}

std::optional<CompiledSegment> EdgeTpuCompiler::Find(
    const Model& segment) const {
  return state_->Find(segment);
}

std::vector<CompiledSegment> EdgeTpuCompiler::CompileAll(
    std::span<const Model> segments,
    const std::function<void(int done)>& on_done) const {
  const Work work = WorkOf(segments);
  const std::size_t count = work.models.size();
  std::vector<CompiledSegment> made(count);
  std::atomic<bool> has_failed{false};
  const auto should_stop = [&] {
    const auto& asked = state_->options.should_stop;
    return has_failed.load() || (asked && asked());
  };
  std::mutex mutex;
  std::ptrdiff_t done = 0;
  const auto compile = [&](std::size_t i) {
    made[i] = state_->Get(*work.models[i], should_stop);
    const std::scoped_lock lock(mutex);
    done += std::count(work.of_segment.begin(), work.of_segment.end(), i);
    if (on_done) on_done(static_cast<int>(done));
  };
  const int jobs =
      state_->options.jobs > 0
          ? state_->options.jobs
          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  DoInThreads(count, std::min(jobs, static_cast<int>(count)), compile,
              has_failed);
  std::vector<CompiledSegment> all;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    all.push_back(made[work.of_segment[i]]);
    all.back().model.name = segments[i].name + "_edgetpu";
  }
  return all;
}

void EdgeTpuCompiler::Import(const Model& segment, const Model& compiled,
                             const std::string& log_text) const {
  CORALLINE_CHECK(state_->cache.has_value());
  CheckCompiled(segment, compiled);
  state_->cache->Store(HashBytes(segment.bytes.span()), kElsewhere,
                       {compiled.bytes, log_text});
}

std::filesystem::path DefaultCompiledPath() {
  std::filesystem::path folder = Variable("XDG_CACHE_HOME");
  // A relative one is invalid: XDG Base Directory Specification 0.8.
  if (!folder.is_absolute()) {
    const std::filesystem::path home = Variable("HOME");
    if (home.empty()) {
      throw Error(ErrorKind::kUsage,
                  "neither XDG_CACHE_HOME nor HOME is set; name the folder of "
                  "compiled segments with --compiled-cache");
    }
    folder = home / ".cache";
  }
  return folder / "coralline" / "compiled";
}

}  // namespace coralline
