#include "coralline/device/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <thread>

#include "coralline/device/host.h"

namespace coralline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

// Has hwloc see another machine until the end of the scope.
class OtherMachine {
 public:
  explicit OtherMachine(const char* description) {
    setenv("HWLOC_SYNTHETIC", description, 1);
  }
  ~OtherMachine() { unsetenv("HWLOC_SYNTHETIC"); }
};

// Two sockets of four cores of two threads, numbered as Linux does: the first
// threads of all cores (0 to 7) before the second ones (8 to 15).
std::vector<CoreInfo> TwoSockets() {
  std::vector<CoreInfo> cores;
  for (int core = 0; core < 16; ++core) {
    const int socket = core % 8 / 4;
    cores.push_back(
        {.core = core, .physical = core % 8, .cache = socket, .node = socket});
  }
  return cores;
}

TEST(OrderCores, TakesASecondThreadAfterAllFirstOnes) {
  EXPECT_THAT(OrderCores(TwoSockets()), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8,
                                                    9, 10, 11, 12, 13, 14, 15));
}

TEST(OrderCores, PutsSiblingsApartThatAreNumberedTogether) {
  std::vector<CoreInfo> cores;
  for (int core = 0; core < 6; ++core) {
    cores.push_back({.core = core, .physical = core / 2});
  }
  EXPECT_THAT(OrderCores(cores), ElementsAre(0, 2, 4, 1, 3, 5));
}

TEST(OrderCores, KeepsNodesAndCachesTogetherThatAreNumberedInTurns) {
  std::vector<CoreInfo> cores;
  for (int core = 0; core < 8; ++core) {
    cores.push_back(
        {.core = core, .physical = core, .cache = core % 4, .node = core % 2});
  }
  EXPECT_THAT(OrderCores(cores), ElementsAre(0, 4, 2, 6, 1, 5, 3, 7));
}

TEST(OrderCores, CountsOnlyTheThreadsThatItIsGiven) {
  std::vector<CoreInfo> cores = TwoSockets();
  std::erase_if(cores, [](const CoreInfo& info) {
    return info.core != 2 && info.core != 9 && info.core != 10;
  });
  // 9 is the only thread of its core, 2 and 10 share theirs.
  EXPECT_THAT(OrderCores(cores), ElementsAre(9, 2, 10));
}

TEST(OrderCores, TakesThemInAnyOrder) {
  std::vector<CoreInfo> cores = TwoSockets();
  const std::vector<int> order = OrderCores(cores);
  std::mt19937_64 random(1);
  std::shuffle(cores.begin(), cores.end(), random);
  EXPECT_EQ(OrderCores(cores), order);
  EXPECT_THAT(OrderCores({}), IsEmpty());
}

TEST(ReadTopology, FindsWhatThreadsShare) {
  const OtherMachine machine("package:2 numa:1 l3:2 l2:1 core:2 pu:2");
  const std::vector<CoreInfo> cores = ReadTopology();
  ASSERT_EQ(cores.size(), 16U);
  for (int i = 0; i < 16; ++i) {
    EXPECT_EQ(cores[i], (CoreInfo{.core = i,
                                  .physical = i / 2 * 2,
                                  .cache = i / 4 * 4,
                                  .node = i / 8}));
  }
}

TEST(ReadTopology, TakesCoresWithoutACacheAsAlike) {
  const OtherMachine machine("core:3 pu:1");
  EXPECT_THAT(ReadTopology(),
              ElementsAre(CoreInfo{.core = 0, .physical = 0, .cache = -1},
                          CoreInfo{.core = 1, .physical = 1, .cache = -1},
                          CoreInfo{.core = 2, .physical = 2, .cache = -1}));
}

TEST(CoresByTopology, AreTheAvailableOnes) {
  EXPECT_THAT(CoresByTopology(), UnorderedElementsAreArray(AvailableCores()));
}

TEST(CoresByTopology, FollowTheThread) {
  const int last = AvailableCores().back();
  const ScopedPin pin({last});
  EXPECT_THAT(CoresByTopology(), ElementsAre(last));
}

TEST(CoresByTopology, AreTheAvailableOnesWhereTheTopologyIsOfAnotherMachine) {
  const std::vector<int> available = AvailableCores();
  if (available == std::vector<int>{0}) GTEST_SKIP() << "one core";
  const OtherMachine machine("core:1 pu:1");
  EXPECT_EQ(CoresByTopology(), available);
}

}  // namespace
}  // namespace coralline
