#include "coralline/device/internal/fault_state.h"

#include <gtest/gtest.h>

namespace coralline::internal {
namespace {

using namespace std::chrono_literals;

constexpr FaultState::TimePoint kBegin{1h};

FaultState StateOf(std::initializer_list<const char*> texts) {
  std::vector<Fault> faults;
  for (const std::string text : texts) {
    faults.push_back(ParseFault("device=0," + text));
  }
  return FaultState(faults);
}

TEST(FaultState, CountsInferencesWhereNothingIsWrong) {
  FaultState state({});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(state.Start(kBegin).number, i);
  EXPECT_FALSE(state.IsLost(kBegin));
  EXPECT_FALSE(state.Temperature(kBegin));
}

TEST(FaultState, FailsOneInference) {
  FaultState state = StateOf({"at=1,kind=fail"});
  EXPECT_FALSE(state.Start(kBegin).fails);
  EXPECT_TRUE(state.Start(kBegin).fails);
  EXPECT_FALSE(state.Start(kBegin).fails);
}

TEST(FaultState, FailsTheFirstInferenceFromATimeOn) {
  FaultState state = StateOf({"at=10ms,kind=fail"});
  EXPECT_FALSE(state.Start(kBegin).fails);
  EXPECT_FALSE(state.Start(kBegin + 9ms).fails);
  EXPECT_TRUE(state.Start(kBegin + 12ms).fails);
  EXPECT_FALSE(state.Start(kBegin + 13ms).fails);
}

TEST(FaultState, StallsTenSecondsUnlessItIsTold) {
  EXPECT_EQ(StateOf({"at=0,kind=stall"}).Start(kBegin).stall, 10s);
  FaultState state = StateOf({"at=0,kind=stall,for=20ms"});
  EXPECT_EQ(state.Start(kBegin).stall, 20ms);
  EXPECT_EQ(state.Start(kBegin).stall, 0ms);
}

TEST(FaultState, SlowsForAWhileAndIsHotMeanwhile) {
  FaultState state = StateOf({"at=1,kind=slow,for=10ms,factor=4"});
  EXPECT_EQ(state.Start(kBegin).factor, 1);
  EXPECT_EQ(state.Temperature(kBegin), 45);
  EXPECT_EQ(state.Start(kBegin + 5ms).factor, 4);
  EXPECT_EQ(state.Start(kBegin + 14ms).factor, 4);
  EXPECT_EQ(state.Temperature(kBegin + 14ms), 90);
  EXPECT_EQ(state.Start(kBegin + 15ms).factor, 1);
  EXPECT_EQ(state.Temperature(kBegin + 15ms), 45);
}

TEST(FaultState, SlowsForeverUnlessItIsTold) {
  FaultState state = StateOf({"at=0,kind=slow"});
  EXPECT_EQ(state.Start(kBegin).factor, 3);
  EXPECT_EQ(state.Start(kBegin + 1000h).factor, 3);
}

TEST(FaultState, IsLostFromARequestOnUntilTheTimeIsOver) {
  FaultState state = StateOf({"at=1,kind=lost,for=10ms"});
  EXPECT_FALSE(state.Start(kBegin).is_lost);
  EXPECT_FALSE(state.IsLost(kBegin + 1ms));
  EXPECT_TRUE(state.Start(kBegin + 2ms).is_lost);
  EXPECT_TRUE(state.IsLost(kBegin + 11ms));
  EXPECT_FALSE(state.IsLost(kBegin + 12ms));
  const InferenceFaults next = state.Start(kBegin + 12ms);
  EXPECT_FALSE(next.is_lost);
  EXPECT_EQ(next.number, 1);  // those of a lost device do not count
  EXPECT_EQ(next.num_losses, 1);
}

TEST(FaultState, IsLostFromATimeOnWithoutAnotherInference) {
  FaultState state = StateOf({"at=10ms,kind=lost"});
  EXPECT_FALSE(state.IsLost(kBegin + 1h));  // no inference yet
  EXPECT_EQ(state.Start(kBegin + 1h).num_losses, 0);
  EXPECT_FALSE(state.IsLost(kBegin + 1h + 9ms));
  EXPECT_TRUE(state.IsLost(kBegin + 1h + 10ms));
  EXPECT_EQ(state.NumLosses(kBegin + 1h + 10ms), 1);
  EXPECT_TRUE(state.IsLost(kBegin + 1000h));
}

TEST(FaultState, KeepsWhatFallsDueWhileTheDeviceIsLost) {
  FaultState state = StateOf(
      {"at=0,kind=lost,for=10ms", "at=5ms,kind=fail", "at=0,kind=fail"});
  EXPECT_FALSE(state.Start(kBegin).fails);
  EXPECT_TRUE(state.Start(kBegin + 5ms).is_lost);
  EXPECT_TRUE(state.Start(kBegin + 10ms).fails);
  EXPECT_FALSE(state.Start(kBegin + 11ms).fails);
}

TEST(FaultState, JoinsFaultsOfOneInference) {
  FaultState state =
      StateOf({"at=0,kind=stall,for=2s", "at=0,kind=stall,for=1s",
               "at=0,kind=slow,factor=2", "at=0,kind=slow,factor=5"});
  const InferenceFaults inference = state.Start(kBegin);
  EXPECT_EQ(inference.stall, 2s);
  EXPECT_EQ(inference.factor, 5);
}

}  // namespace
}  // namespace coralline::internal
