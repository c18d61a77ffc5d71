#include "coralline/sim/cpu_cost.h"

#include <gtest/gtest.h>

#include "coralline/sim/measurement.h"

namespace coralline {
namespace {

TEST(EstimateCpuMs, CountsWorkBytesAndOps) {
  const Graph graph =
      NetworkOf({.kind = "fc", .width = 2000, .layers = 5, .macs = 12148000});
  // The large layers: 4 M multiply-accumulates each, 4 KB of activations.
  EXPECT_NEAR(EstimateCpuMs(graph, OpRange(1, 2)), 0.005 + 4 / 5.92 + 0.004,
              1e-9);
  EXPECT_NEAR(EstimateCpuMs(graph, OpRange(1, 3)),
              2 * EstimateCpuMs(graph, OpRange(1, 2)), 1e-9);
  EXPECT_EQ(EstimateCpuMs(graph, {}), 0);
}

}  // namespace
}  // namespace coralline
