// Segments compiled for Edge TPUs, by the fake of the compiler and by scripts
// that misbehave as the real one may.

#include <nlohmann/json.hpp>
#include <set>

#include "coralline/base/file.h"
#include "tests/cli/cli_fixture.h"
#include "tests/fake_edgetpu/mixed_model.h"

namespace coralline {
namespace {

using Json = nlohmann::ordered_json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A folder of the test's own is all that programs see of the user's.
class Compile : public Cli {
 protected:
  Compile() {
    std::filesystem::create_directories(folder_ / "tmp");
    Run("generate fc --width 300 --layers 5 -o fc.tflite");
    Run("plan fc.tflite --count 3 --max-replicas 1 --strategy equal-layers "
        "-o plan.json");
  }
  ~Compile() override { EXPECT_THAT(Files("tmp"), IsEmpty()); }

  Result RunHere(const std::string& arguments, const std::string& prefix = "") {
    return Run(arguments,
               "TMPDIR=\"$PWD/tmp\" XDG_CACHE_HOME=\"$PWD/cache\" " + prefix);
  }
  Result CompileHere(const std::string& arguments,
                     const std::string& prefix = "") {
    return RunHere("compile " + arguments + kCompiler, prefix);
  }
  // With a compiler that a script plays.
  Result CompileBy(const std::string& script, const std::string& arguments) {
    WriteProgram("scripted",
                 "#!/bin/sh\n[ $1 = --version ] && { echo Edge TPU Compiler "
                 "version 16.0; exit; }\n" +
                     script);
    return RunHere("compile " + arguments + " --compiler ./scripted");
  }

  void WriteProgram(const std::string& name, const std::string& content) {
    Write(name, content);
    std::filesystem::permissions(folder_ / name,
                                 std::filesystem::perms::owner_all);
  }

  // Of a folder; none where it is not there.
  std::set<std::string> Files(const std::string& name) const {
    std::set<std::string> files;
    std::error_code error;
    for (const auto& file :
         std::filesystem::directory_iterator(folder_ / name, error)) {
      files.insert(file.path().filename());
    }
    return files;
  }

  // An exit status and a message, and no file.
  void ExpectRefusal(const Result& result, int status, const char* message) {
    EXPECT_EQ(result.status, status) << result.output;
    EXPECT_THAT(result.output, HasSubstr(message));
    EXPECT_THAT(Files("out"), IsEmpty());
  }

  const std::string kCompiler = " --compiler " CORALLINE_FAKE_COMPILER;
};

TEST_F(Compile, WritesThePlansSegmentsAndTheirLogs) {
  const Result result = CompileHere("plan.json -o out");
  EXPECT_EQ(result.status, 0);
  ExpectFile("tests/cli/golden/compile.txt", result.output);
  EXPECT_THAT(
      Files("out"),
      testing::ElementsAre(
          "fc_segment_0_of_3_edgetpu.log", "fc_segment_0_of_3_edgetpu.tflite",
          "fc_segment_1_of_3_edgetpu.log", "fc_segment_1_of_3_edgetpu.tflite",
          "fc_segment_2_of_3_edgetpu.log", "fc_segment_2_of_3_edgetpu.tflite"));
}

TEST_F(Compile, GivesTheSameAsJson) {
  const Json json =
      Json::parse(CompileHere("plan.json -o out --json").stdout_only);
  EXPECT_EQ(json["model"], "fc");
  EXPECT_THAT(json["warnings"], IsEmpty());
  ASSERT_EQ(json["segments"].size(), 3U);
  const Json& segment = json["segments"][0];
  EXPECT_EQ(segment["file"], "out/fc_segment_0_of_3_edgetpu.tflite");
  EXPECT_EQ(segment["from"], "compiler");
  EXPECT_EQ(segment["compiler_version"], "16.0.384591198-fake");
  EXPECT_EQ(segment["cached_bytes"], segment["planned"]["cached_bytes"]);
  EXPECT_EQ(segment["subgraphs"], 1);
  EXPECT_EQ(segment["cpu_ops"], 0);
}

TEST_F(Compile, KeepsWhatItCompiled) {
  CompileHere("plan.json -o out");
  // Another compile of the same segments runs no compiler.
  const Result again =
      CompileHere("plan.json -o again", "FAKE_EDGETPU_COMPILER=crash");
  EXPECT_EQ(again.status, 0) << again.output;
  EXPECT_THAT(again.output, AllOf(HasSubstr("cache"), Not(HasSubstr("compiler "
                                                                    " "))));
  EXPECT_EQ(Files("again"), Files("out"));
  EXPECT_EQ(
      CompileHere("plan.json -o more --no-cache", "FAKE_EDGETPU_COMPILER=crash")
          .status,
      1);
  EXPECT_EQ(CompileHere("plan.json -o more --compiled-cache other",
                        "FAKE_EDGETPU_COMPILER=crash")
                .status,
            1);
  EXPECT_THAT(Files("more"), IsEmpty());
}

TEST_F(Compile, SharesWhatItKeepsWithOtherProcesses) {
  WriteProgram("several",
               "#!/bin/sh\nexport XDG_CACHE_HOME=\"$PWD/cache\" "
               "TMPDIR=\"$PWD/tmp\"\nfor i in 1 2 3; do\n" CORALLINE_PROGRAM
               " compile plan.json -o out$i" +
                   kCompiler +
                   " >$i.txt 2>&1 || echo $i >>failed &\ndone\n"
                   "wait\n");
  const std::string command = "cd '" + folder_.string() + "' && ./several";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "failed"));
  EXPECT_EQ(Files("out1").size(), 6U);
  EXPECT_EQ(Files("cache/coralline/compiled").size(), 6U);
  const Result later =
      CompileHere("plan.json -o out", "FAKE_EDGETPU_COMPILER=crash");
  EXPECT_EQ(later.status, 0) << later.output;
}

TEST_F(Compile, TakesModelsWithCutsAndWhole) {
  EXPECT_EQ(CompileHere("fc.tflite --cuts 2 -o out").status, 0);
  EXPECT_EQ(CompileHere("fc.tflite -o out").status, 0);
  EXPECT_EQ(CompileHere("fc.tflite --plan plan.json -o planned").status, 0);
  EXPECT_EQ(Files("out"),
            (std::set<std::string>{"fc_edgetpu.log", "fc_edgetpu.tflite",
                                   "fc_segment_0_of_2_edgetpu.log",
                                   "fc_segment_0_of_2_edgetpu.tflite",
                                   "fc_segment_1_of_2_edgetpu.log",
                                   "fc_segment_1_of_2_edgetpu.tflite"}));
  EXPECT_EQ(Files("planned").size(), 6U);
}

TEST_F(Compile, LeavesTheCpusSegmentsAsTheyAre) {
  WriteFile(folder_ / "mixed.tflite", testing_util::MixedModel().bytes.span());
  const Result planned = Run("plan mixed.tflite --count 1 -o plan.json");
  ASSERT_EQ(planned.status, 0) << planned.output;
  const Result result = CompileHere("plan.json -o out");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("CPU       out/mixed_segment_0_of_3"));
  EXPECT_THAT(Files("out"),
              testing::ElementsAre("mixed_segment_0_of_3.tflite",
                                   "mixed_segment_1_of_3_edgetpu.log",
                                   "mixed_segment_1_of_3_edgetpu.tflite",
                                   "mixed_segment_2_of_3.tflite"));
}

TEST_F(Compile, WarnsOfOpsThatTheCpuRuns) {
  WriteFile(folder_ / "mixed.tflite", testing_util::MixedModel().bytes.span());
  const Result result = CompileHere("mixed.tflite -o out");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output,
              HasSubstr("warning: mixed: the CPU runs 2 of its ops: 1 ARG_MAX "
                        "(Operation is "));
}

TEST_F(Compile, WarnsOfWhatIsStreamedAndWhereThePlanSaysOtherwise) {
  Run("generate fc --width 2620 -o fc.tflite");
  const Result whole = CompileHere("fc.tflite -o out");
  EXPECT_EQ(whole.status, 0);
  EXPECT_THAT(whole.output, HasSubstr("warning: fc streams 13.1 MiB at every "
                                      "inference"));
  // The plan's chip has more memory than the compiler's.
  Run("plan fc.tflite --count 1 --split-layers never -o plan.json");
  Json plan = Json::parse(std::ifstream(folder_ / "plan.json"));
  plan["devices"][0]["spec"]["memory"]["bank_size"]["value"] = 10 << 20;
  Write("plan.json", plan.dump());
  const Result planned = CompileHere("plan.json -o out");
  EXPECT_EQ(planned.status, 0) << planned.output;
  EXPECT_THAT(planned.output,
              HasSubstr("warning: fc: planned with 20.0 MiB on the chip and 0 "
                        "B streamed, compiled with 6.90 MiB and 13.1 MiB"));
}

TEST_F(Compile, SaysWhatTheCompilerDoesWrong) {
  const std::string arguments = "plan.json --no-cache -o out";
  const auto with = [&](const std::string& mode) {
    return CompileHere(arguments, "FAKE_EDGETPU_COMPILER=" + mode);
  };
  ExpectRefusal(with("crash"), 1, "crashed (Aborted)");
  ExpectRefusal(with("fail"), 3, "refuses it: Internal compiler error.");
  ExpectRefusal(with("garbage"), 1, "wrote what is no compiled model of it");
  ExpectRefusal(with("truncated"), 1, "are truncated or damaged");
  ExpectRefusal(with("nothing"), 1, "wrote no segment_edgetpu.tflite");
}

TEST_F(Compile, KillsACompilerThatHangs) {
  ExpectRefusal(CompileHere("plan.json -o out --timeout 2s",
                            "FAKE_EDGETPU_COMPILER=hang"),
                1, "did not end within 2 s and was killed");
}

TEST_F(Compile, SaysWhyNothingIsCompiled) {
  ExpectRefusal(CompileBy("cp segment.tflite segment_edgetpu.tflite\n"
                          "echo Operator Count Status\n"
                          "echo FULLY_CONNECTED 5 Operation version not "
                          "supported\n",
                          "fc.tflite -o out"),
                3,
                "maps nothing to the Edge TPU: FULLY_CONNECTED (Operation "
                "version not supported)");
  ExpectRefusal(CompileBy("echo 'Compilation failed: Compilation failed due to "
                          "large activation tensors in model.'; exit 1",
                          "fc.tflite -o out"),
                3, "due to large activation tensors in model.");
  ExpectRefusal(CompileBy("echo bad luck; exit 7", "fc.tflite -o out"), 1,
                "failed with exit status 7; it printed: bad luck");
}

TEST_F(Compile, SaysWhichCompilerIsNone) {
  ExpectRefusal(RunHere("compile fc.tflite -o out --compiler ./none"), 4,
                "there is no program './none'");
  ExpectRefusal(RunHere("compile fc.tflite -o out --compiler ./plan.json"), 1,
                "plan.json: cannot be run: Permission denied");
  ExpectRefusal(
      RunHere("compile fc.tflite -o out --compiler " CORALLINE_PROGRAM), 1,
      "--version does not tell an 'Edge TPU Compiler version'");
}

TEST_F(Compile, StopsAtCtrlC) {
  WriteProgram("scripted",
               "#!/bin/sh\n[ $1 = --version ] && { echo Edge TPU Compiler "
               "version 16.0; exit; }\n"
               "touch \"$STARTED\"; while :; do sleep 60; done\n");
  WriteProgram(
      "interrupt",
      "#!/bin/sh\n"
      "export STARTED=\"$PWD/started\" TMPDIR=\"$PWD/tmp\"\n" CORALLINE_PROGRAM
      " compile plan.json -o out --no-cache "
      "--compiler ./scripted &\n"
      "while [ ! -e started ]; do sleep 0.01; done\n"
      "kill -INT $!\nwait $!\n");
  const std::string command = "cd '" + folder_.string() + "' && ./interrupt";
  const int status = std::system(command.c_str());
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_THAT(Files("out"), IsEmpty());
}

TEST_F(Compile, WritesAScriptWhereThereIsNoCompiler) {
  const std::string no_compiler = "PATH=/nowhere CORALLINE_EDGETPU_COMPILER= ";
  const Result result = RunHere("compile plan.json -o out", no_compiler);
  EXPECT_EQ(result.status, 4);
  EXPECT_THAT(result.stdout_only,
              HasSubstr("not compiled: run out/compile.sh where "
                        "edgetpu_compiler is"));
  EXPECT_THAT(result.output, HasSubstr("coralline: no edgetpu_compiler in the "
                                       "PATH: nothing is compiled; run "
                                       "out/compile.sh on a machine"));
  const Result asked =
      RunHere("compile plan.json -o out --script", no_compiler);
  EXPECT_EQ(asked.status, 0) << asked.output;
  EXPECT_THAT(Files("out"),
              testing::ElementsAre("compile.sh", "fc_segment_0_of_3.tflite",
                                   "fc_segment_1_of_3.tflite",
                                   "fc_segment_2_of_3.tflite"));
  std::stringstream script;
  script << std::ifstream(folder_ / "out/compile.sh").rdbuf();
  ExpectFile("tests/cli/golden/compile_script.txt", script.str());
}

TEST_F(Compile, TakesInWhatTheScriptMakesElsewhere) {
  RunHere(
      "compile plan.json -o out --script --timeout 90s "
      "--min-runtime-version 13");
  std::filesystem::create_directories(folder_ / "bin");
  std::filesystem::create_symlink(CORALLINE_FAKE_COMPILER,
                                  folder_ / "bin/edgetpu_compiler");
  const std::string run = "cd '" + folder_.string() + "' && ";
  const auto status = [](const std::string& command) {
    return WEXITSTATUS(std::system((command + " >/dev/null 2>&1").c_str()));
  };
  EXPECT_EQ(status(run + "EDGETPU_COMPILER=/nowhere/compiler out/compile.sh"),
            4);
  EXPECT_EQ(status(run + "EDGETPU_COMPILER=/bin/false out/compile.sh"), 1);
  EXPECT_EQ(Files("out").size(), 4U);
  EXPECT_EQ(RunHere("compile plan.json --from out").status, 3);
  EXPECT_EQ(status(run + "PATH=\"$PWD/bin:$PATH\" out/compile.sh"), 0);
  EXPECT_EQ(Files("out").size(), 10U);

  const Result taken = RunHere("compile plan.json --from out -o final");
  EXPECT_EQ(taken.status, 0) << taken.output;
  EXPECT_THAT(taken.output, HasSubstr("elsewhere  final/fc_segment_0_of_3"));
  EXPECT_EQ(Files("final").size(), 6U);
  // From the cache, without a compiler; its log tells of the memory.
  const Json json =
      Json::parse(RunHere("compile plan.json -o again --json",
                          "PATH=/nowhere CORALLINE_EDGETPU_COMPILER= ")
                      .stdout_only);
  EXPECT_EQ(json["segments"][2]["from"], "elsewhere");
  EXPECT_EQ(json["segments"][2]["min_runtime_version"], 13);
  EXPECT_GT(json["segments"][2]["remaining_bytes"], 1 << 20);
  // What was compiled stays as long as it is of this model.
  RunHere("compile plan.json -o out --script");
  EXPECT_EQ(Files("out").size(), 10U);
  Run("generate fc --width 300 --layers 5 --seed 2 -o fc.tflite");
  RunHere("compile plan.json -o out --script");
  EXPECT_EQ(Files("out").size(), 4U);
}

// By hand, beside the model as its owner wrote it.
TEST_F(Compile, TakesInGooglesOwnFile) {
  const std::string model = "mobilenet_v1_0.25_128_quant";
  const auto shared = std::filesystem::path(CORALLINE_MODELS_DIR);
  if (!std::filesystem::exists(shared / (model + "_edgetpu.tflite"))) {
    GTEST_SKIP() << "the shared models are not here";
  }
  const std::string folder = shared.string();
  const Result taken = RunHere("compile '" + folder + "/" + model +
                               ".tflite' --from '" + folder + "' --json");
  ASSERT_EQ(taken.status, 0) << taken.output;
  const Json segment = Json::parse(taken.stdout_only)["segments"][0];
  EXPECT_EQ(segment["cached_bytes"], 566'912);
  EXPECT_EQ(segment["subgraphs"], 1);
  EXPECT_EQ(segment["remaining_bytes"], nullptr);  // only a log tells
}

TEST_F(Compile, TakesInNothingElse) {
  CompileHere("fc.tflite --cuts 2 -o two");
  const auto refused = [&](const std::string& arguments, int status,
                           const char* message) {
    const Result result = RunHere("compile " + arguments + " -o out");
    ExpectRefusal(result, status, message);
  };
  refused("plan.json --from two", 3,
          "two/fc_segment_0_of_3_edgetpu.tflite: not there; has compile.sh "
          "run");
  refused("fc.tflite --cuts 3 --from two", 3,
          "fc_segment_0_of_2_edgetpu: compiled from something else than "
          "fc_segment_0_of_2: expected an output");
  // The same network with other weights.
  Run("split fc.tflite --cuts 2 -o two");
  Run("generate fc --width 300 --layers 5 --seed 2 -o fc.tflite");
  refused("fc.tflite --cuts 2 --from two", 3,
          "two/fc_segment_0_of_2.tflite: not this model's segment");
  Run("split fc.tflite --cuts 2 -o two");
  Write("two/fc_segment_1_of_2_edgetpu.tflite", "garbage");
  refused("fc.tflite --cuts 2 --from two", 3,
          "two/fc_segment_1_of_2_edgetpu.tflite: not a TFLite model");
  std::filesystem::copy_file(folder_ / "two/fc_segment_1_of_2.tflite",
                             folder_ / "two/fc_segment_1_of_2_edgetpu.tflite",
                             std::filesystem::copy_options::overwrite_existing);
  refused("fc.tflite --cuts 2 --from two", 3, "not compiled for the Edge TPU");
}

TEST_F(Compile, RefusesWhatDoesNotGoTogether) {
  const auto refused = [&](const std::string& arguments, const char* message) {
    const Result result = CompileHere(arguments);
    EXPECT_EQ(result.status, 2) << result.output;
    EXPECT_THAT(result.output, HasSubstr(message));
  };
  refused("plan.json", "where to? name a folder");
  refused("plan.json --from out --no-cache", "name a folder with -o");
  refused("plan.json --cuts 2 -o out", "a plan has its own cuts");
  refused("fc.tflite --model fc.tflite -o out", "--model goes with a plan");
  refused("fc.tflite --script -o .", "the model itself lies there");
  refused("plan.json --script --from out -o out", "excludes");
  EXPECT_EQ(CompileHere("none.json -o out").status, 3);
  EXPECT_GT(FileBytes("fc.tflite"), 1 << 18);
}

}  // namespace
}  // namespace coralline
