#include "coralline/pipeline/internal/device_lease.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace coralline::internal {
namespace {

TEST(DeviceLease, GoesToTheEarlierGenerationEvenWhereItAsksLater) {
  const std::atomic<bool> stopped = false;
  DeviceLease lease;
  lease.Queue(1);
  lease.Queue(2);
  std::vector<int> order;
  std::thread later([&] {
    EXPECT_TRUE(lease.Take(2, stopped));
    order.push_back(2);
    lease.Return(2);
  });
  EXPECT_TRUE(lease.Take(1, stopped));
  order.push_back(1);
  lease.Return(1);
  later.join();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(DeviceLease, WhoIsStoppedLeavesTheQueue) {
  const std::atomic<bool> stopped = true;
  const std::atomic<bool> running = false;
  DeviceLease lease;
  for (const int generation : {1, 2, 3}) lease.Queue(generation);
  EXPECT_TRUE(lease.Take(1, running));
  EXPECT_FALSE(lease.Take(2, stopped));
  lease.Return(2);
  lease.Return(1);
  EXPECT_TRUE(lease.Take(3, running));
}

}  // namespace
}  // namespace coralline::internal
