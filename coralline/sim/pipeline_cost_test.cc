#include "coralline/sim/pipeline_cost.h"

#include <gtest/gtest.h>

namespace coralline {
namespace {

TEST(MsPerInference, TheNativeHostAddsNothing) {
  const std::vector<SegmentCost> segments = {{.compute_ms = 2},
                                             {.compute_ms = 3}};
  EXPECT_DOUBLE_EQ(MsPerInference(segments, kNativeHost, 1, false), 5);
  EXPECT_DOUBLE_EQ(MsPerInference(segments, kNativeHost, 100, false), 3.02);
}

TEST(MsPerInference, ThePythonHostServesOneStageAtATime) {
  const std::vector<SegmentCost> segments(4, {.compute_ms = 0.1});
  EXPECT_NEAR(MsPerInference(segments, kPythonHost, 1000, false), 4 * 0.245,
              0.005);
}

TEST(MsPerInference, TheFirstInferenceLoads) {
  const std::vector<SegmentCost> segments = {{.compute_ms = 2, .upload_ms = 10},
                                             {.compute_ms = 3, .upload_ms = 5}};
  EXPECT_DOUBLE_EQ(MsPerInference(segments, kNativeHost, 1, true), 20);
}

TEST(MsPerInference, CopiesCostWhereStagesOverlap) {
  const std::vector<SegmentCost> segments(
      2, {.compute_ms = 2, .large_bytes = 409600});
  EXPECT_DOUBLE_EQ(MsPerInference(segments, kPycoralHost, 1, false), 4);
  // 100 tensors of 4,096 B at 20 us each, on top of 2 ms.
  EXPECT_NEAR(MsPerInference(segments, kPycoralHost, 1000, false), 4, 0.01);
  EXPECT_NEAR(MsPerInference(segments, FastestMode(kPycoralHost), 1000, false),
              3, 0.01);
  EXPECT_NEAR(MsPerInference(segments, SlowestMode(kPycoralHost), 1000, false),
              5, 0.01);
}

TEST(ScheduleBatch, DevicesOnOneLinkWaitForEachOther) {
  const std::vector<SegmentCost> segments(4, {.input_ms = 1, .compute_ms = 1});
  const auto ms = [&](int devices_per_link) {
    return ScheduleBatch(segments, kNativeHost,
                         {.batch = 1000, .devices_per_link = devices_per_link})
               .makespan_ms() /
           1000;
  };
  EXPECT_NEAR(ms(1), 2, 0.02);
  // Two on a link fit beside each other, but may fall into step.
  EXPECT_GE(ms(2), 2);
  EXPECT_LE(ms(2), 3.02);
  EXPECT_NEAR(ms(4), 4, 0.02);
}

TEST(PartsOf, AddUpToEachStep) {
  const SegmentCost segment{.fixed_ms = 1,
                            .instructions_ms = 2,
                            .input_ms = 3,
                            .compute_ms = 4,
                            .streaming_ms = 5,
                            .output_ms = 6,
                            .upload_ms = 50,
                            .large_bytes = 4096};
  const std::vector<SegmentCost> segments(2, segment);
  const auto names = [&](const HostModel& host, const BatchOptions& options) {
    std::vector<std::string> all;
    const ScheduledStage stage = StagesOf(segments, host, options)[0];
    std::vector<Step> steps = stage.first_steps;
    steps.insert(steps.end(), stage.steps.begin(), stage.steps.end());
    for (const Step& step : steps) {
      double ms = 0;
      for (const StepPart& part : PartsOf(segment, step)) {
        all.emplace_back(part.name);
        ms += part.ms;
      }
      EXPECT_DOUBLE_EQ(ms, step.ms);
    }
    return all;
  };
  EXPECT_EQ(names(kNativeHost, {}),
            (std::vector<std::string>{"instructions", "input", "streaming",
                                      "overhead", "compute", "output"}));
  EXPECT_EQ(
      names(kPycoralHost, {.with_upload = true, .devices_per_link = 2}),
      (std::vector<std::string>{"upload", "instructions", "input", "streaming",
                                "overhead", "compute", "output", "hand-off"}));
  EXPECT_EQ(names(kPythonHost, {}).front(), "host lock");
  EXPECT_EQ(names(kPythonHost, {}).back(), "host lock");
}

TEST(CopyMs, ShrinksWithTheNumberOfStages) {
  const SegmentCost segment{.large_bytes = 4096};
  EXPECT_EQ(CopyMs(segment, kPycoralHost, 1), 0);
  EXPECT_DOUBLE_EQ(CopyMs(segment, kPycoralHost, 2), 0.020);
  EXPECT_DOUBLE_EQ(CopyMs(segment, kPycoralHost, 4), 0.004);
  EXPECT_EQ(CopyMs(segment, kPycoralHost, 5), 0);
  EXPECT_EQ(CopyMs(segment, kNativeHost, 2), 0);
}

}  // namespace
}  // namespace coralline
