// Edge TPUs of the fake libedgetpu inside the real pipeline.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "coralline/pipeline/pipeline.h"
#include "coralline/tflite/writer.h"
#include "tests/edgetpu_setup.h"

namespace coralline {
namespace {

using namespace edgetpu_setup;
using namespace std::chrono_literals;
using testing::HasSubstr;

// The whole model on each device that is usable.
class CopyDeployer : public Deployer {
 public:
  CopyDeployer(Model model, std::vector<EdgeTpuDevice> devices)
      : model_(std::move(model)), devices_(std::move(devices)) {}

  int num_devices() const override { return static_cast<int>(devices_.size()); }
  std::string device_name(int device) const override {
    return devices_[device].name();
  }
  bool IsPresent(int device) const override {
    return devices_[device].is_present();
  }
  std::optional<Deployment> Deploy(
      std::span<const DeviceHealth> health) override {
    Deployment deployment;
    std::vector<Replica> replicas;
    for (int d = 0; d < num_devices(); ++d) {
      if (!health[d].usable) continue;
      try {
        replicas.push_back(
            {.device = d, .executable = devices_[d].Load(model_)});
      } catch (const Error&) {
        deployment.failed.push_back(d);
      }
    }
    if (replicas.empty()) return std::nullopt;
    deployment.stages.push_back(std::move(replicas));
    return deployment;
  }

 private:
  Model model_;
  std::vector<EdgeTpuDevice> devices_;
};

class EdgeTpuPipelineTest : public EdgeTpuDeviceTest {
 protected:
  void Start(int num_devices, std::chrono::nanoseconds watchdog) {
    Set("DEVICES", fmt::format("pci:{}", num_devices));
    std::vector<EdgeTpuDevice> devices;
    for (int d = 0; d < num_devices; ++d) {
      devices.push_back(Open(fmt::format("edgetpu:{}", d)));
    }
    pipeline_ = std::make_unique<Pipeline>(
        std::make_unique<CopyDeployer>(model_, std::move(devices)),
        InterfaceOf(model_.graph), PipelineOptions{.watchdog = watchdog});
  }

  // One after another; each must be done, as the CPU does it.
  void RunOne(std::uint64_t seed) {
    const auto inputs = InputsOf(model_, seed);
    pipeline_->Push(inputs);
    Completion completion;
    ASSERT_TRUE(pipeline_->Pop(completion));
    ASSERT_EQ(completion.outcome, Outcome::kDone);
    EXPECT_EQ(completion.outputs, OnCpu(model_, inputs));
  }

  bool HasEvent(EventKind kind) const {
    const auto events = pipeline_->Stats().events;
    return std::any_of(events.begin(), events.end(),
                       [&](const auto& event) { return event.kind == kind; });
  }

  const Model model_ = SmallModel();
  std::unique_ptr<Pipeline> pipeline_;
};

TEST_F(EdgeTpuPipelineTest, GivesTheOutputsOfTheWholeModelOnTwoDevices) {
  Set("DEVICES", "pci:2");
  const auto parts = SplitModel(
      model_, SegmentsAt(model_.graph.num_ops(), std::vector<int>{2}));
  std::vector<std::unique_ptr<Executable>> stages;
  stages.push_back(Open("edgetpu:0").Load(parts[0]));
  stages.push_back(Open("edgetpu:1").Load(parts[1]));
  pipeline_ =
      std::make_unique<Pipeline>(std::move(stages), InterfaceOf(model_.graph));
  for (std::uint64_t seed = 0; seed < 5; ++seed) RunOne(seed);
  EXPECT_EQ(NumUploads("apex_0"), 1);
  EXPECT_EQ(NumUploads("apex_1"), 1);
}

TEST_F(EdgeTpuPipelineTest, LosesNothingWhereADeviceIsUnplugged) {
  Start(2, 500ms);
  std::uint64_t seed = 0;
  while (seed < 10) RunOne(seed++);
  Unplug("apex_1");
  while (!HasEvent(EventKind::kDeviceFailed)) RunOne(seed++);
  EXPECT_THAT(pipeline_->Stats().events.front().text,
              HasSubstr("edgetpu:pci:1 (/dev/apex_1) is lost"));
  while (!HasEvent(EventKind::kDeployed)) RunOne(seed++);
  Plug("apex_1");
  while (!HasEvent(EventKind::kDeviceReturned)) RunOne(seed++);
  RunOne(seed);
  EXPECT_EQ(pipeline_->Stats().failed, 0);
}

TEST_F(EdgeTpuPipelineTest, GoesOnWithoutADeviceThatHangsAndEndsBeforeIt) {
  Set("FAULTS", "device=1,at=3,kind=stall,for=3s");
  Start(2, 500ms);
  std::uint64_t seed = 0;
  while (!HasEvent(EventKind::kDeviceStalled)) RunOne(seed++);
  while (!HasEvent(EventKind::kDeployed)) RunOne(seed++);
  pipeline_.reset();
  // Its thread comes back to nobody, and the device can be used again.
  for (bool hangs = true; hangs;) {
    try {
      RunOnce(*Open("edgetpu:1").Load(model_), InputsOf(model_));
      hangs = false;
    } catch (const Error& error) {
      ASSERT_THAT(error.what(), HasSubstr("hangs in an inference"));
      std::this_thread::sleep_for(10ms);
    }
  }
}

}  // namespace
}  // namespace coralline
