// The program on Edge TPUs that are not there: a libedgetpu and a compiler of
// our own (docs/edge-tpu-fake.md).

#include <fcntl.h>
#include <sys/file.h>

#include <nlohmann/json.hpp>

#include "tests/cli/cli_fixture.h"

namespace coralline {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Json = nlohmann::json;

class EdgeTpuCli : public Cli {
 protected:
  void SetUp() override {
    if (!CanExecute()) GTEST_SKIP() << "no TFLite library";
    std::filesystem::create_directories(folder_ / "state");
  }

  // Four devices that do not wait, unless `variables` say something else.
  Result OnFakes(const std::string& arguments,
                 const std::string& variables = "") {
    return Run(arguments,
               "FAKE_EDGETPU_DEVICES=pci:4 FAKE_EDGETPU_SPEED=0 "
               "FAKE_EDGETPU_STATE=state "
               "CORALLINE_EDGETPU=" CORALLINE_FAKE_EDGETPU
               " CORALLINE_EDGETPU_COMPILER=" CORALLINE_FAKE_COMPILER " " +
                   variables);
  }

  Json JsonOf(const std::string& arguments, const std::string& variables = "") {
    const Result result = OnFakes(arguments + " --json", variables);
    EXPECT_EQ(result.status, 0) << result.output;
    return Json::parse(result.stdout_only, nullptr, false);
  }

  // Large enough that a cut pays.
  void Generate() {
    ASSERT_EQ(Run("generate fc --width 2620 -o m.tflite").status, 0);
  }
  void GenerateSmall() {
    ASSERT_EQ(Run("generate fc --width 128 -o m.tflite").status, 0);
  }

  void ExpectError(const std::string& arguments, int status,
                   const std::string& text, const std::string& variables = "") {
    const Result result = OnFakes(arguments, variables);
    EXPECT_EQ(result.status, status) << result.output;
    EXPECT_THAT(result.output, HasSubstr(text));
    EXPECT_EQ(result.stdout_only, "");
  }

  // Every request was answered, and as the CPU does.
  static void ExpectAllEqual(const Json& run, int requests) {
    EXPECT_EQ(run["done"], requests);
    EXPECT_EQ(run["failed"], 0);
    EXPECT_GE(run["reference"]["compared"], requests);
    EXPECT_EQ(run["reference"]["different"], 0) << run["reference"];
    EXPECT_EQ(run["origin"], "emulated");  // a fake measures nothing
  }
};

TEST_F(EdgeTpuCli, ACompiledPlanRunsOnFourDevicesAsTheWholeModelDoes) {
  Generate();
  ASSERT_EQ(Run("plan m.tflite --count 3 -o p.json").status, 0);
  const Json compiled = JsonOf("compile p.json -o compiled");
  EXPECT_EQ(compiled["segments"].size(), 3U);
  // The compiler is not asked again: it would hang.
  const Json run = JsonOf(
      "run m.tflite --plan p.json --devices edgetpu:all --requests 100 "
      "--reference m.tflite",
      "FAKE_EDGETPU_COMPILER=hang");
  ExpectAllEqual(run, 100);
  EXPECT_EQ(run["stages"].size(), 3U);
  EXPECT_THAT(run["stages"][0]["device"].get<std::string>(),
              AllOf(HasSubstr("edgetpu:pci:0"), HasSubstr("fake")));
}

TEST_F(EdgeTpuCli, WithoutAPlanItPlansCompilesAndRuns) {
  Generate();
  const Json run = JsonOf(
      "run m.tflite --devices edgetpu:all --requests 50 "
      "--reference m.tflite");
  ExpectAllEqual(run, 50);
  EXPECT_GE(run["stages"].size(), 2U);
}

TEST_F(EdgeTpuCli, UnpluggingADeviceLosesNothing) {
  Generate();
  ASSERT_EQ(Run("plan m.tflite --count 4 -o p.json").status, 0);
  const Json run = JsonOf(
      "run m.tflite --plan p.json --devices edgetpu:all --requests 400 "
      "--reference m.tflite",
      "FAKE_EDGETPU_FAULTS='device=1,at=60,kind=lost'");
  ExpectAllEqual(run, 400);
  ASSERT_FALSE(run["events"].empty());
  EXPECT_EQ(run["events"][0]["kind"], "device_failed");
  EXPECT_EQ(run["events"][0]["device"], 1);
  EXPECT_THAT(run["events"][0]["text"].get<std::string>(),
              HasSubstr("edgetpu:pci:1"));
}

TEST_F(EdgeTpuCli, GooglesCompiledFileRunsOnEveryDevice) {
  const auto models = std::filesystem::path(CORALLINE_MODELS_DIR);
  const std::string name = "mobilenet_v1_0.25_128_quant";
  const auto compiled = models / (name + "_edgetpu.tflite");
  const auto twin = models / (name + ".tflite");
  if (!std::filesystem::exists(compiled)) {
    GTEST_SKIP() << "the shared models are not here";
  }
  const Json run =
      JsonOf("run " + compiled.string() + " --requests 200 --reference " +
                 twin.string(),
             "FAKE_EDGETPU_TWINS=" + twin.string() +
                 " FAKE_EDGETPU_FAULTS='device=3,at=20,kind=lost'");
  ExpectAllEqual(run, 200);
  EXPECT_EQ(run["stages"].size(), 1U);
  EXPECT_EQ(run["stages"][0]["replicas"].size(), 3U);
}

TEST_F(EdgeTpuCli, ADifferentReferenceIsFoundOut) {
  GenerateSmall();
  ASSERT_EQ(Run("generate fc --width 128 --seed 2 -o other.tflite").status, 0);
  const Result result = OnFakes(
      "run m.tflite --devices edgetpu:0 --requests 5 --reference "
      "other.tflite");
  EXPECT_EQ(result.status, 1) << result.output;
  EXPECT_THAT(result.output, HasSubstr("differ from what other gives"));
}

TEST_F(EdgeTpuCli, SegmentsAreMeasuredOnTheDeviceOnceAndPlannedForMore) {
  Generate();
  const std::string plan =
      "plan m.tflite --device edgetpu:0 --count 3 --segment-budget 0.05";
  const Json first = JsonOf(plan + " -o p.json");
  EXPECT_EQ(first["origin"], "emulated");
  EXPECT_GT(first["measured_segments"], 0);
  const Json again = JsonOf(plan, "FAKE_EDGETPU_COMPILER=hang");
  EXPECT_EQ(again["cached_segments"], again["measured_segments"]);
  EXPECT_EQ(again["stages"], first["stages"]);
  ExpectAllEqual(
      JsonOf("run m.tflite --plan p.json --requests 20 --reference m.tflite"),
      20);
}

TEST_F(EdgeTpuCli, APlanForMoreDevicesThanThereAreSaysSo) {
  Generate();
  ASSERT_EQ(OnFakes("plan m.tflite --device edgetpu:0 --count 4 "
                    "--segment-budget 0.05 -o p.json")
                .status,
            0);
  ExpectError("run m.tflite --plan p.json --requests 5", 4,
              "devices edgetpu:pci, found edgetpu:pci:0",
              "FAKE_EDGETPU_DEVICES=pci:1");
  ExpectError("run m.tflite --plan p.json --devices edgetpu:0 --requests 5", 2,
              "accelerators and 1 Edge TPUs are given");
}

TEST_F(EdgeTpuCli, AProfileThatLosesItsDeviceGoesOnLater) {
  GenerateSmall();
  // Any interval is narrow enough: each segment takes 14 inferences.
  const std::string profile =
      "profile m.tflite --device edgetpu:0 --all --interval 1000 "
      "--segment-budget 60 -o p.json";
  const Result lost =
      OnFakes(profile, "FAKE_EDGETPU_FAULTS='device=0,at=60,kind=lost'");
  EXPECT_EQ(lost.status, 4) << lost.output;
  EXPECT_THAT(lost.output, HasSubstr("is lost"));
  const auto before =
      Json::parse(std::ifstream(folder_ / "p.json"))["segments"].size();
  EXPECT_GT(before, 0U);
  const Result again = OnFakes(profile);
  EXPECT_EQ(again.status, 0) << again.output;
  const auto all = Json::parse(std::ifstream(folder_ / "p.json"));
  EXPECT_EQ(all["segments"].size(), 15U);  // of 5 ops
  EXPECT_EQ(all["device"], "edgetpu:pci:0");
}

// What stops a run, each with a message and a status of its own.

TEST_F(EdgeTpuCli, WithoutALibrary) {
  GenerateSmall();
  ExpectError("run m.tflite --devices edgetpu:all", 4, "libedgetpu",
              "CORALLINE_EDGETPU=/nowhere/libedgetpu.so.1");
}

TEST_F(EdgeTpuCli, WithoutADevice) {
  GenerateSmall();
  for (const char* name : {"edgetpu:all", "edgetpu:0", "edgetpu:usb:0"}) {
    ExpectError(std::string("run m.tflite --devices ") + name, 4,
                "no Edge TPU found", "FAKE_EDGETPU_DEVICES=0");
  }
  ExpectError("run m.tflite --devices edgetpu:7", 4, "edgetpu:pci:3");
  ExpectError("run m.tflite --devices edgetpu:tpu", 2, "edgetpu:tpu");
}

TEST_F(EdgeTpuCli, WithADeviceThatAnotherProcessUses) {
  GenerateSmall();
  const auto path = folder_ / "state/apex_0.lock";
  const int lock = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  ASSERT_EQ(flock(lock, LOCK_EX | LOCK_NB), 0);
  ExpectError("run m.tflite --devices edgetpu:0", 4, "in use");
  close(lock);
}

TEST_F(EdgeTpuCli, WithAModelForANewerRuntime) {
  GenerateSmall();
  ExpectError("run m.tflite --devices edgetpu:0", 3, "needs runtime 14",
              "FAKE_EDGETPU_RUNTIME=13");
}

TEST_F(EdgeTpuCli, WithAPackageThatIsCutShort) {
  GenerateSmall();
  ASSERT_EQ(OnFakes("compile m.tflite -o good").status, 0);
  const std::string compiler =
      "FAKE_EDGETPU_COMPILER=truncated " CORALLINE_FAKE_COMPILER
      " -s -o bad m.tflite >/dev/null; ";
  std::filesystem::create_directory(folder_ / "bad");
  ASSERT_EQ(Run("--version", compiler).status, 0);
  ExpectError("run bad/m_edgetpu.tflite --devices edgetpu:0", 3, "m_edgetpu");
}

TEST_F(EdgeTpuCli, WithoutACompiler) {
  GenerateSmall();
  ExpectError("run m.tflite --devices edgetpu:0", 4, "not compiled",
              "CORALLINE_EDGETPU_COMPILER=/nowhere/edgetpu_compiler");
}

TEST_F(EdgeTpuCli, WithACompilerThatHangsCrashesFailsOrPrintsNoise) {
  GenerateSmall();
  const std::string run =
      "run m.tflite --devices edgetpu:0 --compile-timeout 1";
  ExpectError(run, 1, "did not end within", "FAKE_EDGETPU_COMPILER=hang");
  ExpectError(run, 1, "crashed", "FAKE_EDGETPU_COMPILER=crash");
  ExpectError(run, 3, "Internal compiler error", "FAKE_EDGETPU_COMPILER=fail");
  ExpectError(run, 1, "wrote what is no compiled model",
              "FAKE_EDGETPU_COMPILER=garbage");
  ExpectError(run, 1, "wrote no", "FAKE_EDGETPU_COMPILER=nothing");
}

TEST_F(EdgeTpuCli, ACompiledModelIsNotCutAndRunsOnNothingElse) {
  GenerateSmall();
  ASSERT_EQ(OnFakes("compile m.tflite -o c").status, 0);
  ExpectError("run c/m_edgetpu.tflite --stages 2", 2, "compiled for the Edge");
  ExpectError("run c/m_edgetpu.tflite --devices cpu:0", 2,
              "use --devices edgetpu:all");
  ExpectError("plan c/m_edgetpu.tflite", 3, "already compiled");
}

}  // namespace
}  // namespace coralline
