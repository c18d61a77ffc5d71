// Devices that fail, hang, come back and slow down, and what becomes of the
// requests. Devices are fakes; tests/fault_runs_test.cc has emulated ones.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "coralline/device/testing.h"
#include "coralline/pipeline/pipeline.h"

namespace coralline {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing_util::FakeExecutable;

std::vector<TensorSpec> Byte(const std::string& name) {
  return {{.name = name, .bytes = 1}};
}

std::vector<TensorData> Data(int value) {
  return {{static_cast<std::byte>(value)}};
}

// What tests tell the devices to do, and what these did.
struct Bench {
  std::atomic<int> failing_device{-1};  // throws
  std::atomic<int> hanging_device{-1};  // until released
  std::atomic<int> late_runs{0};        // that went on after hanging
  std::atomic<int> failing_upload{-1};
  std::vector<std::atomic<int>> uploads = std::vector<std::atomic<int>>(4);
  std::vector<std::atomic<int>> runs = std::vector<std::atomic<int>>(4);
  std::vector<std::atomic<int>> delay_us = std::vector<std::atomic<int>>(4);
  std::atomic<int> absent_device{-1};
  std::atomic<int> refusals{0};  // how often nothing can be loaded
  std::atomic<bool> has_state{false};
  std::atomic<int> poison{-1};   // this input fails on every device
  std::atomic<int> hanging{-1};  // this one hangs

  void Hang() {
    std::unique_lock lock(mutex);
    released.wait(lock, [this] { return is_released; });
    ++late_runs;
  }
  void Release() {
    const std::lock_guard lock(mutex);
    is_released = true;
    released.notify_all();
  }

  std::mutex mutex;
  std::condition_variable released;
  bool is_released = false;
};

// Its upload fails on the bench's failing device.
class UploadedExecutable : public FakeExecutable {
 public:
  UploadedExecutable(int device, std::shared_ptr<Bench> bench,
                     Function function)
      : FakeExecutable(Byte("a"), Byte("b"), std::move(function)),
        device_(device),
        bench_(std::move(bench)) {}

  void Upload() override {
    ++bench_->uploads[device_];
    if (device_ == bench_->failing_upload) {
      throw Error(ErrorKind::kDevice, "it does not answer");
    }
  }

 private:
  int device_;
  std::shared_ptr<Bench> bench_;
};

// Adds one: all usable devices as replicas of one stage.
class FakeDeployer : public Deployer {
 public:
  FakeDeployer(std::shared_ptr<Bench> bench, int num_devices)
      : bench_(std::move(bench)), num_devices_(num_devices) {}

  int num_devices() const override { return num_devices_; }
  std::string device_name(int device) const override {
    return "fake:" + std::string(1, static_cast<char>('0' + device));
  }
  bool IsPresent(int device) const override {
    return device != bench_->absent_device;
  }
  std::optional<Deployment> Deploy(
      std::span<const DeviceHealth> devices) override {
    Deployment deployment{.can_rerun = !bench_->has_state};
    std::vector<Replica> replicas;
    for (int d = 0; d < num_devices_; ++d) {
      // A slow one is left out, so that there is another plan.
      if (!devices[d].usable || devices[d].slowdown > 3) continue;
      replicas.push_back(
          {.device = d, .executable = MakeExecutable(d), .predicted = 100us});
    }
    if (replicas.empty()) return std::nullopt;
    if (bench_->refusals > 0 && bench_->refusals-- > 0) return std::nullopt;
    deployment.period = 100us / static_cast<int>(replicas.size());
    deployment.stages.push_back(std::move(replicas));
    return deployment;
  }

 private:
  std::shared_ptr<Executable> MakeExecutable(int device) {
    return std::make_shared<UploadedExecutable>(
        device, bench_,
        [device, bench = bench_](std::span<const ConstBytes> in,
                                 std::span<const MutableBytes> out) {
          ++bench->runs[device];
          const int value = std::to_integer<int>(in[0][0]);
          if (device == bench->failing_device || value == bench->poison) {
            throw Error(ErrorKind::kDevice, "it broke");
          }
          if (device == bench->hanging_device || value == bench->hanging) {
            bench->Hang();
          }
          const int delay = bench->delay_us[device];
          if (delay > 0) {
            std::this_thread::sleep_for(std::chrono::microseconds(delay));
          }
          out[0][0] = static_cast<std::byte>(value + 1);
        });
  }

  std::shared_ptr<Bench> bench_;
  int num_devices_;
};

class FaultsTest : public testing::Test {
 protected:
  void Open(int num_devices, PipelineOptions options = {.watchdog = 50ms}) {
    options.on_event = [this](const PipelineEvent& event) {
      const std::lock_guard lock(mutex_);
      seen_.push_back(event.kind);
      changed_.notify_all();
    };
    pipeline_ = std::make_unique<Pipeline>(
        std::make_unique<FakeDeployer>(bench_, num_devices),
        PipelineInterface{Byte("a"), Byte("b")}, options);
  }
  ~FaultsTest() override { bench_->Release(); }

  void WaitFor(EventKind kind, int count = 1) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      return std::count(seen_.begin(), seen_.end(), kind) >= count;
    });
  }

  // Pushes and pops requests [0, count); all must be done.
  void RunAll(int count) {
    std::thread pusher([&] {
      for (int i = 0; i < count; ++i) pipeline_->Push(Data(i % 200));
    });
    Completion completion;
    for (int i = 0; i < count; ++i) {
      EXPECT_TRUE(pipeline_->Pop(completion));
      EXPECT_EQ(completion.id, next_++);
      EXPECT_EQ(completion.outcome, Outcome::kDone);
      EXPECT_EQ(completion.outputs, Data(i % 200 + 1));
    }
    pusher.join();
  }

  // Requests until it is so: on a busy machine a device's thread may come late,
  // and the others do the work.
  template <typename Predicate>
  void RunUntil(const Predicate& is_so) {
    while (!is_so()) RunAll(20);
  }

  std::shared_ptr<Bench> bench_ = std::make_shared<Bench>();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<EventKind> seen_;
  RequestId next_ = 0;
  std::unique_ptr<Pipeline> pipeline_;
};

TEST_F(FaultsTest, ReplicasShareTheWorkAndKeepTheOrder) {
  Open(3);
  RunAll(3000);
  EXPECT_EQ(bench_->runs[0] + bench_->runs[1] + bench_->runs[2], 3000);
}

TEST_F(FaultsTest, ASlowReplicaGetsFewerRequests) {
  Open(2);
  bench_->delay_us[0] = 2000;
  bench_->delay_us[1] = 100;
  RunAll(200);
  EXPECT_LT(2 * bench_->runs[0], bench_->runs[1]);
}

TEST_F(FaultsTest, WhatAFailedDeviceHadIsRunOnTheOthers) {
  Open(3);
  RunAll(100);
  bench_->failing_device = 1;
  RunUntil([&] { return pipeline_->Stats().events.size() >= 2; });
  EXPECT_GT(pipeline_->Stats().rerun, 0);
  EXPECT_EQ(pipeline_->Stats().failed, 0);
  EXPECT_EQ(pipeline_->Stats().done, static_cast<std::int64_t>(next_));
  const auto events = pipeline_->Stats().events;
  ASSERT_GE(events.size(), 2U);
  EXPECT_EQ(events[0].kind, EventKind::kDeviceFailed);
  EXPECT_EQ(events[0].device, 1);
  EXPECT_EQ(events[1].kind, EventKind::kDeployed);
  EXPECT_THAT(events[1].text, HasSubstr("fake:0, fake:2"));
}

TEST_F(FaultsTest, ParametersAreUploadedBeforeTheFirstRequest) {
  Open(1);
  RunAll(100);
  EXPECT_EQ(bench_->uploads[0], 1);
}

TEST_F(FaultsTest, ADeviceThatFailsBeforeItsFirstRequestIsLeftOut) {
  bench_->failing_upload = 0;
  Open(2);
  WaitFor(EventKind::kDeployed);
  RunAll(100);
  EXPECT_EQ(bench_->runs[0], 0);
  EXPECT_GE(bench_->runs[1], 100);
}

TEST_F(FaultsTest, AHungDeviceIsGivenUpAndWhatItWritesLateIsNotSeen) {
  Open(2);
  bench_->hanging_device = 0;
  RunUntil([&] { return bench_->runs[0] > 0; });
  WaitFor(EventKind::kDeviceStalled);
  WaitFor(EventKind::kDeployed);
  bench_->hanging_device = -1;
  bench_->Release();
  RunAll(300);
  WaitFor(EventKind::kDeviceReturned);
  RunAll(300);
  EXPECT_EQ(bench_->late_runs, 1);
}

TEST_F(FaultsTest, ADeviceThatAnswersAgainIsUsedAgain) {
  Open(2);
  bench_->absent_device = 0;
  bench_->failing_device = 0;
  RunUntil([&] { return bench_->runs[0] > 0; });
  WaitFor(EventKind::kDeviceFailed);
  bench_->failing_device = -1;
  bench_->absent_device = -1;
  WaitFor(EventKind::kDeviceReturned);
  WaitFor(EventKind::kDeployed, 2);
  const int before = bench_->runs[0];
  RunUntil([&] { return bench_->runs[0] > before; });
}

TEST_F(FaultsTest, RequestsFailOnlyWhileNoDeviceIsLeft) {
  Open(1);
  bench_->absent_device = 0;
  bench_->failing_device = 0;
  Completion completion;
  pipeline_->Push(Data(1));
  ASSERT_TRUE(pipeline_->Pop(completion));
  EXPECT_EQ(completion.outcome, Outcome::kFailed);
  EXPECT_THAT(completion.error->what(), HasSubstr("no device is left"));
  EXPECT_THAT(completion.error->what(), HasSubstr("it broke"));
  EXPECT_THROW(pipeline_->Push(Data(2)), Error);
  bench_->failing_device = -1;
  bench_->absent_device = -1;
  WaitFor(EventKind::kDeployed);
  next_ = 1;
  RunAll(100);
}

TEST_F(FaultsTest, DevicesThatAreThereButDoNotLoadAreTriedAgain) {
  Open(1);
  RunAll(10);
  bench_->refusals = 3;
  bench_->failing_device = 0;
  pipeline_->Push(Data(0));
  Completion completion;
  ASSERT_TRUE(pipeline_->Pop(completion));
  EXPECT_EQ(completion.id, next_++);
  EXPECT_EQ(completion.outcome, Outcome::kFailed);
  bench_->failing_device = -1;
  WaitFor(EventKind::kDeployed);
  EXPECT_EQ(bench_->refusals, 0);
  RunAll(10);
}

TEST_F(FaultsTest, ARequestThatFailsOnThreeDevicesFailsItself) {
  Open(4);
  bench_->poison = 77;
  auto before = pipeline_->Submit(Data(76));
  auto poisoned = pipeline_->Submit(Data(77));
  auto after = pipeline_->Submit(Data(78));
  EXPECT_EQ(before.get().outcome, Outcome::kDone);
  EXPECT_EQ(poisoned.get().outcome, Outcome::kFailed);
  EXPECT_EQ(after.get().outcome, Outcome::kDone);
}

TEST_F(FaultsTest, ARequestThatHangsThreeDevicesFailsItself) {
  Open(4);
  bench_->hanging = 77;
  auto hanging = pipeline_->Submit(Data(77));
  auto after = pipeline_->Submit(Data(78));
  const Completion failed = hanging.get();
  EXPECT_EQ(failed.outcome, Outcome::kFailed);
  EXPECT_THAT(failed.error->what(), HasSubstr("has not ended"));
  EXPECT_EQ(after.get().outcome, Outcome::kDone);
}

TEST_F(FaultsTest, AModelWithStateIsNotRunAgain) {
  bench_->has_state = true;
  Open(2);
  bench_->failing_device = 0;
  Completion completion;
  for (int i = 0; completion.outcome == Outcome::kDone; ++i) {
    try {
      pipeline_->Push(Data(i));
    } catch (const Error&) {
      break;
    }
    ASSERT_TRUE(pipeline_->Pop(completion));
  }
  EXPECT_EQ(completion.outcome, Outcome::kFailed);
  EXPECT_THAT(completion.error->what(), HasSubstr("state is lost"));
}

TEST_F(FaultsTest, ADeviceThatSlowsDownIsPlannedForAnew) {
  Open(2, {.watchdog = 1s, .rebalance = 20ms});
  bench_->delay_us[0] = 5000;
  bench_->delay_us[1] = 100;
  // Until the switch is seen, as times are measured in the meantime.
  for (int i = 0; pipeline_->Stats().events.empty() && i < 200; ++i) {
    RunAll(50);
  }
  const auto events = pipeline_->Stats().events;
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events[0].kind, EventKind::kRebalanced);
  const int before = bench_->runs[0];
  RunAll(300);
  EXPECT_LE(bench_->runs[0], before + 1);
}

}  // namespace
}  // namespace coralline
