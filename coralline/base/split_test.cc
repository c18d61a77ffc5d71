#include "coralline/base/split.h"

#include <gmock/gmock.h>

namespace coralline {
namespace {

using testing::ElementsAre;

TEST(Split, KeepsEmptyParts) {
  EXPECT_THAT(Split("a,,b,", ','), ElementsAre("a", "", "b", ""));
  EXPECT_THAT(Split("", ','), ElementsAre(""));
  EXPECT_THAT(Split("ab", ','), ElementsAre("ab"));
}

}  // namespace
}  // namespace coralline
