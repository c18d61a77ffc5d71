#include "coralline/device/cpu_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"
#include "coralline/device/host.h"

namespace coralline {
namespace {

TEST(MakeDevice, KnowsTheNamesOfCores) {
  for (const char* name : {"cpu", "cpu:0", "cpu:12", "cpu:0-3"}) {
    EXPECT_EQ(MakeDevice(name, CpuKernels::kAuto)->name(), name);
  }
  EXPECT_EQ(MakeDevice("cpu:1-1", CpuKernels::kAuto)->name(), "cpu:1");
}

TEST(MakeDevice, RefusesOtherNames) {
  for (const char* name :
       {"", "gpu:0", "cpu:", "cpu:x", "cpu:3-1", "cpu:0-", "cpu:-1", "cpu:0,1",
        "cpu:99999999999", "cpu:0-999999"}) {
    EXPECT_THROW(MakeDevice(name, CpuKernels::kAuto), Error) << name;
  }
}

TEST(CpuDevice, HasARuntimeOfItsOwnForEachSetOfKernels) {
  try {
    TfLiteVersion();
  } catch (const Error&) {
    GTEST_SKIP() << "no TFLite library";
  }
  const auto runtime = [](CpuKernels kernels) {
    return CpuDevice({}, kernels).runtime();
  };
  EXPECT_THAT(runtime(CpuKernels::kBuiltin),
              testing::MatchesRegex("TFLite .*, builtin kernels, .+"));
  EXPECT_NE(runtime(CpuKernels::kBuiltin), runtime(CpuKernels::kXnnpack));
  EXPECT_NE(runtime(CpuKernels::kAuto), runtime(CpuKernels::kXnnpack));
}

TEST(PinThread, RefusesACoreThatIsNotThere) {
  EXPECT_THROW(PinThread({1023}), Error);
}

TEST(ScopedPin, RestoresTheCores) {
  const std::vector<int> before = AvailableCores();
  {
    const ScopedPin pin({before[0]});
    EXPECT_THAT(AvailableCores(), testing::ElementsAre(before[0]));
  }
  EXPECT_EQ(AvailableCores(), before);
}

}  // namespace
}  // namespace coralline
