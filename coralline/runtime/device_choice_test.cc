#include "coralline/runtime/internal/device_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coralline::internal {
namespace {

using testing::ElementsAre;

// Two stages, of the ops 0 and 1.
Plan TwoStages(int replicas_of_first, int class_of_second = 0) {
  return {.stages = {{.segment = {{0}}, .replicas = replicas_of_first},
                     {.segment = {{1}}, .device_class = class_of_second}}};
}

bool NothingLoaded(int, const Segment&) { return false; }

TEST(DeviceChoice, TakesTheLowestNumbersInTheOrderOfTheStages) {
  const std::vector<UsableClass> classes = {{.devices = {1, 4, 6, 7}}};
  const auto stages = ChooseDevices(TwoStages(2), classes, NothingLoaded);
  ASSERT_EQ(stages.size(), 2U);
  EXPECT_THAT(stages[0].devices, ElementsAre(1, 4));
  EXPECT_THAT(stages[1].devices, ElementsAre(6));
  EXPECT_EQ(stages[1].segment, (Segment{{1}}));
}

TEST(DeviceChoice, KeepsWhatIsLoaded) {
  const std::vector<UsableClass> classes = {{.devices = {0, 1, 2, 3}}};
  // Device 0 has the second stage's segment, 2 and 3 the first one's.
  const auto stages = ChooseDevices(
      TwoStages(2), classes, [](int device, const Segment& segment) {
        return device == 0 ? segment.ops.front() == 1
                           : device >= 2 && segment.ops.front() == 0;
      });
  EXPECT_THAT(stages[0].devices, ElementsAre(2, 3));
  EXPECT_THAT(stages[1].devices, ElementsAre(0));
}

TEST(DeviceChoice, NoStageTakesADeviceThatALaterOneHasLoaded) {
  const std::vector<UsableClass> classes = {{.devices = {0, 1}}};
  const auto stages = ChooseDevices(
      TwoStages(1), classes, [](int device, const Segment& segment) {
        return device == 0 && segment.ops.front() == 1;
      });
  EXPECT_THAT(stages[0].devices, ElementsAre(1));
  EXPECT_THAT(stages[1].devices, ElementsAre(0));
}

TEST(DeviceChoice, StaysWithinTheClass) {
  const std::vector<UsableClass> classes = {{.devices = {2}},
                                            {.devices = {0, 1}}};
  const auto stages =
      ChooseDevices(TwoStages(1, 1), classes,
                    [](int device, const Segment&) { return device == 2; });
  EXPECT_THAT(stages[0].devices, ElementsAre(2));
  EXPECT_THAT(stages[1].devices, ElementsAre(0));
}

}  // namespace
}  // namespace coralline::internal
