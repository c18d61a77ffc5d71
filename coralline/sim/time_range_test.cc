#include "coralline/sim/time_range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/sim/measurement.h"

namespace coralline {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::Field;
using testing::Ge;
using testing::HasSubstr;
using testing::Not;

TimeRange RangeOfAll(const Graph& graph, const DeviceSpec& spec) {
  const auto layers = MakeLayers(graph, spec);
  const Segment all = OpRange(0, graph.num_ops());
  return RangeOf(graph, all, layers, spec, CostOf(graph, all, layers, spec));
}

auto HasDoubt(const std::string& words) {
  return Field(&TimeRange::doubts,
               Contains(Field(&Doubt::reason, HasSubstr(words))));
}

// A map, an op without weights, and a convolution.
Graph MapNetwork(OpKind kind, int size, DataType weights) {
  Graph graph;
  const std::vector<int> map = {1, size, size, 64};
  graph.tensors = {
      {.type = weights, .shape = map},
      {.type = weights, .shape = map},
      {.type = weights, .shape = {64, 3, 3, 64}, .constant_bytes = 64 * 9 * 64},
      {.type = weights, .shape = map}};
  graph.ops = {{.kind = kind, .inputs = {0}, .outputs = {1}},
               {.kind = OpKind::kConv2d, .inputs = {1, 2}, .outputs = {3}}};
  graph.inputs = {0};
  graph.outputs = {3};
  return graph;
}

TEST(RangeOf, HoldsTheTimeAndListsTheWidestDoubtFirst) {
  const Graph graph = NetworkOf({.kind = "conv", .width = 472, .layers = 5});
  const TimeRange range = RangeOfAll(graph, ReadDeviceSpec("edgetpu-pcie"));
  EXPECT_LT(range.low_ms, range.ms);
  EXPECT_GT(range.high_ms, range.ms);
  EXPECT_TRUE(range.Contains(range.ms));
  EXPECT_FALSE(range.Contains(2 * range.high_ms));
  EXPECT_THAT(range, HasDoubt("how often layers with large maps"));
  for (std::size_t i = 1; i < range.doubts.size(); ++i) {
    EXPECT_GE(range.doubts[i - 1].width(), range.doubts[i].width());
  }
  EXPECT_THAT(range.doubts, Each(AllOf(Field(&Doubt::faster_ms, Ge(0)),
                                       Field(&Doubt::slower_ms, Ge(0)))));
}

TEST(RangeOf, IsWhatTheSpecSaysWhereNothingElseIsInDoubt) {
  const Graph graph =
      NetworkOf({.kind = "fc", .width = 100, .layers = 5, .macs = 37400});
  DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  spec.relative_error = 0.1;
  spec.absolute_error_ms = 0.02;
  const TimeRange range = RangeOfAll(graph, spec);
  EXPECT_NEAR(range.high_ms, 1.1 * range.ms + 0.02, 1e-12);
  EXPECT_NEAR(range.low_ms, 0.9 * range.ms - 0.02, 1e-12);
  spec.relative_error = 0;
  EXPECT_THAT(RangeOfAll(graph, spec), HasDoubt("does not say how far off"));
}

TEST(RangeOf, TheNumberTypeIsInDoubtWhereItWasNotMeasured) {
  const auto range = [](const char* device, DataType type) {
    return RangeOfAll(MapNetwork(OpKind::kMaxPool2d, 32, type),
                      ReadDeviceSpec(device));
  };
  const auto in_doubt = HasDoubt("times the cycles of a full array");
  EXPECT_THAT(range("edgetpu-pcie", DataType::kUint8), in_doubt);
  EXPECT_THAT(range("edgetpu-pcie", DataType::kInt8), Not(in_doubt));
  EXPECT_THAT(range("edgetpu-uint8-classifiers", DataType::kUint8),
              Not(in_doubt));
  EXPECT_THAT(range("edgetpu-uint8-classifiers", DataType::kInt8), in_doubt);
}

TEST(RangeOf, OpsThatNobodyMeasuredWidenIt) {
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-uint8-classifiers");
  const auto width = [&](OpKind kind) {
    const TimeRange range =
        RangeOfAll(MapNetwork(kind, 32, DataType::kUint8), spec);
    return range.high_ms - range.low_ms;
  };
  EXPECT_GT(width(OpKind::kLogistic), 1.05 * width(OpKind::kMaxPool2d));
  EXPECT_THAT(RangeOfAll(MapNetwork(OpKind::kAdd, 256, DataType::kUint8), spec),
              HasDoubt("larger than the activation memory"));
}

TEST(TimeRange, ConfidenceFollowsTheWidth) {
  EXPECT_EQ(ExactRange(2).confidence(), Confidence::kHigh);
  EXPECT_EQ((TimeRange{10, 9, 11.5}).confidence(), Confidence::kHigh);
  EXPECT_EQ((TimeRange{10, 9, 11.6}).confidence(), Confidence::kMedium);
  EXPECT_EQ((TimeRange{10, 4.9, 11}).confidence(), Confidence::kLow);
  EXPECT_EQ(EstimatedCpuRange(10).confidence(), Confidence::kLow);
  EXPECT_EQ(ConfidenceText(Confidence::kMedium), "medium");
}

TEST(WithTime, ScalesEveryPart) {
  const SegmentCost cost{.fixed_ms = 1, .compute_ms = 2, .upload_ms = 5};
  const SegmentCost twice = WithTime(cost, 6);
  EXPECT_EQ(twice.fixed_ms, 2);
  EXPECT_EQ(twice.compute_ms, 4);
  EXPECT_EQ(twice.upload_ms, 5);
}

}  // namespace
}  // namespace coralline
