#pragma once

#include <string>

#include "coralline/chart/page.h"

namespace coralline::testing_util {

/// How often the text has it, overlaps included.
inline int Count(const std::string& text, const std::string& what) {
  int count = 0;
  for (auto at = text.find(what); at != std::string::npos;
       at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

/// A chart of each kind, with texts that need care.
inline Page SamplePage() {
  const std::string awkward = "</script><b>&\"'\xff{{data}}";
  return {.title = "Sample <1>",
          .subtitle = awkward,
          .facts = {{"throughput", "1,234 /s", "", Origin::kSimulated}},
          .sections =
              {{.title = "All kinds",
                .text = "One of each.",
                .charts = {{"lines", "Time", "Lower is better.", std::nullopt,
                            LineChart{{"width"},
                                      {"ms", true},
                                      {{.name = "paper",
                                        .origin = Origin::kPublished,
                                        .style = LineStyle::kDots,
                                        .points = {{100, 0.1}, {200, 3}}},
                                       {.name = "ours",
                                        .points = {{100, 0.1}, {200, 2}},
                                        .ranges = {{100, 0.05, 0.2}}}}}},
                           {"bars", "Parts", "", Origin::kSimulated,
                            BarChart{
                                {"ms"},
                                {"stage 0", "stage 1"},
                                {{"compute", {1, 2}}, {"streaming", {0, 3}}}}},
                           {"cut-map", "Graph", "", Origin::kSimulated,
                            CutMap{{{.name = "a", .kind = "CONV_2D", .ms = 0.5},
                                    {.name = awkward,
                                     .kind = "ADD",
                                     .inputs = {0},
                                     .stage = 1,
                                     .depth = 1,
                                     .parameter_bytes = 4096,
                                     .macs = 77,
                                     .is_streamed = true}},
                                   {{"stage 0", "edgetpu"},
                                    {"stage 1", "2 x cpu"}}}},
                           {"memory", "Memory", "", Origin::kSimulated,
                            MemoryMap{{{"stage 0",
                                        8192,
                                        {{"a", MemoryUse::kCached, 4096},
                                         {"free", MemoryUse::kFree, 4096},
                                         {"b", MemoryUse::kStreamed, 9999}}}}}},
                           {"timeline", "When", "", Origin::kEmulated,
                            Timeline{{"stage 0", "stage 1"},
                                     {{0, 0, 0, 1}, {1, 0, 1, 2}, {0, 1, 1, 2}},
                                     {{"fill", 0, 1}, {"steady state", 1, 2}}}},
                           {"latency", "Latency", "", Origin::kMeasured,
                            HistogramChart{{"ms"},
                                           {{0, 1, 3}, {1, 2, 9}},
                                           {{"median", 1.5}}}},
                           {"table", "Table", "", Origin::kMeasured,
                            TableChart{{"what", "ms"},
                                       {false, true},
                                       {{awkward, "1.0"}}}}}}},
          .provenance = {{"command", "coralline plan m.tflite"}}};
}

}  // namespace coralline::testing_util
