#include "coralline/runtime/internal/loaded_segments.h"

#include <gtest/gtest.h>

#include "coralline/device/testing.h"

namespace coralline::internal {
namespace {

std::shared_ptr<Executable> Any() {
  return std::make_shared<testing_util::FakeExecutable>(
      std::vector<TensorSpec>(), std::vector<TensorSpec>(), nullptr);
}

const Segment kFirst = OpRange(0, 2);
const Segment kSecond = OpRange(2, 4);

TEST(LoadedSegments, AreKeptForOneMoreDeployment) {
  LoadedSegments loaded;
  const auto executable = Any();
  loaded.Add(0, kFirst, executable);
  EXPECT_EQ(loaded.Find(0, kFirst), executable);
  EXPECT_EQ(loaded.Find(1, kFirst), nullptr);
  EXPECT_EQ(loaded.Find(0, kSecond), nullptr);
  loaded.Finish();
  loaded.Finish();  // the next one does without it
  EXPECT_TRUE(loaded.Has(0, kFirst));
  loaded.Finish();
  EXPECT_FALSE(loaded.Has(0, kFirst));
}

TEST(LoadedSegments, StayWhileTheyAreUsed) {
  LoadedSegments loaded;
  loaded.Add(0, kFirst, Any());
  for (int i = 0; i < 5; ++i) {
    EXPECT_NE(loaded.Find(0, kFirst), nullptr);
    loaded.Finish();
  }
}

TEST(LoadedSegments, ADeviceForgetsAllOfItsOwn) {
  LoadedSegments loaded;
  loaded.Add(0, kFirst, Any());
  loaded.Add(0, kSecond, Any());
  loaded.Add(1, kFirst, Any());
  loaded.Forget(0);
  EXPECT_FALSE(loaded.Has(0, kFirst));
  EXPECT_FALSE(loaded.Has(0, kSecond));
  EXPECT_TRUE(loaded.Has(1, kFirst));
}

}  // namespace
}  // namespace coralline::internal
