#include "coralline/graph/tensor.h"

#include <gtest/gtest.h>

#include <limits>

namespace coralline {
namespace {

constexpr int kHuge = std::numeric_limits<int>::max();

TEST(NumElements, OfAScalarIsOne) { EXPECT_EQ(NumElements({}), 1); }

TEST(NumElements, RefusesNegativeSizesAndOverflow) {
  EXPECT_EQ(NumElements(std::vector{2, 3, 4}), 24);
  EXPECT_EQ(NumElements(std::vector{2, 0, 4}), 0);
  EXPECT_EQ(NumElements(std::vector{2, -1}), std::nullopt);
  EXPECT_EQ(NumElements(std::vector{kHuge, kHuge}),
            std::int64_t{kHuge} * kHuge);
  EXPECT_EQ(NumElements(std::vector{kHuge, kHuge, 4}), std::nullopt);
}

TEST(NumBytes, CountsTheElementType) {
  EXPECT_EQ(NumBytes({.type = DataType::kInt8, .shape = {3, 5}}), 15);
  EXPECT_EQ(NumBytes({.type = DataType::kInt32, .shape = {3, 5}}), 60);
  EXPECT_EQ(NumBytes({.type = DataType::kInt4, .shape = {3}}), 2);
  EXPECT_EQ(NumBytes({.type = DataType::kString, .shape = {3}}), std::nullopt);
  EXPECT_EQ(NumBytes({.type = DataType::kInt64, .shape = {kHuge, kHuge}}),
            std::nullopt);
}

TEST(NumBytes, RoundsHalfBytesUpWithoutOverflow) {
  const std::vector<int> most = {7, 7, 73, 127, 337, 92737, 649657};
  EXPECT_EQ(NumElements(most), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(NumBytes({.type = DataType::kInt4, .shape = most}),
            std::int64_t{1} << 62);
}

TEST(DataTypeName, NamesUnknownValuesByNumber) {
  EXPECT_EQ(DataTypeName(DataType::kInt8), "int8");
  EXPECT_EQ(DataTypeName(static_cast<DataType>(-3)), "type -3");
  EXPECT_EQ(ElementBits(static_cast<DataType>(99)), std::nullopt);
}

TEST(FormatShape, JoinsTheSizes) {
  EXPECT_EQ(FormatShape(std::vector{1, 224, 224, 3}), "1x224x224x3");
  EXPECT_EQ(FormatShape({}), "scalar");
}

}  // namespace
}  // namespace coralline
