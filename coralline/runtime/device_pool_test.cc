#include "coralline/runtime/device_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"
#include "coralline/planning/testing.h"

namespace coralline {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

TEST(DevicePool, DevicesThatAreAlikeAreOfOneKind) {
  const DevicePool pool =
      PoolOf({"cpu:0", "emulated:edgetpu-pcie", "cpu:1", "cpu:0-1", "cpu",
              "emulated:edgetpu-usb3-desktop", "emulated:edgetpu-pcie"},
             {});
  EXPECT_EQ(pool.num_devices(), 7);
  EXPECT_THAT(pool.kind_of, ElementsAre(0, 1, 0, 2, 0, 3, 1));
  ASSERT_EQ(pool.kinds.size(), 4U);
  EXPECT_EQ(pool.kinds[0].name, "cpu");
  EXPECT_EQ(pool.kinds[0].count, 3);
  EXPECT_EQ(pool.kinds[1].spec, ReadDeviceSpec("edgetpu-pcie"));
  EXPECT_EQ(pool.kinds[1].count, 2);
  EXPECT_EQ(pool.kinds[2].name, "cpu, 2 threads");
  EXPECT_FALSE(pool.kinds[2].spec);
}

TEST(DevicePool, APlanHasADeviceForEachReplica) {
  const Model model = testing_util::BranchingModel();
  PlanDocument document = testing_util::PlanOf(model);
  document.classes.push_back({.device = {.name = "cpu"}});
  document.plan.stages.front().replicas = 2;
  document.plan.stages.back().device_class = 1;
  const auto stages = document.plan.stages.size();
  const DevicePool pool = PoolOf(document, {});
  ASSERT_EQ(pool.devices.size(), stages + 1);
  EXPECT_EQ(pool.kinds[0].count, static_cast<int>(stages));
  EXPECT_EQ(pool.kinds[0].spec, ReadDeviceSpec("edgetpu-pcie"));
  EXPECT_EQ(pool.kinds[1].count, 1);
  EXPECT_EQ(pool.kind_of.front(), 0);
  EXPECT_EQ(pool.kind_of.back(), 1);
  EXPECT_EQ(pool.devices.front()->name(), "emulated:edgetpu-pcie");
  EXPECT_THAT(pool.devices.back()->name(), StartsWith("cpu:"));
}

TEST(DevicePool, TheCoreOfAPlanTakesNoFault) {
  PlanDocument document = testing_util::PlanOf(testing_util::BranchingModel());
  document.classes.push_back({.device = {.name = "cpu"}});
  document.plan.stages.back().device_class = 1;
  const auto fault_of = [](std::size_t device) {
    return ParseFault("device=" + std::to_string(device) + ",at=1,kind=lost");
  };
  EXPECT_NO_THROW(PoolOf(document, {.faults = {fault_of(0)}}));
  const std::size_t last = document.plan.stages.size() - 1;
  EXPECT_THROW(PoolOf(document, {.faults = {fault_of(last)}}), Error);
}

}  // namespace
}  // namespace coralline
