#include "coralline/paper/emulated.h"

#include <gmock/gmock.h>

namespace coralline::paper {
namespace {

std::optional<std::vector<EmulatedRow>> Emulate(
    const std::string& series, int devices, std::vector<int> widths,
    const std::atomic<bool>* stop = nullptr) {
  for (const Experiment& experiment : Experiments()) {
    if (experiment.series != series || experiment.devices != devices) continue;
    return EmulateExperiment(experiment, ReadDeviceSpec("edgetpu-pcie"), widths,
                             {.seconds = 0.01, .stop = stop});
  }
  ADD_FAILURE() << series;
  return std::nullopt;
}

TEST(Emulated, ADeviceIsNeverFasterThanSimulated) {
  const auto rows = Emulate("fc-whole", 1, {100, 1300});
  ASSERT_EQ(rows->size(), 2);
  for (const EmulatedRow& row : *rows) {
    EXPECT_GE(row.min_ms, row.simulated_ms);
    EXPECT_LE(row.min_ms, row.ms);
    EXPECT_LE(row.ms, row.max_ms);
    EXPECT_EQ(row.repetitions, 3);
    EXPECT_GE(row.inferences, 12);
  }
}

TEST(Emulated, ARequestAlonePassesEveryStage) {
  const auto rows = Emulate("fc-default-batch1", 3, {100});
  EXPECT_EQ(rows->at(0).split, "1-2-2");
  EXPECT_GE(rows->at(0).min_ms, rows->at(0).simulated_ms);
}

TEST(Emulated, BatchesAndReplicasRun) {
  const auto rows = Emulate("fc-optimal-batch50", 4, {100, 2620});
  ASSERT_EQ(rows->size(), 2);
  EXPECT_EQ(rows->at(0).split, "5x4");
  for (const EmulatedRow& row : *rows) EXPECT_GT(row.min_ms, 0);
}

TEST(Emulated, SlowNetworksRunOnce) {
  const auto rows = Emulate("fc-whole", 1, {2620});
  EXPECT_EQ(rows->at(0).repetitions, 1);
  EXPECT_EQ(rows->at(0).inferences, 4);
}

TEST(Emulated, GivesNothingWhereItIsStopped) {
  const std::atomic<bool> stop = true;
  EXPECT_FALSE(Emulate("fc-whole", 1, {100}, &stop));
  EXPECT_FALSE(Emulate("fc-default-batch50", 2, {100}, &stop));
}

}  // namespace
}  // namespace coralline::paper
