// Edge TPUs by the fake libedgetpu, which behaves as the real one does.

#include "coralline/device/edgetpu_device.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <thread>

#include "coralline/device/testing.h"
#include "coralline/profile/profiler.h"
#include "coralline/tflite/reader.h"
#include "tests/edgetpu_setup.h"

namespace coralline {
namespace {

namespace fs = std::filesystem;
using namespace edgetpu_setup;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A process opens libedgetpu once, so these two come first.
TEST_F(EdgeTpuTest, WithoutALibraryTellsHowToGetOne) {
  const Error error =
      ErrorOf([] { ListEdgeTpus({.library = "/nowhere/libedgetpu.so.1"}); });
  EXPECT_EQ(error.kind(), ErrorKind::kDevice);
  EXPECT_THAT(
      error.what(),
      AllOf(HasSubstr("/nowhere/libedgetpu.so.1"), HasSubstr("libedgetpu1-std"),
            HasSubstr("--libedgetpu"), HasSubstr("CORALLINE_EDGETPU")));
}

TEST_F(EdgeTpuTest, RefusesALibraryOfAnotherKind) {
  const Error error =
      ErrorOf([] { ListEdgeTpus({.library = "libstdc++.so.6"}); });
  EXPECT_EQ(error.kind(), ErrorKind::kDevice);
  EXPECT_THAT(error.what(), HasSubstr("not libedgetpu"));
}

TEST_F(EdgeTpuTest, IsListedWithoutTfLite) {
  setenv("CORALLINE_TFLITE", "/nowhere", 1);
  Set("DEVICES", "usb:1,pci:11");
  const auto listed = ListEdgeTpus();
  ASSERT_EQ(listed.size(), 12U);
  EXPECT_EQ(listed[0], (EdgeTpuAddress{EdgeTpuBus::kPci, "/dev/apex_0"}));
  EXPECT_EQ(listed[2].path, "/dev/apex_2");
  EXPECT_EQ(listed[10].path, "/dev/apex_10");
  EXPECT_EQ(listed[11].bus, EdgeTpuBus::kUsb);
  EXPECT_EQ(Open("edgetpu:11").name(), "edgetpu:usb:0");
}

TEST_F(EdgeTpuTest, TellsTheVersionOfTheRuntime) {
  const EdgeTpuRuntime runtime = ReadEdgeTpuRuntime();
  EXPECT_THAT(runtime.version, HasSubstr("RuntimeVersion(14)"));
  EXPECT_EQ(runtime.runtime_version, 14);
  EXPECT_EQ(runtime.path, CORALLINE_FAKE_EDGETPU);
  EXPECT_TRUE(runtime.is_fake);
}

TEST_F(EdgeTpuTest, WithoutADeviceSaysSo) {
  Set("DEVICES", "0");
  EXPECT_THAT(ListEdgeTpus(), IsEmpty());
  const Error error = ErrorOf([&] { Open(); });
  EXPECT_EQ(error.kind(), ErrorKind::kDevice);
  EXPECT_THAT(error.what(), HasSubstr("no Edge TPU found"));
}

TEST_F(EdgeTpuTest, ExpandsNamesToThoseThatAreThere) {
  Set("DEVICES", "pci:1,usb:1");
  EXPECT_THAT(ExpandEdgeTpuName("edgetpu:all"),
              ElementsAre("edgetpu:pci:0", "edgetpu:usb:0"));
  Unplug();
  EXPECT_THAT(ExpandEdgeTpuName("edgetpu:all"), ElementsAre("edgetpu:usb:0"));
}

TEST_F(EdgeTpuTest, RefusesOptionsThatAreNotKnown) {
  for (const EdgeTpuOptions& options :
       {EdgeTpuOptions{.performance = "most"},
        EdgeTpuOptions{.usb_queue_length = 256},
        EdgeTpuOptions{.usb_queue_length = -1}}) {
    EXPECT_EQ(ErrorOf([&] { Open("edgetpu:0", options); }).kind(),
              ErrorKind::kUsage);
  }
}

TEST_F(EdgeTpuTest, RefusesANameOfSeveralDevices) {
  Set("DEVICES", "pci:2");
  EXPECT_EQ(ErrorOf([&] { Open("edgetpu:all"); }).kind(), ErrorKind::kUsage);
}

TEST_F(EdgeTpuDeviceTest, GivesTheOutputsOfTheCpu) {
  const Model model = SmallModel();
  const auto executable = Open().Load(model);
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto inputs = InputsOf(model, seed);
    EXPECT_EQ(RunOnce(*executable, inputs), OnCpu(model, inputs));
  }
}

TEST_F(EdgeTpuDeviceTest, RunsAFileOfGooglesCompiler) {
  const fs::path models = CORALLINE_MODELS_DIR;
  const auto twin = models / "mobilenet_v1_0.25_128_quant.tflite";
  const auto file = models / "mobilenet_v1_0.25_128_quant_edgetpu.tflite";
  if (!exists(file)) GTEST_SKIP() << "the shared models are not here";
  Set("TWINS", twin);
  const EdgeTpuDevice device("edgetpu:0", {}, nullptr);
  const auto executable = device.Load(ReadTflite(file, Compiled::kAllow));
  const auto inputs = InputsOf(ReadTflite(twin));
  EXPECT_EQ(RunOnce(*executable, inputs), OnCpu(ReadTflite(twin), inputs));
}

TEST_F(EdgeTpuDeviceTest, SaysWhatItIsAndThatItIsAFake) {
  const EdgeTpuDevice device =
      Open("edgetpu:0", {.performance = "max", .usb_queue_length = 8});
  EXPECT_EQ(device.name(), "edgetpu:pci:0");
  EXPECT_THAT(device.runtime(),
              AllOf(HasSubstr("libedgetpu BuildLabel(COMPILER=fake"),
                    HasSubstr("RuntimeVersion(14), TFLite 2"),
                    HasSubstr("twin compiler 1, performance max, USB queue "
                              "length 8")));
  EXPECT_EQ(device.Load(SmallModel())->description(),
            "edgetpu:pci:0, libedgetpu runtime 14, fake");
  EXPECT_TRUE(device.is_emulated());
}

TEST_F(EdgeTpuDeviceTest, TimesOfTheFakeAreNeverCalledMeasured) {
  const Model model = SmallModel();
  const auto profile = MeasureSegment(model, OpRange(0, model.graph.num_ops()),
                                      Open(), {.max_runs = 1});
  EXPECT_EQ(profile->origin, Origin::kEmulated);
}

TEST_F(EdgeTpuDeviceTest, HandsItsOptionsToTheLibrary) {
  Set("DEVICES", "usb:1");  // which would not open with options it doesn't know
  for (const char* performance : {"low", "medium", "high", "max"}) {
    const EdgeTpuDevice device = Open(
        "edgetpu:0", {.performance = performance, .usb_queue_length = 255});
    EXPECT_NO_THROW(device.Load(SmallModel())) << performance;
  }
}

TEST_F(EdgeTpuDeviceTest, WithoutACompilerLoadsCompiledModelsOnly) {
  const EdgeTpuDevice device("edgetpu:0", {}, nullptr);
  const Error error = ErrorOf([&] { device.Load(SmallModel()); });
  EXPECT_EQ(error.kind(), ErrorKind::kDevice);
  EXPECT_THAT(error.what(), HasSubstr("coralline compile"));
  EXPECT_NO_THROW(device.Load(compiler_->Compile(SmallModel())));
}

// Compiles to the model that it is given.
struct GivenCompiler : SegmentCompiler {
  explicit GivenCompiler(Model model) : given(std::move(model)) {}
  std::string version() const override { return "given"; }
  bool CanCompile(const Model&) const override { return true; }
  Model Compile(const Model&) const override { return given; }

  Model given;
};

TEST_F(EdgeTpuDeviceTest, KeepsTheOrderOfTheSegmentsInputs) {
  const Model model = DifferenceModel();
  compiler_->Compile(model);  // for the twin
  Graph swapped = model.graph;
  std::swap(swapped.inputs[0], swapped.inputs[1]);
  const auto compiler =
      std::make_shared<GivenCompiler>(CompiledLike(swapped, "swapped"));
  const auto executable = EdgeTpuDevice("edgetpu:0", {}, compiler).Load(model);
  const auto inputs = InputsOf(model);
  EXPECT_EQ(RunOnce(*executable, inputs), OnCpu(model, inputs));
}

TEST_F(EdgeTpuDeviceTest, RefusesACompiledModelOfAnotherInterface) {
  const auto compiler =
      std::make_shared<GivenCompiler>(compiler_->Compile(OtherModel()));
  const EdgeTpuDevice device("edgetpu:0", {}, compiler);
  EXPECT_THAT(ErrorOf([&] { device.Load(SmallModel()); }).what(),
              HasSubstr("has 32 bytes in the compiled model and 64 in the "
                        "segment"));
  const Error error = ErrorOf([&] { device.Load(DifferenceModel()); });
  EXPECT_EQ(error.kind(), ErrorKind::kModel);
  EXPECT_THAT(error.what(), HasSubstr("inputs or outputs"));
}

TEST_F(EdgeTpuDeviceTest, RefusesAModelForANewerRuntime) {
  Set("RUNTIME", "12");
  const Error error = ErrorOf([&] { Open().Load(SmallModel()); });
  EXPECT_EQ(error.kind(), ErrorKind::kModel);
  EXPECT_THAT(error.what(),
              AllOf(HasSubstr("needs runtime 13"), HasSubstr("has 12"),
                    HasSubstr("--min-runtime-version 12")));
}

TEST_F(EdgeTpuDeviceTest, RefusesATruncatedPackage) {
  const Model model = SmallModel();
  auto options = sample_packages::OptionsOf(
      sample_packages::PackageOf({sample_packages::StandAlone()}));
  options.resize(options.size() / 2);
  ModelBuilder builder;
  const int in = builder.AddInput(model.graph.tensors[model.graph.inputs[0]]);
  const int out =
      builder.AddActivation(model.graph.tensors[model.graph.outputs[0]]);
  builder.AddCustomOp({.kind = OpKind::kCustom,
                       .custom_code = "edgetpu-custom-op",
                       .inputs = {in},
                       .outputs = {out}},
                      options);
  builder.SetOutputs({out});
  const Model truncated = builder.Build("truncated", Compiled::kAllow);
  const Error error = ErrorOf([&] { Open().Load(truncated); });
  EXPECT_EQ(error.kind(), ErrorKind::kModel);
  EXPECT_THAT(error.what(), HasSubstr("truncated"));
}

TEST_F(EdgeTpuDeviceTest, TellsWhyTfLiteRefusesAModel) {
  const Model compiled = compiler_->Compile(SmallModel());
  Set("TWINS", "");  // the fake does not know it any more
  const Error error = ErrorOf([&] { Open().Load(compiled); });
  EXPECT_EQ(error.kind(), ErrorKind::kModel);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("refuses it on edgetpu:pci:0"),
                                  HasSubstr("no CPU model")));
}

TEST_F(EdgeTpuDeviceTest, ChangesHandsWhereTwoModelsAlternate) {
  const EdgeTpuDevice device = Open();
  const Model one = SmallModel();
  const Model other = OtherModel();
  const auto first = device.Load(one);
  const auto second = device.Load(other);
  for (const std::uint64_t seed : {1, 2, 3}) {
    EXPECT_EQ(RunOnce(*first, InputsOf(one, seed)),
              OnCpu(one, InputsOf(one, seed)));
    EXPECT_EQ(RunOnce(*second, InputsOf(other, seed)),
              OnCpu(other, InputsOf(other, seed)));
  }
  EXPECT_EQ(NumUploads(), 6);
}

TEST_F(EdgeTpuDeviceTest, IsNotTakenFromWhatRunsByALoad) {
  const EdgeTpuDevice device = Open();
  const Model model = SmallModel();
  const auto running = device.Load(model);
  RunOnce(*running, InputsOf(model));
  const auto next = device.Load(OtherModel());
  RunOnce(*running, InputsOf(model));
  EXPECT_EQ(NumUploads(), 1);
  next->Upload();
  EXPECT_EQ(NumUploads(), 2);
}

TEST_F(EdgeTpuDeviceTest, UploadsBeforeTheFirstInferenceIfAsked) {
  const Model model = SmallModel();
  const auto executable = Open().Load(model);
  EXPECT_EQ(NumUploads(), 0);
  executable->Upload();
  executable->Upload();
  EXPECT_EQ(RunOnce(*executable, InputsOf(model)),
            OnCpu(model, InputsOf(model)));
  EXPECT_EQ(NumUploads(), 1);
}

TEST_F(EdgeTpuDeviceTest, IsFreeAgainAfterItsExecutables) {
  Open().Load(SmallModel());
  const auto again = Open().Load(SmallModel());
  RunOnce(*again, InputsOf(SmallModel()));
  EXPECT_EQ(NumUploads(), 1);
}

TEST_F(EdgeTpuDeviceTest, IsSharedByThreads) {
  const EdgeTpuDevice device = Open();
  const Model models[] = {SmallModel(), OtherModel()};
  std::vector<std::thread> threads;
  for (const Model& model : models) {
    const auto expected = OnCpu(model, InputsOf(model));
    threads.emplace_back(
        [&model, expected,
         executable = std::shared_ptr<Executable>(device.Load(model))] {
          for (int i = 0; i < 20; ++i) {
            EXPECT_EQ(RunOnce(*executable, InputsOf(model)), expected);
          }
        });
  }
  for (auto& thread : threads) thread.join();
}

TEST_F(EdgeTpuDeviceTest, FailsOnceAndGoesOn) {
  Set("FAULTS", "device=0,at=1,kind=fail");
  const Model model = SmallModel();
  const auto executable = Open().Load(model);
  const auto inputs = InputsOf(model);
  RunOnce(*executable, inputs);
  const Error error = ErrorOf([&] { RunOnce(*executable, inputs); });
  EXPECT_EQ(error.kind(), ErrorKind::kDevice);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("inference failed on edgetpu:pci:0 "
                                            "(/dev/apex_0)"),
                                  HasSubstr("request 1 failed")));
  EXPECT_EQ(RunOnce(*executable, inputs), OnCpu(model, inputs));
}

TEST_F(EdgeTpuDeviceTest, IsLostWhereItIsUnpluggedAndComesBack) {
  const EdgeTpuDevice device = Open();
  const Model model = SmallModel();
  const auto inputs = InputsOf(model);
  auto executable = device.Load(model);
  RunOnce(*executable, inputs);
  Unplug();
  EXPECT_FALSE(device.is_present());
  for (int i = 0; i < 2; ++i) {
    const Error error = ErrorOf([&] { RunOnce(*executable, inputs); });
    EXPECT_EQ(error.kind(), ErrorKind::kDevice);
    EXPECT_THAT(error.what(),
                HasSubstr("edgetpu:pci:0 (/dev/apex_0) is lost: "));
  }
  EXPECT_THAT(ErrorOf([&] { device.Load(model); }).what(),
              HasSubstr("edgetpu:pci:0 (/dev/apex_0) is lost: "));
  Plug();
  EXPECT_TRUE(device.is_present());
  executable = device.Load(model);
  EXPECT_EQ(RunOnce(*executable, inputs), OnCpu(model, inputs));
}

TEST_F(EdgeTpuDeviceTest, SaysThatItIsInUse) {
  // As another process that has it open.
  const int lock =
      open((folder_ / "apex_0.lock").c_str(), O_CREAT | O_RDWR, 0666);
  ASSERT_EQ(flock(lock, LOCK_EX), 0);
  const Error error = ErrorOf([&] { Open().Load(SmallModel()); });
  EXPECT_EQ(error.kind(), ErrorKind::kDevice);
  EXPECT_THAT(error.what(), HasSubstr("edgetpu:pci:0 (/dev/apex_0) is in use"));
  close(lock);
  EXPECT_NO_THROW(Open().Load(SmallModel()));
}

TEST_F(EdgeTpuDeviceTest, IsLeftAloneWhileAnAbandonedInferenceHangs) {
  Set("FAULTS", "device=0,at=0,kind=stall,for=2s");
  const EdgeTpuDevice device = Open();
  const Model model = SmallModel();
  const std::shared_ptr<Executable> hanging = device.Load(model);
  const auto other = device.Load(model);
  std::atomic<bool> has_ended = false;
  std::thread thread([&] {
    RunOnce(*hanging, InputsOf(model));
    has_ended = true;
  });
  std::string error;
  while (!has_ended && error.empty()) {
    hanging->Abandon();
    try {
      device.Load(model);
    } catch (const Error& thrown) {
      error = thrown.what();
    }
  }
  EXPECT_THAT(error, HasSubstr("hangs in an inference that was given up"));
  EXPECT_THAT(ErrorOf([&] { RunOnce(*other, InputsOf(model)); }).what(),
              HasSubstr("hangs"));
  thread.join();
  EXPECT_EQ(RunOnce(*device.Load(model), InputsOf(model)),
            OnCpu(model, InputsOf(model)));
}

TEST_F(EdgeTpuDeviceTest, HasNoTemperatureWhereTheSystemTellsNone) {
  if (fs::exists("/sys/class/apex")) GTEST_SKIP() << "a real one is here";
  EXPECT_EQ(Open().temperature(), std::nullopt);
}

}  // namespace
}  // namespace coralline
