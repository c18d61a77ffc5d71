#include "coralline/pipeline/run.h"

#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "coralline/device/testing.h"

namespace coralline {
namespace {

using namespace std::chrono_literals;
using testing_util::FakeExecutable;

class RunTest : public testing::Test {
 protected:
  RunTest() {
    std::vector<std::unique_ptr<Executable>> stages;
    stages.push_back(std::make_unique<FakeExecutable>(
        Spec("a"), Spec("b"),
        [this](std::span<const ConstBytes>, std::span<const MutableBytes>) {
          if (on_run_) on_run_(runs_);
          ++runs_;
        }));
    pipeline_ = std::make_unique<Pipeline>(
        std::move(stages), PipelineInterface{Spec("a"), Spec("b")});
  }
  static std::vector<TensorSpec> Spec(const std::string& name) {
    return {{.name = name, .bytes = 1}};
  }

  std::atomic<std::int64_t> runs_{0};
  std::function<void(std::int64_t run)> on_run_;  // set while nothing runs
  std::unique_ptr<Pipeline> pipeline_;
  const std::vector<std::vector<TensorData>> inputs_ = {{{std::byte{1}}}};
};

TEST_F(RunTest, MeasuresTheRequestsAfterTheWarmup) {
  const RunStats stats =
      RunRequests(*pipeline_, inputs_, {.requests = 100, .warmup_requests = 7});
  EXPECT_EQ(runs_, 107);
  EXPECT_EQ(stats.requests, 100);
  EXPECT_EQ(stats.latency.count(), 100);
  EXPECT_EQ(stats.stages.at(0).busy().count(), 100);
  EXPECT_NEAR(stats.throughput_rps,
              100 / std::chrono::duration<double>(stats.wall).count(), 1e-6);
  EXPECT_FALSE(stats.stopped);
}

TEST_F(RunTest, KeepsAnyNumberInFlight) {
  for (int in_flight = 1; in_flight <= 2 * pipeline_->max_in_flight();
       ++in_flight) {
    const RunStats stats = RunRequests(
        *pipeline_, inputs_, {.requests = 101, .in_flight = in_flight});
    EXPECT_EQ(stats.requests, 101);
  }
}

TEST_F(RunTest, EndsAtTheDeadline) {
  const RunStats stats = RunRequests(*pipeline_, inputs_, {.duration = 20ms});
  EXPECT_GE(stats.wall, 20ms);
  EXPECT_GT(stats.requests, 0);
}

TEST_F(RunTest, StopsEarlyWithEverythingDrained) {
  const std::atomic<bool> stop = true;
  const RunStats stats =
      RunRequests(*pipeline_, inputs_, {.requests = 100, .stop = &stop});
  EXPECT_TRUE(stats.stopped);
  EXPECT_EQ(stats.requests, 0);
  EXPECT_EQ(runs_, 0);
}

TEST_F(RunTest, CountsARequestThatFailsAndGoesOn) {
  on_run_ = [this](std::int64_t run) {
    if (run != 30) return;
    ++runs_;
    throw Error(ErrorKind::kFailed, "input 10 is odd");
  };
  const RunStats stats = RunRequests(*pipeline_, inputs_, {.requests = 100});
  EXPECT_EQ(stats.requests, 100);
  EXPECT_EQ(stats.failed, 1);
  EXPECT_EQ(stats.done(), 99);
  EXPECT_EQ(stats.latency.count(), 99);
  ASSERT_TRUE(stats.error);
  EXPECT_STREQ(stats.error->what(), "input 10 is odd");
}

TEST_F(RunTest, KeepsWhatWasMeasuredWhenTheLastDeviceGoes) {
  on_run_ = [](std::int64_t run) {
    if (run >= 50) throw Error(ErrorKind::kDevice, "unplugged");
  };
  const RunStats stats = RunRequests(
      *pipeline_, inputs_, {.requests = 1'000'000'000, .warmup_requests = 20});
  EXPECT_EQ(stats.done(), 30);
  EXPECT_EQ(stats.failed, stats.requests - 30);
  ASSERT_TRUE(stats.error);
  EXPECT_EQ(stats.error->kind(), ErrorKind::kDevice);
  EXPECT_FALSE(stats.events.empty());
}

TEST_F(RunTest, CountsRequestsWhoseTimeIsOver) {
  on_run_ = [](std::int64_t) { std::this_thread::sleep_for(2ms); };
  const RunStats stats = RunRequests(*pipeline_, inputs_,
                                     {.requests = 20,
                                      .warmup_requests = 0,
                                      .in_flight = 8,
                                      .request = {.timeout = 1ns}});
  EXPECT_EQ(stats.requests, 20);
  EXPECT_EQ(stats.expired + stats.done(), 20);
  EXPECT_GT(stats.expired, 0);
  EXPECT_FALSE(stats.error);
}

TEST_F(RunTest, RunsWithoutPipelineToo) {
  FakeExecutable whole(Spec("a"), Spec("b"),
                       [this](std::span<const ConstBytes>,
                              std::span<const MutableBytes>) { ++runs_; });
  const RunStats stats = RunWithoutPipeline(
      whole, inputs_, {.requests = 50, .warmup_requests = 3});
  EXPECT_EQ(runs_, 53);
  EXPECT_EQ(stats.requests, 50);
  EXPECT_EQ(stats.latency.count(), 50);
  EXPECT_GT(stats.throughput_rps, 0);
}

}  // namespace
}  // namespace coralline
