#include "coralline/base/hash.h"

#include <gtest/gtest.h>

#include <vector>

namespace coralline {
namespace {

TEST(HashBytes, IsXxh3) {
  EXPECT_EQ(HashBytes({}), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(HashText("abc"), "06b05ab6733a618578af5f94892f3950");
}

TEST(HashBytes, ChangesWithEachByteAndTheLength) {
  const std::vector<std::byte> zeros(1000, std::byte{0});
  for (std::size_t i = 0; i < zeros.size(); ++i) {
    std::vector<std::byte> changed = zeros;
    changed[i] = std::byte{1};
    EXPECT_NE(HashBytes(changed), HashBytes(zeros)) << i;
  }
  EXPECT_NE(HashBytes(std::span(zeros).first(999)), HashBytes(zeros));
}

}  // namespace
}  // namespace coralline
