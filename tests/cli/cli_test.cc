// Runs the program as a user does: outputs, exit statuses, memory.

#include "tests/cli/cli_fixture.h"

namespace coralline {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST_F(Cli, HelpOfEveryCommandIsTheManual) {
  std::string manual =
      "# Commands\n\nMade from the program's own help by the test `Cli`; edit "
      "that.\n";
  for (const std::string command :
       {"",         "devices",     "doctor",        "inspect",
        "generate", "generate fc", "generate conv", "profile",
        "plan",     "explain",     "sweep",         "check",
        "split",    "compile",     "verify",        "run",
        "simulate", "validate",    "calibrate",     "reproduce",
        "demo"}) {
    const Result result = Run(command + " --help");
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.output, HasSubstr("Usage: coralline"));
    manual +=
        "\n## coralline " + command + "\n\n```\n" + result.output + "```\n";
  }
  ExpectFile("docs/cli.md", manual);
}

TEST_F(Cli, GenerateInspectAndSplit) {
  ExpectGolden("generate", "generate fc --width 300");
  ExpectGolden("inspect", "inspect fc_300.tflite");
  ExpectGolden("inspect_json", "inspect fc_300.tflite --json");
  ExpectGolden("split", "split fc_300.tflite --stages 3 -o segments");
  ExpectGolden("split_json", "split fc_300.tflite --cuts 2 -o segments --json");
  ExpectGolden("generate_conv", "generate conv --width 8 --size 8 -o c.tflite");
  ExpectGolden("split_at", "split c.tflite --at conv_2/output -o at");
  ExpectGolden("split_ops", "split c.tflite --ops 0-1,2 --ops 3-4 -o ops");
}

TEST_F(Cli, Simulate) {
  Run("generate fc --width 2620 -o fc.tflite");
  ExpectGolden("simulate",
               "simulate fc.tflite --stages 3 --host python --batch 50");
  const Result json =
      Run("simulate fc.tflite --cuts 2 --batch 1 --json --trace t.json");
  EXPECT_EQ(json.status, 0);
  for (const char* field :
       {"\"origin\": \"simulated\"",
        "\"ms_per_inference\": ", "\"on_chip_bytes\": ", "\"streaming_ms\": ",
        "\"speedup\": ", "\"low_ms_per_inference\": ", "\"high_ms\": ",
        "\"confidence\": \"medium\"", "\"doubts\": ["}) {
    EXPECT_THAT(json.output, HasSubstr(field));
  }
  EXPECT_GT(FileBytes("t.json"), 200);
  const Result shared =
      Run("simulate fc.tflite --stages 3 --devices-per-link 3 --host pycoral "
          "--log");
  EXPECT_THAT(shared.output,
              AllOf(HasSubstr("Shared link: busy "),
                    HasSubstr("Off-chip memory used for streaming uncached "
                              "model parameters: 0.00B")));
  const Result no_cpu = Run("simulate fc.tflite --cpu-ms 3");
  EXPECT_EQ(no_cpu.status, 2);
  EXPECT_THAT(no_cpu.output, HasSubstr("--cpu-ms: 0 stages run on the CPU"));
  const Result missing = Run("simulate fc.tflite --device edgetpu-moon");
  EXPECT_EQ(missing.status, 2);
  EXPECT_THAT(missing.output, HasSubstr("no device spec 'edgetpu-moon'"));
  EXPECT_EQ(Run("simulate fc.tflite --host java").status, 2);
  EXPECT_EQ(Run("simulate fc.tflite --ops 0-1 --ops 1-4").status, 2);
  EXPECT_EQ(Run("simulate fc.tflite --trace no/such/t.json").status, 0);
}

TEST_F(Cli, SimulateLeavesOpsToTheCpu) {
  const std::string model =
      CORALLINE_MODELS_DIR "/deeplabv3_mnv2_dm05_pascal_quant.tflite";
  if (!std::filesystem::exists(model)) GTEST_SKIP() << "no shared models";
  const Result text = Run("simulate " + model + " --stages 2");
  EXPECT_EQ(text.status, 0) << text.output;
  EXPECT_THAT(text.output,
              AllOf(HasSubstr("on 2 x edgetpu-pcie and the CPU"),
                    HasSubstr("ops 64-71  cpu, estimated"),
                    HasSubstr("ARG_MAX          Operation is working on an "
                              "unsupported data type")));
  const Result json = Run("simulate " + model + " --cpu-ms 15 --json");
  const Result emulated =
      Run("run " + model +
          " --devices emulated:edgetpu-pcie --requests 3 --warmup 1");
  EXPECT_EQ(emulated.status, 0);
  EXPECT_THAT(emulated.output, HasSubstr("-71  cpu:"));
  EXPECT_THAT(json.output, AllOf(HasSubstr("\"origin\": \"given by the user\""),
                                 HasSubstr("\"unmapped_ops\"")));
}

TEST_F(Cli, ValidatePrintsTheTablesOfItsPage) {
  const std::string folder = CORALLINE_MEASUREMENTS_DIR;
  const Result nothing = Run("validate --measurements nowhere");
  EXPECT_EQ(nothing.status, 2);
  EXPECT_THAT(nothing.output, HasSubstr("none of the published series is"));
  if (!std::filesystem::exists(folder + "/fc_1tpu.csv")) {
    GTEST_SKIP() << "the published measurements are not here";
  }
  const Result tables = Run("validate --markdown --measurements " + folder);
  std::stringstream page;
  page << std::ifstream(CORALLINE_SOURCE_DIR "/docs/validation.md").rdbuf();
  EXPECT_THAT(page.str(), HasSubstr(tables.output));
  const Result csv = Run("validate --csv --measurements " + folder);
  EXPECT_THAT(csv.output, HasSubstr("\"FC, 1 TPU, streaming\",1620,5,1,1,,"));
  const Result json = Run("validate --json --measurements " + folder);
  EXPECT_THAT(json.output, AllOf(HasSubstr("\"median_error\""),
                                 HasSubstr("\"memory_matches\": 132")));
}

TEST_F(Cli, CalibrateFindsTheClassifiersSpecAgain) {
  const std::string rows = CORALLINE_MEASUREMENTS_DIR "/networks.csv";
  if (!std::filesystem::exists(rows)) GTEST_SKIP() << "no measurements";
  const Result result =
      Run("calibrate --device edgetpu-uint8-classifiers --measurements " +
          rows + " -o mine.json");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("/compute/vector_rate"), HasSubstr("42 rows;"),
                    HasSubstr("wrote mine.json")));
  const Result refused =
      Run("calibrate --constants /fixed/inference --measurements " + rows +
          " -o other.json");
  EXPECT_EQ(refused.status, 2);
  EXPECT_FALSE(std::filesystem::exists("other.json"));
}

TEST_F(Cli, CalibrateWritesASpecThatTheSimulatorTakes) {
  Write("rows.csv",
        "kind,width,layers,segments,batch,strategy,split,on_chip_mib,"
        "off_chip_mib,ms_per_inference,macs_true,quality,source_file\n"
        "fc,100,5,1,1,none,,0,0,1.11,37400,ok,f\n"
        "fc,200,5,1,1,none,,0,0,1.12,134800,ok,f\n");
  Result result =
      Run("calibrate --measurements rows.csv --constants /fixed/inference "
          "-o mine.json");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("/fixed/inference"),
                                   HasSubstr("2 rows; error before"),
                                   HasSubstr("wrote mine.json")));
  Run("generate fc --width 100");
  result = Run("simulate fc_100.tflite --device mine.json");
  EXPECT_THAT(result.output, HasSubstr("x mine, simulated"));
  result = Run(
      "calibrate --measurements rows.csv --constants /fixed/none -o x.json");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.output, HasSubstr("'/fixed/none' cannot be calibrated"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x.json"));
}

TEST_F(Cli, VerifyProvesGoodSegmentsAndFindsBadOnes) {
  if (!CanExecute()) GTEST_SKIP() << "no TFLite library";
  Run("generate fc --width 64");
  Run("split fc_64.tflite --cuts 1,3 -o segments");
  Result result = Run("verify fc_64.tflite --segments segments --inputs 3");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output, AllOf(HasSubstr("builtin kernels: 3 segments "
                                             "equal the whole model bit for "
                                             "bit on 3 random inputs")));
  // Segments of a network with other weights must be told apart.
  Run("generate fc --width 64 --seed 2 -o other/fc_64.tflite");
  Run("split other/fc_64.tflite --cuts 1,3 -o segments");
  result = Run("verify fc_64.tflite --segments segments --inputs 3 --json");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, AllOf(HasSubstr("\"bit_exact\": false"),
                                   HasSubstr("\"first_difference\"")));
}

TEST_F(Cli, RunMeasuresAPipeline) {
  if (!CanExecute()) GTEST_SKIP() << "no TFLite library";
  Run("generate fc --width 64");
  const Result result =
      Run("run fc_64.tflite --stages 2 --devices cpu,cpu --requests 50 --json");
  EXPECT_EQ(result.status, 0) << result.output;
  for (const char* field :
       {"\"requests\": 50", "\"throughput_rps\"", "\"latency_ns\"",
        "\"origin\": \"measured\"", "\"waiting_for_input_ns\""}) {
    EXPECT_THAT(result.output, HasSubstr(field));
  }
}

TEST_F(Cli, RunEmulatesDevicesThatAreNotThere) {
  Run("generate fc --width 300");
  const std::string run = "run fc_300.tflite --requests 50 ";
  // No library is needed where nothing is computed.
  const Result text = Run(run + "--devices emulated:edgetpu-pcie:4",
                          "CORALLINE_TFLITE=/nowhere");
  EXPECT_EQ(text.status, 0) << text.output;
  EXPECT_THAT(text.output, AllOf(HasSubstr("on 4 devices, 50 requests"),
                                 HasSubstr("emulated in wall-clock time"),
                                 HasSubstr("edgetpu-pcie #3, emulated"),
                                 HasSubstr("device times are simulated"),
                                 testing::Not(HasSubstr("measured"))));
  const Result json = Run(run + "--json --devices emulated:edgetpu-pcie:2",
                          "CORALLINE_TFLITE=/nowhere");
  EXPECT_THAT(json.output, AllOf(HasSubstr("\"origin\": \"emulated\""),
                                 HasSubstr("\"overshoot_ns\""),
                                 HasSubstr("\"tflite\": null")));
  for (const std::string count : {"0", "17", "x", ""}) {
    const Result wrong =
        Run(run + ("--devices emulated:edgetpu-pcie:" + count));
    EXPECT_EQ(wrong.status, 2);
    EXPECT_THAT(wrong.output, HasSubstr("with N from 1 to 16"));
  }
  EXPECT_THAT(Run(run + "--devices emulated:moon").output,
              HasSubstr("no device spec 'moon'"));
}

TEST_F(Cli, InterruptDrainsAndReports) {
  if (!CanExecute()) GTEST_SKIP() << "no TFLite library";
  Run("generate fc --width 64");
  const Result result = Run("run fc_64.tflite --devices cpu --duration 60",
                            "timeout --foreground --preserve-status -s INT 1");
  EXPECT_EQ(result.status, 130);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("(interrupted)"), HasSubstr("throughput")));
}

TEST_F(Cli, EachErrorHasItsMessageAndStatus) {
  Run("generate fc --width 8");
  Write("tiny.tflite", std::string("\x18\0\0\0TFL3", 8));
  Write("text.tflite", "this is no model at all");
  struct Case {
    const char* arguments;
    int status;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"slpit", 2, "unknown command 'slpit'; did you mean 'split'?"},
      {"inspect", 2, "MODEL is required; see 'coralline inspect --help'"},
      {"inspect none.tflite", 3, "none.tflite: cannot open: No such file"},
      {"inspect .", 3, ".: not a regular file"},
      {"inspect tiny.tflite", 3, "tiny.tflite: damaged or truncated"},
      {"inspect text.tflite", 3, "text.tflite: not a TFLite model"},
      {"split fc_8.tflite -o x", 2, "where to cut?"},
      {"split fc_8.tflite --cuts 5 -o x", 2, "cut 5 is invalid"},
      {"split fc_8.tflite --cuts 2,1 -o x", 2, "cut 1 is invalid"},
      {"split fc_8.tflite --stages 6 -o x", 2, "a model of 5 ops takes 1 to 5"},
      {"split fc_8.tflite --at input -o x", 2, "no op produces a tensor"},
      {"split fc_8.tflite --ops 0-9 -o x", 2, "--ops 0-9: expected op numbers"},
      {"split fc_8.tflite --cuts 1 --stages 2 -o x", 2, "see 'coralline split"},
      {"split fc_8.tflite --cuts 1 -o fc_8.tflite", 1, "cannot create"},
      {"verify fc_8.tflite --segments .", 3, "no segments of 'fc_8'"},
      {"run fc_8.tflite --devices gpu:0", 2, "unknown device 'gpu:0'"},
      {"run fc_8.tflite --stages 3 --devices cpu", 2, "3 stages and 1 devices"},
      {"generate fc --width 0", 2, "width 0 is too small"},
      {"generate fc --width 50000", 2, "holds less than 2 GB"},
  };
  for (const Case& test_case : cases) {
    const Result result = Run(test_case.arguments);
    EXPECT_EQ(result.status, test_case.status) << test_case.arguments;
    EXPECT_THAT(result.output, HasSubstr(test_case.message));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "x"));
  }
}

TEST_F(Cli, WithoutALibraryOnlyExecutionFails) {
  const std::string no_library = "CORALLINE_TFLITE=./none.so";
  Run("generate fc --width 8");
  EXPECT_EQ(Run("inspect fc_8.tflite", no_library).status, 0);
  EXPECT_EQ(Run("split fc_8.tflite --cuts 2 -o s", no_library).status, 0);
  const Result result = Run("run fc_8.tflite", no_library);
  EXPECT_EQ(result.status, 4);
  EXPECT_THAT(result.output, HasSubstr("CORALLINE_TFLITE names a library that "
                                       "cannot be used"));
}

TEST_F(Cli, LargeWeightsAreHeldOnce) {
  if (*CORALLINE_SANITIZE) GTEST_SKIP() << "sanitizers change the memory";
  constexpr std::int64_t kProgram = 16 << 20;
  ASSERT_EQ(Run("generate fc --width 4620").status, 0);
  const std::int64_t file = FileBytes("fc_4620.tflite");
  ASSERT_GT(file, 60 << 20);
  EXPECT_LT(PeakBytes("inspect fc_4620.tflite"), file + kProgram);
  // Besides the model there is only the segment being written.
  const std::int64_t peak =
      PeakBytes("split fc_4620.tflite --cuts 3 -o segments");
  const std::int64_t segment =
      FileBytes("segments/fc_4620_segment_0_of_2.tflite");
  ASSERT_GT(segment, file / 3);
  EXPECT_LT(peak, file + segment + kProgram);
}

}  // namespace
}  // namespace coralline
