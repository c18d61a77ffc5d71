#include "coralline/base/origin.h"

#include <gtest/gtest.h>

namespace coralline {
namespace {

TEST(Origin, HasATextOfItsOwn) {
  for (const Origin origin :
       {Origin::kMeasured, Origin::kEmulated, Origin::kSimulated,
        Origin::kEstimated, Origin::kPublished}) {
    EXPECT_EQ(OriginFromText(OriginText(origin)), origin);
  }
  EXPECT_EQ(OriginText(Origin::kEmulated), "emulated");
  EXPECT_EQ(OriginFromText("guessed"), std::nullopt);
}

}  // namespace
}  // namespace coralline
