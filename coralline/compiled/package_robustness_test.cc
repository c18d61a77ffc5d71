// Damaged packages are refused or handled; run under ASan and UBSan by CI.

#include <gtest/gtest.h>

#include "coralline/compiled/testing.h"
#include "tests/fake_edgetpu/sample_packages.h"

namespace coralline {
namespace {

using namespace sample_packages;  // NOLINT: all of it is for this
using testing_util::ReadCompiled;
using testing_util::ReadOptions;

const CompiledPackage kPackage =  // NOLINT: may throw, in a test
    PackageOf({Execution(), Caching()});

using Reader = bool (*)(std::span<const std::byte>);

// `padding` is what may lie at the very end and nobody needs.
void ExpectTruncationsRefused(std::span<const std::byte> bytes, Reader reader,
                              std::size_t padding = 0) {
  ASSERT_TRUE(reader(bytes));
  for (std::size_t size = 0; size + padding < bytes.size(); ++size) {
    EXPECT_FALSE(reader(bytes.first(size))) << size;
  }
}

// Every bit, and the byte as a whole.
void ChangeEveryByte(std::span<const std::byte> bytes, Reader reader) {
  std::vector<std::byte> damaged(bytes.begin(), bytes.end());
  int refused = 0;
  for (std::byte& byte : damaged) {
    for (const int change : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
      byte ^= static_cast<std::byte>(change);
      refused += reader(damaged) ? 0 : 1;
      byte ^= static_cast<std::byte>(change);
    }
  }
  EXPECT_GT(refused, 0);
  EXPECT_TRUE(reader(damaged));
}

TEST(PackageRobustness, EveryTruncationOfOptionsIsRefused) {
  ExpectTruncationsRefused(OptionsOf(kPackage), ReadOptions);
}

TEST(PackageRobustness, EveryByteOfOptionsChangedIsRefusedOrHandled) {
  ChangeEveryByte(OptionsOf(kPackage), ReadOptions);
}

TEST(PackageRobustness, EveryTruncationOfAFileIsRefused) {
  ExpectTruncationsRefused(ModelOf(kPackage).bytes.span(), ReadCompiled,
                           /*padding=*/16);
}

TEST(PackageRobustness, EveryByteOfAFileChangedIsRefusedOrHandled) {
  ChangeEveryByte(ModelOf(kPackage).bytes.span(), ReadCompiled);
}

}  // namespace
}  // namespace coralline
