#include "coralline/sim/cpu_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/sim/measurement.h"

namespace coralline {
namespace {

TEST(EstimateCpuMs, CountsWorkElementsAndOps) {
  const Graph graph =
      NetworkOf({.kind = "fc", .width = 2000, .layers = 5, .macs = 12148000});
  // The large layers: 4 M multiply-accumulates each, 2,000 elements in and out.
  EXPECT_NEAR(EstimateCpuMs(graph, OpRange(1, 2)), 0.001 + 4 / 5.92 + 0.001,
              1e-9);
  EXPECT_NEAR(EstimateCpuMs(graph, OpRange(1, 3)),
              2 * EstimateCpuMs(graph, OpRange(1, 2)), 1e-9);
  EXPECT_EQ(EstimateCpuMs(graph, {}), 0);
}

// Measured, the least CPU time of 25 runs: 9.3, 1.6, 9.1 and 0.012 ms.
TEST(EstimateCpuMs, KnowsTheOpsOfTails) {
  const auto estimate = [](OpKind kind, DataType type,
                           std::vector<std::int32_t> in,
                           std::vector<std::int32_t> out) {
    Graph graph;
    graph.tensors = {{.type = type, .shape = std::move(in)},
                     {.type = type, .shape = std::move(out)}};
    graph.ops = {{.kind = kind, .inputs = {0}, .outputs = {1}}};
    return EstimateCpuMs(graph, OpRange(0, 1));
  };
  const auto within = [](double measured) {
    return testing::AllOf(testing::Gt(measured / 2), testing::Lt(measured * 2));
  };
  EXPECT_THAT(
      estimate(OpKind::kReduceMax, DataType::kInt8, {1, 19206, 90}, {1, 19206}),
      within(9.3));
  EXPECT_THAT(
      estimate(OpKind::kArgMax, DataType::kInt8, {1, 19206, 90}, {1, 19206}),
      within(1.6));
  EXPECT_THAT(estimate(OpKind::kResizeBilinear, DataType::kUint8,
                       {1, 33, 33, 21}, {1, 513, 513, 21}),
              within(9.1));
  EXPECT_THAT(
      estimate(OpKind::kMul, DataType::kFloat32, {1, 19206, 2}, {1, 19206, 2}),
      within(0.012));
}

}  // namespace
}  // namespace coralline
