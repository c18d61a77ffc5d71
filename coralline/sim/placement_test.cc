#include "coralline/sim/placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

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
  const Placement placement = Place(layers, {}, {});
  EXPECT_THAT(placement.is_cached, ElementsAre(true, true));
  EXPECT_EQ(placement.cached_bytes, 64 * 64 * 2);
  EXPECT_EQ(placement.streamed_bytes, 0);
  EXPECT_EQ(placement.remaining_bytes, 16 * 514500 - 64 * 64 * 2);
}

TEST(Place, TriesSmallerLayersAfterOneThatDoesNotFit) {
  const std::vector<Layer> layers = {
      FullyConnected(100, 2), FullyConnected(1700, 64), FullyConnected(400, 1),
      FullyConnected(1900, 64)};
  EXPECT_THAT(Place(layers, {}, {}).is_cached,
              ElementsAre(true, false, true, true));
}

// 17 blocks of 6912 x 64 B are 7.17 MiB and two of them share a bank.
TEST(Place, BlocksAreIndivisible) {
  const std::vector<Layer> layers = {FullyConnected(6912, 17)};
  EXPECT_THAT(Place(layers, {}, {}).is_cached, ElementsAre(false));
}

TEST(Place, StreamsOperandsThoughThereIsRoom) {
  const std::vector<Layer> layers = {FullyConnected(64, 2),
                                     {.streamed_bytes = 2304}};
  const Placement placement = Place(layers, {}, {});
  EXPECT_THAT(placement.is_cached, ElementsAre(true, false));
  EXPECT_EQ(placement.streamed_bytes, 2304);
}

TEST(Place, ALargeInputTakesRoom) {
  const std::vector<Layer> layers = {FullyConnected(2000, 64)};
  EXPECT_THAT(Place(layers, {}, {}).is_cached, ElementsAre(true));
  EXPECT_THAT(Place(layers, {}, {.bytes = 1 << 20}).is_cached,
              ElementsAre(false));
}

TEST(Place, AnImageTakesRoomWhereNotEverythingFits) {
  const ParameterMemory memory{.reserve_per_input_byte = 0,
                               .overflow_reserve_per_input_pixel = 30};
  const SegmentInput image{.pixels = 89401};  // 2.7 MB of 8.2
  const std::vector<Layer> fits = {FullyConnected(1900, 64)};
  EXPECT_THAT(Place(fits, memory, image).is_cached, ElementsAre(true));
  const std::vector<Layer> overflows = {FullyConnected(1900, 64),
                                        FullyConnected(1300, 64),
                                        FullyConnected(64, 1)};
  EXPECT_THAT(Place(overflows, memory, {}).is_cached,
              ElementsAre(true, false, true));
  EXPECT_THAT(Place(overflows, memory, image).is_cached,
              ElementsAre(false, true, true));
  ParameterMemory limited = memory;
  limited.overflow_reserve_limit = 2000;
  EXPECT_EQ(Place(overflows, limited, image).is_cached,
            Place(overflows, memory, {}).is_cached);
}

// Block by block, from empty banks.
bool FitsInBanks(std::vector<std::int64_t> blocks,
                 const ParameterMemory& memory) {
  std::sort(blocks.rbegin(), blocks.rend());
  std::vector<std::int64_t> banks(memory.num_banks, 0);
  for (const std::int64_t block : blocks) {
    auto& least = *std::min_element(banks.begin(), banks.end());
    least += block;
    if (least > memory.bank_bytes) return false;
  }
  return true;
}

// What Place says that it does, without a shortcut.
std::vector<bool> PlaceBlockByBlock(const std::vector<Layer>& layers,
                                    const ParameterMemory& memory) {
  std::vector<int> order(layers.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return layers[a].cached_bytes > layers[b].cached_bytes;
  });
  std::vector<bool> is_cached(layers.size(), false);
  std::vector<std::int64_t> kept;
  for (const int i : order) {
    std::vector<std::int64_t> blocks = kept;
    blocks.insert(blocks.end(), layers[i].num_blocks,
                  layers[i].cached_bytes / layers[i].num_blocks);
    is_cached[i] = FitsInBanks(blocks, memory);
    if (is_cached[i]) kept = blocks;
  }
  return is_cached;
}

// Few sizes or many, much smaller than a bank or nearly one.
std::vector<Layer> RandomLayers(std::mt19937& random) {
  const auto upto = [&](int most) {
    return std::uniform_int_distribution<int>(0, most)(random);
  };
  const int num_sizes = 1 + upto(9);
  const int largest = 1 + upto(300);
  std::vector<std::int64_t> sizes;
  for (int i = 0; i < num_sizes; ++i) sizes.push_back(1 + upto(largest));
  std::vector<Layer> layers(1 + upto(30));
  for (Layer& layer : layers) {
    layer.num_blocks = 1 + upto(40);
    layer.cached_bytes = layer.num_blocks * sizes[upto(num_sizes - 1)];
  }
  return layers;
}

TEST(Place, DecidesAsPackingBlockByBlockWould) {
  std::mt19937 random(1);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    const auto layers = RandomLayers(random);
    std::int64_t bytes = 0;
    for (const Layer& layer : layers) bytes += layer.cached_bytes;
    const int banks = 1 + round % 17;
    const ParameterMemory memory{.num_banks = banks,
                                 .bank_bytes = bytes / banks * 9 / 10};
    const auto expected = PlaceBlockByBlock(layers, memory);
    ASSERT_EQ(Place(layers, memory, {}).is_cached, expected)
        << "round " << round;
    refused +=
        static_cast<int>(std::count(expected.begin(), expected.end(), false));
  }
  EXPECT_GT(refused, 3000);
}

}  // namespace
}  // namespace coralline
