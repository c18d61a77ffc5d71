#include "coralline/plan/known_costs.h"

#include <gtest/gtest.h>

#include "coralline/plan/scaled_costs.h"
#include "coralline/plan/testing.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;

TEST(KnownCosts, AreKnownWhateverTheOrderOfTheOps) {
  auto assumed = testing_util::SumOf({10, 20, 30});
  KnownCosts costs(assumed, 0.5);
  EXPECT_EQ(costs.Of(std::vector{0, 1}, 0)->busy, nanoseconds(15));
  EXPECT_EQ(costs.Find(std::vector{0, 1}, 0), nullptr);

  costs.Learn(std::vector{0, 1}, 0, StageCost{.busy = nanoseconds(70)});
  EXPECT_EQ(costs.Of(std::vector{1, 0}, 0)->busy, nanoseconds(70));
  EXPECT_EQ(costs.Of(std::vector{0, 1}, 1)->busy, nanoseconds(15));
  EXPECT_EQ(costs.Of(std::vector{0, 1, 2}, 0)->busy, nanoseconds(30));
}

TEST(KnownCosts, ASegmentThatIsRefusedDoesNotRun) {
  auto assumed = testing_util::SumOf({10, 20});
  KnownCosts costs(assumed);
  costs.Learn(std::vector{1}, 0, std::nullopt);
  EXPECT_FALSE(costs.Of(std::vector{1}, 0));
  EXPECT_TRUE(costs.Of(std::vector{0, 1}, 0));
}

TEST(ScaledCosts, AreMultiplesOfThoseOfAnotherClass) {
  auto base = testing_util::SumOf({10, 20});
  ScaledCosts costs(base, {{.of = 0}, {.of = 0, .factor = 1.25}});
  EXPECT_EQ(costs.Of(std::vector{0, 1}, 0)->busy, nanoseconds(30));
  EXPECT_EQ(costs.Of(std::vector{0, 1}, 1)->busy, nanoseconds(37));
}

TEST(ScaledCosts, FloorsAreScaledAllAlike) {
  const CostFloors floors{
      .ops = {nanoseconds(10), nanoseconds(21)},
      .stage = nanoseconds(8),
      .together = [](int stages) { return nanoseconds(100 * stages); }};
  const CostFloors half = Scaled(floors, 0.5);
  EXPECT_EQ(half.stage, nanoseconds(4));
  EXPECT_EQ(half.ops[1], nanoseconds(10));
  EXPECT_EQ(half.together(3), nanoseconds(150));
}

}  // namespace
}  // namespace coralline
