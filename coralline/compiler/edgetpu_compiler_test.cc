#include "coralline/compiler/edgetpu_compiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/compiled/compiled_model.h"
#include "coralline/tflite/model_builder.h"
#include "tests/fake_edgetpu/package_builder.h"

namespace coralline {
namespace {

using std::filesystem::path;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

// An addition of two activations.
Model SegmentNamed(const std::string& name, const std::string& output = "sum",
                   int size = 4) {
  ModelBuilder builder;
  const auto tensor = [size](const std::string& tensor_name) {
    return Tensor{.name = tensor_name,
                  .type = DataType::kInt8,
                  .shape = {1, size},
                  .quantization = {.scale = {0.5F}, .zero_point = {0}}};
  };
  const int a = builder.AddInput(tensor("a"));
  const int b = builder.AddInput(tensor("b"));
  const int sum = builder.AddActivation(tensor(output));
  builder.AddOp({.kind = OpKind::kAdd, .inputs = {a, b}, .outputs = {sum}});
  builder.SetOutputs({sum});
  return builder.Build(name);
}

// What a compiler makes of it.
Model CompiledOf(const Model& segment, std::int64_t instruction_bytes = 64) {
  CompiledExecutable executable{.name = "model",
                                .type = ExecutableType::kStandAlone,
                                .chip = "beagle",
                                .instruction_bytes = instruction_bytes,
                                .num_instruction_chunks = 1,
                                .inputs = {{"a", 4}, {"b", 4}},
                                .outputs = {{"sum", 4}}};
  executable.traffic = FullTraffic(executable);
  const std::vector<std::vector<std::byte>> parameters(1);
  return BuildCompiledModel(
      segment.graph, {.min_runtime_version = 13, .executables = {executable}},
      parameters, segment.name + "_edgetpu");
}

// A compiler that a script plays, in a folder that also is the folder for
// temporary files.
class EdgeTpuCompilerTest : public testing::Test {
 protected:
  EdgeTpuCompilerTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "tmp");
    setenv("TMPDIR", (folder_ / "tmp").c_str(), 1);
    setenv("FAKE", folder_.c_str(), 1);  // where scripts find their files
    unsetenv("CORALLINE_EDGETPU_COMPILER");
    WriteFile(folder_ / "answer", CompiledOf(segment_).bytes.span());
    Write("log",
          "Edge TPU Compiler version 16.0.384591198\n"
          "On-chip memory used for caching model parameters: 1.00KiB\n"
          "Off-chip memory used for streaming uncached model parameters: "
          "0.00B\n");
  }
  ~EdgeTpuCompilerTest() override {
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "tmp"));
    unsetenv("TMPDIR");
    unsetenv("FAKE");
    std::filesystem::remove_all(folder_);
  }

  void Write(const std::string& name, const std::string& content) const {
    WriteFile(folder_ / name, std::as_bytes(std::span(content)));
  }

  void WriteProgram(const std::string& script) const {
    Write("compiler", "#!/bin/sh\n" + script);
    std::filesystem::permissions(folder_ / "compiler",
                                 std::filesystem::perms::owner_all);
  }

  // A program that tells its version, and does this where it is to compile.
  CompilerOptions Compiler(
      const std::string& script =
          "cp $FAKE/answer segment_edgetpu.tflite\n"
          "cat $FAKE/log\n",
      const std::string& version = "16.0.384591198") const {
    WriteProgram(
        "[ $1 = --version ] && { echo x >>$FAKE/asked\n"
        "echo Edge TPU Compiler version " +
        version + "\nexit; }\necho \"$@\" >>$FAKE/calls\n" + script);
    return {.program = folder_ / "compiler"};
  }
  CompilerOptions CachingCompiler() const {
    CompilerOptions options = Compiler();
    options.cache = folder_ / "cache";
    return options;
  }

  int NumLines(const std::string& file) const {
    std::ifstream lines(folder_ / file);
    return static_cast<int>(
        std::count(std::istreambuf_iterator<char>(lines), {}, '\n'));
  }
  int NumCompiled() const { return NumLines("calls"); }

  // The error of compiling the segment.
  Error ErrorOf(const CompilerOptions& options) const {
    try {
      EdgeTpuCompiler(options).Compile(segment_);
    } catch (const Error& error) {
      return error;
    }
    return {ErrorKind::kUsage, "no error"};
  }
  void ExpectError(const CompilerOptions& options, ErrorKind kind,
                   const testing::Matcher<std::string>& message) const {
    const Error error = ErrorOf(options);
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_THAT(std::string(error.what()), message);
  }

  const path folder_ =
      path(testing::TempDir()) /
      testing::UnitTest::GetInstance()->current_test_info()->name();
  const Model segment_ = SegmentNamed("net_segment_0_of_2");
};

TEST_F(EdgeTpuCompilerTest, CompilesInAFolderOfItsOwn) {
  const EdgeTpuCompiler compiler(Compiler());
  EXPECT_EQ(compiler.version(), "edgetpu_compiler 16.0.384591198");
  EXPECT_EQ(compiler.program(), folder_ / "compiler");
  const Model compiled = compiler.Compile(segment_);
  EXPECT_EQ(compiled.name, "net_segment_0_of_2_edgetpu");
  EXPECT_TRUE(IsCompiled(compiled.graph));
  std::ifstream calls(folder_ / "calls");
  std::string call;
  std::getline(calls, call);
  EXPECT_EQ(call, "-s -o . -t 300 segment.tflite");
  EXPECT_EQ(NumLines("asked"), 1);  // once for all
}

TEST_F(EdgeTpuCompilerTest, LeavesOutWhatOldVersionsDoNotKnow) {
  CompilerOptions options = Compiler("exit 9", "2.0.267685300");
  options.min_runtime_version = 10;
  ErrorOf(options);
  std::ifstream calls(folder_ / "calls");
  std::string call;
  std::getline(calls, call);
  EXPECT_EQ(call, "-s -o . -m 10 segment.tflite");
  EXPECT_EQ(EdgeTpuCompiler(options).version(),
            "edgetpu_compiler 2.0.267685300 -m 10");
}

TEST_F(EdgeTpuCompilerTest, GivesTheLogAndWhereAResultIsFrom) {
  const EdgeTpuCompiler compiler(CachingCompiler());
  EXPECT_FALSE(compiler.Find(segment_));
  for (const CompiledBy by : {CompiledBy::kNow, CompiledBy::kBefore}) {
    const auto all = compiler.CompileAll(std::span(&segment_, 1));
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].by, by);
    ASSERT_TRUE(all[0].log && all[0].log->placement);
    EXPECT_EQ(all[0].log->placement->cached_bytes, 1024);
  }
  EXPECT_EQ(NumCompiled(), 1);
}

TEST_F(EdgeTpuCompilerTest, CompilesEqualSegmentsOnce) {
  CompilerOptions options = Compiler();
  options.jobs = 3;
  const std::vector<Model> segments(5, segment_);
  int most = 0;
  const auto all = EdgeTpuCompiler(options).CompileAll(
      segments, [&most](int done) { most = std::max(most, done); });
  EXPECT_EQ(all.size(), 5U);
  EXPECT_EQ(most, 5);
  EXPECT_EQ(NumCompiled(), 1);
  EXPECT_THAT(EdgeTpuCompiler(options).CompileAll({}), IsEmpty());
}

// Each compiler waits for the other one to be there.
TEST_F(EdgeTpuCompilerTest, RunsSeveralCompilersAtATime) {
  CompilerOptions options = Compiler(
      "echo $$ >>$FAKE/there\n"
      "while [ $(wc -l <$FAKE/there) -lt 2 ]; do sleep 0.01; done\n"
      "grep -q other segment.tflite && cp $FAKE/answer2 segment_edgetpu.tflite "
      "|| cp $FAKE/answer segment_edgetpu.tflite\n");
  options.jobs = 2;
  const Model other = SegmentNamed("net_segment_1_of_2", "other");
  WriteFile(folder_ / "answer2", CompiledOf(other).bytes.span());
  const std::vector<Model> segments = {segment_, other};
  EXPECT_EQ(EdgeTpuCompiler(options).CompileAll(segments).size(), 2U);
}

TEST_F(EdgeTpuCompilerTest, StopsAllCompilersAtTheFirstError) {
  CompilerOptions options = Compiler(
      "if grep -q other segment.tflite; then\n"
      "  while :; do sleep 60; done\n"
      "fi\n"
      "echo 'Internal compiler error. Aborting!'; exit 1\n");
  options.jobs = 2;
  const std::vector<Model> segments = {segment_,
                                       SegmentNamed("second", "other")};
  try {
    EdgeTpuCompiler(options).CompileAll(segments);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    EXPECT_THAT(error.what(), HasSubstr("net_segment_0_of_2: "));
    EXPECT_THAT(error.what(),
                HasSubstr("refuses it: Internal compiler error. Aborting!"));
  }
}

TEST_F(EdgeTpuCompilerTest, KnowsAResultByContentVersionAndOptions) {
  CompilerOptions options = CachingCompiler();
  EdgeTpuCompiler(options).Compile(segment_);
  EdgeTpuCompiler(options).Compile(SegmentNamed("another name"));
  EXPECT_EQ(NumCompiled(), 1);
  options.min_runtime_version = 13;
  EdgeTpuCompiler(options).Compile(segment_);
  EXPECT_EQ(NumCompiled(), 2);
  options = CachingCompiler();
  Compiler("cp $FAKE/answer segment_edgetpu.tflite", "17.0");
  EdgeTpuCompiler(options).Compile(segment_);
  EXPECT_EQ(NumCompiled(), 3);
}

TEST_F(EdgeTpuCompilerTest, CompilesAgainWhatIsDamagedInTheCache) {
  const CompilerOptions options = CachingCompiler();
  EdgeTpuCompiler(options).Compile(segment_);
  int num_compiled = 1;
  std::vector<path> files;
  for (const auto& file :
       std::filesystem::directory_iterator(folder_ / "cache")) {
    files.push_back(file.path());
  }
  ASSERT_EQ(files.size(), 2U);
  for (const path& file : files) {
    const auto damage = [&](const auto& change) {
      change(file);
      EXPECT_TRUE(IsCompiled(EdgeTpuCompiler(options).Compile(segment_).graph));
      EXPECT_EQ(NumCompiled(), ++num_compiled) << file;
    };
    damage([](const path& p) { std::filesystem::remove(p); });
    damage([](const path& p) { std::filesystem::resize_file(p, 0); });
    damage([](const path& p) {
      std::filesystem::resize_file(p, std::filesystem::file_size(p) - 1);
    });
    damage([](const path& p) {
      std::fstream content(p, std::ios::in | std::ios::out);
      content.seekp(-2, std::ios::end);
      content.put('#');
    });
  }
}

TEST_F(EdgeTpuCompilerTest, UsesTheCacheWithoutACompiler) {
  CompilerOptions options = CachingCompiler();
  EdgeTpuCompiler(options).Compile(segment_);
  options.program = folder_ / "none";
  const EdgeTpuCompiler compiler(options);
  EXPECT_EQ(compiler.program(), std::nullopt);
  EXPECT_EQ(compiler.version(), "compiled elsewhere");
  EXPECT_TRUE(compiler.Find(segment_));
  EXPECT_TRUE(IsCompiled(compiler.Compile(segment_).graph));
}

TEST_F(EdgeTpuCompilerTest, TakesInWhatWasCompiledElsewhere) {
  const EdgeTpuCompiler compiler(CachingCompiler());
  compiler.Compile(segment_);
  const Model elsewhere = CompiledOf(segment_, 100);
  compiler.Import(segment_, elsewhere);
  const auto all = compiler.CompileAll(std::span(&segment_, 1));
  EXPECT_EQ(all[0].by, CompiledBy::kElsewhere);
  EXPECT_EQ(all[0].log, std::nullopt);
  EXPECT_EQ(all[0].model.bytes.size(), elsewhere.bytes.size());
  CompilerOptions without = CachingCompiler();
  without.program = "/nowhere/edgetpu_compiler";
  const EdgeTpuCompiler absent(without);
  EXPECT_EQ(absent.Compile(segment_).bytes.size(), elsewhere.bytes.size());
}

TEST_F(EdgeTpuCompilerTest, TakesInNothingElse) {
  const EdgeTpuCompiler compiler(CachingCompiler());
  const auto error_of = [&](const Model& compiled) {
    try {
      compiler.Import(segment_, compiled);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kModel);
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_EQ(error_of(segment_),
            "net_segment_0_of_2: not compiled for the Edge TPU, it has no "
            "edgetpu-custom-op");
  EXPECT_EQ(error_of(CompiledOf(SegmentNamed("other", "total"))),
            "other_edgetpu: compiled from something else than "
            "net_segment_0_of_2: expected an output 'sum' of int8 1x4, found "
            "none");
  EXPECT_EQ(error_of(CompiledOf(SegmentNamed("wide", "sum", 5))),
            "wide_edgetpu: compiled from something else than "
            "net_segment_0_of_2: expected an input 'a' of int8 1x4, found int8 "
            "1x5");
}

TEST_F(EdgeTpuCompilerTest, SaysThatThereIsNoCompiler) {
  ExpectError({.program = "/nowhere/edgetpu_compiler"}, ErrorKind::kDevice,
              HasSubstr("net_segment_0_of_2: not compiled, and there is no "
                        "program '/nowhere/edgetpu_compiler'; name it with "
                        "--compiler"));
  setenv("CORALLINE_EDGETPU_COMPILER", "no_such_compiler", 1);
  ExpectError({}, ErrorKind::kDevice, HasSubstr("'no_such_compiler'"));
  unsetenv("CORALLINE_EDGETPU_COMPILER");
}

TEST_F(EdgeTpuCompilerTest, SaysThatAFileIsNoCompiler) {
  Write("data", "hello");
  ExpectError({.program = folder_ / "data"}, ErrorKind::kFailed,
              HasSubstr("data: cannot be run: Permission denied"));
  WriteProgram("echo hello");
  ExpectError({.program = folder_ / "compiler"}, ErrorKind::kFailed,
              HasSubstr("compiler --version does not tell an 'Edge TPU "
                        "Compiler version'; is it the compiler?; it printed: "
                        "hello"));
  WriteProgram("exit 1");
  ExpectError({.program = folder_ / "compiler"}, ErrorKind::kFailed,
              HasSubstr("it printed nothing"));
}

TEST_F(EdgeTpuCompilerTest, KillsACompilerThatHangs) {
  CompilerOptions options =
      Compiler("echo working; while :; do sleep 60; done");
  options.timeout = std::chrono::seconds(2);
  ExpectError(options, ErrorKind::kFailed,
              HasSubstr("compiler did not end within 2 s and was killed; "
                        "allow more with --timeout; it printed: working"));
}

TEST_F(EdgeTpuCompilerTest, KillsACompilerThatDoesNotTellItsVersion) {
  WriteProgram("while :; do sleep 60; done");
  ExpectError({.program = folder_ / "compiler",
               .timeout = std::chrono::milliseconds(100)},
              ErrorKind::kFailed,
              HasSubstr("compiler --version did not end within 0.1 s"));
}

TEST_F(EdgeTpuCompilerTest, SaysThatTheCompilerCrashed) {
  ExpectError(Compiler("echo part >segment_edgetpu.tflite; kill -SEGV $$"),
              ErrorKind::kFailed,
              HasSubstr("compiler crashed (Segmentation fault); it printed "
                        "nothing"));
}

TEST_F(EdgeTpuCompilerTest, TellsARefusalFromAFailure) {
  ExpectError(
      Compiler("echo 'Compilation failed: Model not quantized'; exit 1"),
      ErrorKind::kModel,
      HasSubstr("refuses it: Compilation failed: Model not quantized"));
  ExpectError(Compiler("echo one; echo two >&2; exit 3"), ErrorKind::kFailed,
              HasSubstr("failed with exit status 3; it printed: two"));
  ExpectError(Compiler("echo \"ERROR: Unknown command line flag 's'\"; exit 1"),
              ErrorKind::kFailed, HasSubstr("failed with exit status 1"));
}

TEST_F(EdgeTpuCompilerTest, TakesNoFileThatIsNotCompiled) {
  ExpectError(Compiler("echo done"), ErrorKind::kFailed,
              HasSubstr("wrote no segment_edgetpu.tflite; it printed: done"));
  ExpectError(Compiler("echo garbage >segment_edgetpu.tflite"),
              ErrorKind::kFailed,
              HasSubstr("wrote what is no compiled model of it: "
                        "net_segment_0_of_2_edgetpu: "));
  ExpectError(Compiler("head -c 900 $FAKE/answer >segment_edgetpu.tflite"),
              ErrorKind::kFailed, HasSubstr("no compiled model of it"));
  const Model other = CompiledOf(SegmentNamed("other", "total"));
  WriteFile(folder_ / "answer", other.bytes.span());
  ExpectError(Compiler(), ErrorKind::kFailed,
              HasSubstr("expected an output 'sum'"));
}

TEST_F(EdgeTpuCompilerTest, SaysWhyNothingIsMapped) {
  ExpectError(
      Compiler("cp segment.tflite segment_edgetpu.tflite\n"
               "echo 'Operator Count Status'\n"
               "echo 'ADD 1 Operation version not supported'"),
      ErrorKind::kModel,
      HasSubstr("maps nothing to the Edge TPU: ADD (Operation version not "
                "supported)"));
}

TEST_F(EdgeTpuCompilerTest, EndsWhenItIsTold) {
  std::atomic<bool> stop{false};
  CompilerOptions options =
      Compiler("touch $FAKE/started; while :; do sleep 60; done");
  const path started = folder_ / "started";
  options.should_stop = [&] {
    if (std::filesystem::exists(started)) stop = true;
    return stop.load();
  };
  ExpectError(options, ErrorKind::kFailed, HasSubstr("was interrupted"));
}

TEST(DefaultCompiledPath, IsInTheUsersCache) {
  setenv("XDG_CACHE_HOME", "/x", 1);
  EXPECT_EQ(DefaultCompiledPath(), "/x/coralline/compiled");
  unsetenv("XDG_CACHE_HOME");
}

}  // namespace
}  // namespace coralline
