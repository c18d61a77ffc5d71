#include "coralline/planning/host_ops.h"

#include <gtest/gtest.h>

#include "coralline/graph/testing.h"

namespace coralline {
namespace {

// A short chain for the device, and one large op that it leaves to the CPU.
Model WithTail(bool has_tail) {
  constexpr int kBytes = 4'000'000;
  testing_util::GraphMaker maker;
  int last = maker.Input("input", 1000);
  for (const char* name : {"a", "b"}) last = maker.Op(name, {last}, 1000);
  Model model{.name = "tail"};
  if (has_tail) last = maker.Op("tail", {last}, kBytes);
  model.graph = maker.Finish({last});
  if (has_tail) model.graph.ops.back().kind = OpKind::kEmbeddingLookup;
  return model;
}

bool IsFaster(const Model& model, int devices, bool has_cpu = false) {
  std::vector<DeviceGroup> groups = {{.name = "edgetpu-pcie",
                                      .count = devices,
                                      .spec = ReadDeviceSpec("edgetpu-pcie")}};
  if (has_cpu) groups.push_back({.name = "cpu", .count = 4});
  return IsFasterWithFallback(model, groups, {}, {});
}

TEST(IsFasterWithFallback, WhereOneCoreIsSlowerThanAllDevices) {
  EXPECT_FALSE(IsFaster(WithTail(true), 1));
  EXPECT_TRUE(IsFaster(WithTail(true), 4));
  EXPECT_FALSE(IsFaster(WithTail(true), 4, true));
  EXPECT_FALSE(IsFaster(WithTail(false), 4));
}

}  // namespace
}  // namespace coralline
