#include "coralline/pipeline/verify.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "coralline/device/testing.h"

namespace coralline {
namespace {

using testing_util::FakeExecutable;

// Copies 4 bytes, and damages byte `at` of request number `request`.
std::unique_ptr<Executable> Copy(int request = -1, std::size_t at = 0) {
  const std::vector<TensorSpec> in = {{.name = "in", .bytes = 4}};
  const std::vector<TensorSpec> out = {{.name = "out", .bytes = 4}};
  return std::make_unique<FakeExecutable>(
      in, out,
      [request, at, count = 0](std::span<const ConstBytes> inputs,
                               std::span<const MutableBytes> outputs) mutable {
        std::copy(inputs[0].begin(), inputs[0].end(), outputs[0].begin());
        if (count++ == request) outputs[0][at] ^= std::byte{0x80};
      });
}

std::optional<Mismatch> Verify(std::unique_ptr<Executable> stage) {
  const auto whole = Copy();
  const PipelineInterface interface { whole->inputs(), whole->outputs() };
  std::vector<std::unique_ptr<Executable>> stages;
  stages.push_back(std::move(stage));
  Pipeline pipeline(std::move(stages), interface);
  return FindMismatch(*whole, pipeline, 10, 1);
}

TEST(FindMismatch, FindsNoneWhereAllAreEqual) {
  EXPECT_FALSE(Verify(Copy()).has_value());
}

TEST(FindMismatch, NamesTheFirstByteThatDiffers) {
  const auto mismatch = Verify(Copy(5, 2));
  ASSERT_TRUE(mismatch);
  EXPECT_EQ(mismatch->request, 5);
  EXPECT_EQ(mismatch->tensor, "out");
  EXPECT_EQ(mismatch->byte, 2U);
  EXPECT_EQ(mismatch->expected ^ mismatch->found, 0x80);
}

}  // namespace
}  // namespace coralline
