#include "coralline/sim/placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coralline {
namespace {

using testing::ElementsAre;

Layer FullyConnected(std::int64_t inputs, std::int64_t blocks) {
  return {.kind = LayerKind::kFullyConnected,
          .cached_bytes = inputs * 64 * blocks,
          .num_blocks = blocks,
          .streamed_bytes = inputs * 64 * blocks};
}

TEST(Place, KeepsEverythingThatFits) {
  const std::vector<Layer> layers = {FullyConnected(64, 2), {}};
  const Placement placement = Place(layers, {}, 0);
  EXPECT_THAT(placement.is_cached, ElementsAre(true, true));
  EXPECT_EQ(placement.cached_bytes, 64 * 64 * 2);
  EXPECT_EQ(placement.streamed_bytes, 0);
}

TEST(Place, TriesSmallerLayersAfterOneThatDoesNotFit) {
  const std::vector<Layer> layers = {
      FullyConnected(100, 2), FullyConnected(1700, 64), FullyConnected(400, 1),
      FullyConnected(1900, 64)};
  EXPECT_THAT(Place(layers, {}, 0).is_cached,
              ElementsAre(true, false, true, true));
}

// 17 blocks of 6912 x 64 B are 7.17 MiB and two of them share a bank.
TEST(Place, BlocksAreIndivisible) {
  const std::vector<Layer> layers = {FullyConnected(6912, 17)};
  EXPECT_THAT(Place(layers, {}, 0).is_cached, ElementsAre(false));
}

TEST(Place, ALargeInputTakesRoom) {
  const std::vector<Layer> layers = {FullyConnected(2000, 64)};
  EXPECT_THAT(Place(layers, {}, 0).is_cached, ElementsAre(true));
  EXPECT_THAT(Place(layers, {}, 1 << 20).is_cached, ElementsAre(false));
}

}  // namespace
}  // namespace coralline
