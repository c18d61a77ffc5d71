#include "coralline/cli/stage_bars.h"

namespace coralline::cli {

Bar MemoryBar(const Placement& placement) {
  return {.parts = {
              {Ink::kSolid, static_cast<double>(placement.cached_bytes)},
              {Ink::kDots, static_cast<double>(placement.remaining_bytes)},
              {Ink::kStreamed, static_cast<double>(placement.streamed_bytes)}}};
}

Bar TimeBar(const SegmentCost& cost, double host_ms, int replicas,
            bool is_slowest) {
  Bar bar{.parts = {{Ink::kSolid, cost.compute_ms},
                    {Ink::kStreamed, cost.streaming_ms},
                    {Ink::kMedium, TransferMs(cost)},
                    {Ink::kLight, FixedMs(cost)},
                    {Ink::kDots, host_ms}},
          .is_marked = is_slowest};
  for (auto& [ink, ms] : bar.parts) ms /= replicas;
  return bar;
}

double TransferMs(const SegmentCost& cost) {
  return cost.input_ms + cost.output_ms + cost.relayout_ms;
}

double FixedMs(const SegmentCost& cost) {
  return cost.fixed_ms + cost.instructions_ms;
}

std::string MemoryLegend(const Table& table, const Terminal& terminal) {
  const std::string legend = BarLegend(table.bars(),
                                       {{Ink::kSolid, "on chip"},
                                        {Ink::kDots, "free"},
                                        {Ink::kStreamed, "streamed"}},
                                       terminal);
  return legend.empty() ? legend : Flow(legend + '\n', terminal);
}

std::string TimeLegend(const Table& table, const Terminal& terminal) {
  return Flow(BarLegend(table.bars(),
                        {{Ink::kSolid, "compute"},
                         {Ink::kStreamed, "streaming"},
                         {Ink::kMedium, "transfer"},
                         {Ink::kLight, "fixed"},
                         {Ink::kDots, "hand-off"}},
                        terminal) +
                  "  " + BarMark(terminal) + " slowest stage\n",
              terminal);
}

}  // namespace coralline::cli
