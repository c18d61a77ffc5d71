#include "coralline/report/stage_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>

namespace coralline {
namespace {

double Transfer(const SegmentCost& cost) {
  return cost.input_ms + cost.output_ms + cost.relayout_ms;
}

double Fixed(const SegmentCost& cost) {
  return cost.fixed_ms + cost.instructions_ms;
}

bool IsEmpty(const BarPart& part) {
  return std::all_of(part.values.begin(), part.values.end(),
                     [](double value) { return value == 0; });
}

// One value for each stage, those of another kind 0.
template <typename Value>
BarPart Part(const std::string& name, const std::vector<ChartedStage>& stages,
             const Value& value) {
  BarPart part{.name = name};
  for (const ChartedStage& stage : stages) {
    part.values.push_back(stage.has_parts() ? value(stage) : 0);
  }
  return part;
}

BarPart Whole(const std::vector<ChartedStage>& stages, Origin origin) {
  BarPart part{.name = std::string(OriginText(origin))};
  for (const ChartedStage& stage : stages) {
    part.values.push_back(stage.origin == origin ? stage.busy_ms : 0);
  }
  return part;
}

}  // namespace

Chart StageCosts(const std::vector<ChartedStage>& stages) {
  using Stage = ChartedStage;
  BarChart bars{.y = {"ms per inference"}};
  bool is_simulated = true;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    bars.bars.push_back(StageTitle(stages, i));
    is_simulated = is_simulated && stages[i].has_parts();
  }
  std::vector<BarPart> parts = {
      Part("compute", stages, [](const Stage& s) { return s.cost.compute_ms; }),
      Part("streaming parameters", stages,
           [](const Stage& s) { return s.cost.streaming_ms; }),
      Part("transfer of tensors", stages,
           [](const Stage& s) { return Transfer(s.cost); }),
      Part("fixed", stages, [](const Stage& s) { return Fixed(s.cost); }),
      Part("host", stages,
           [](const Stage& s) {
             return std::max(0.0, s.busy_ms - s.cost.warm_ms());
           }),
      Whole(stages, Origin::kEmulated),
      Whole(stages, Origin::kMeasured)};
  std::copy_if(parts.begin(), parts.end(), std::back_inserter(bars.parts),
               [](const BarPart& part) { return !IsEmpty(part); });
  const char* note =
      "The longest bar bounds the throughput; one that several devices serve "
      "in turn counts divided by their number.";
  return {
      .id = "stage-costs",
      .title = "Where the time of each stage goes",
      .note = note,
      .origin = is_simulated ? std::optional(Origin::kSimulated) : std::nullopt,
      .body = std::move(bars)};
}

Chart StageTable(const std::vector<ChartedStage>& stages) {
  TableChart table{
      .headings = {"stage", "ops", "devices", "on chip", "streamed",
                   "a request, ms", "every, ms", "origin"},
      .is_number = {true, false, false, true, true, true, true, false}};
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const ChartedStage& stage = stages[i];
    const Placement& placement = stage.cost.placement;
    const auto size = [&stage](std::int64_t bytes) {
      return stage.has_memory() ? SizeText(bytes) : std::string("-");
    };
    table.rows.push_back({std::to_string(i), FormatSegment(stage.segment),
                          DeviceTitle(stage), size(placement.cached_bytes),
                          size(placement.streamed_bytes),
                          fmt::format("{:.3f}", stage.busy_ms),
                          fmt::format("{:.3f}", stage.period_ms()),
                          std::string(OriginText(stage.origin))});
  }
  return {.id = "stages",
          .title = "The stages",
          .note =
              "A request takes a stage so long; with several devices in "
              "turn one leaves it more often.",
          .origin = std::nullopt,
          .body = std::move(table)};
}

}  // namespace coralline
