#include "coralline/runtime/internal/usable_devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace coralline::internal {
namespace {

using testing::ElementsAre;

TEST(UsableDevices, ThoseOfAKindAreAClass) {
  const std::vector<int> kind_of = {1, 0, 1, 1};
  std::vector<DeviceHealth> devices(4);
  devices[2].usable = false;
  const auto classes = UsableClasses(kind_of, devices);
  ASSERT_EQ(classes.size(), 2U);
  EXPECT_EQ(classes[0].kind, 0);
  EXPECT_THAT(classes[0].devices, ElementsAre(1));
  EXPECT_EQ(classes[1].kind, 1);
  EXPECT_THAT(classes[1].devices, ElementsAre(0, 3));
  EXPECT_EQ(classes[1].slowdown, 1);
}

TEST(UsableDevices, ThoseThatAreAsSlowAreAClass) {
  const std::vector<int> kind_of(5, 0);
  const std::vector<DeviceHealth> devices = {
      {true, 1.09}, {true, 3}, {true, 0.5}, {true, 3.01}, {true, 1.5}};
  const auto classes = UsableClasses(kind_of, devices);
  ASSERT_EQ(classes.size(), 3U);
  EXPECT_THAT(classes[0].devices, ElementsAre(0, 2));
  EXPECT_EQ(classes[0].slowdown, 1);
  EXPECT_THAT(classes[1].devices, ElementsAre(4));
  EXPECT_THAT(classes[2].devices, ElementsAre(1, 3));
  EXPECT_NEAR(classes[2].slowdown, 3, 3 * 0.025);
}

TEST(UsableDevices, ManySlowdownsAreRoundedToFew) {
  std::vector<DeviceHealth> devices(16);
  for (std::size_t i = 0; i < devices.size(); ++i) {
    devices[i].slowdown = 1 + 0.2 * static_cast<double>(i);
  }
  const auto classes = UsableClasses(std::vector<int>(16, 0), devices);
  EXPECT_LE(classes.size(), 4U);
  EXPECT_GE(classes.size(), 2U);
  std::size_t count = 0;
  for (const UsableClass& its : classes) count += its.devices.size();
  EXPECT_EQ(count, devices.size());
}

TEST(UsableDevices, KindsAreNeverJoined) {
  const std::vector<int> kind_of = {0, 1, 2, 3, 4, 5};
  std::vector<DeviceHealth> devices(6);
  devices[3].slowdown = 2;
  EXPECT_EQ(UsableClasses(kind_of, devices).size(), 6U);
}

TEST(UsableDevices, NoSlowdownIsTooStrange) {
  const std::vector<DeviceHealth> devices = {
      {true, std::nan("")}, {true, 0}, {true, HUGE_VAL}, {true, -1}};
  const auto classes = UsableClasses(std::vector<int>(4, 0), devices);
  ASSERT_EQ(classes.size(), 2U);
  EXPECT_THAT(classes[0].devices, ElementsAre(0, 1, 3));
  EXPECT_TRUE(std::isfinite(classes[1].slowdown));
}

TEST(UsableDevices, AllAreWellUnlessOneIsGoneOrSlow) {
  std::vector<DeviceHealth> devices = {{true, 1.05}, {true, 0.3}};
  EXPECT_TRUE(AllAreWell(devices));
  devices[0].slowdown = 1.3;
  EXPECT_FALSE(AllAreWell(devices));
  devices[0] = {.usable = false};
  EXPECT_FALSE(AllAreWell(devices));
}

}  // namespace
}  // namespace coralline::internal
