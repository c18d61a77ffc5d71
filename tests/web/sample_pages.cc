#include "sample_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace coralline::testing_util {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

// Blocks of seven ops: one, two branches of two and of three, one that joins.
MapOp BlockOp(int op, int num_ops) {
  constexpr int kDepth[] = {0, 1, 2, 1, 2, 3, 4};
  constexpr int kLane[] = {0, 0, 0, 1, 1, 1, 0};
  const int block = op / 7;
  const int at = op % 7;
  const int first = block * 7;
  std::vector<int> inputs;
  if (at == 6) {
    inputs = {first + 2, first + 5};
  } else if (at == 3) {
    inputs = {first};
  } else if (op > 0) {
    inputs = {op - 1};
  }
  const bool is_add = at == 6;
  return {.name = fmt::format("block_{}/{}", block, is_add ? "add" : "conv"),
          .kind = is_add ? "ADD" : "CONV_2D",
          .inputs = inputs,
          .stage = op * 4 / num_ops,
          .depth = block * 5 + kDepth[at],
          .lane = kLane[at],
          .parameter_bytes = is_add ? 0 : (op % 5 + 1) * 40'000,
          .macs = is_add ? 0 : (op % 7 + 1) * 9'000'000,
          .ms = 0.02 * (op % 6 + 1),
          .is_streamed = op % 23 == 22};
}

MemoryMap Memories() {
  MemoryMap map;
  for (int stage = 0; stage < 4; ++stage) {
    DeviceMemory device{.name = fmt::format("stage {}, edgetpu-pcie", stage),
                        .capacity_bytes = 8 * kMiB};
    std::int64_t free = device.capacity_bytes;
    for (int layer = 0; layer < 12; ++layer) {
      const std::int64_t bytes = (layer % 4 + stage + 1) * kMiB / 10;
      device.pieces.push_back({fmt::format("block_{}/conv", stage * 12 + layer),
                               MemoryUse::kCached, bytes});
      free -= bytes;
    }
    device.pieces.push_back({"free", MemoryUse::kFree, free});
    if (stage == 3) {
      device.pieces.push_back({"logits", MemoryUse::kStreamed, 3 * kMiB});
    }
    map.devices.push_back(device);
  }
  return map;
}

BarChart StageCosts() {
  return {{"ms per inference"},
          {"stage 0", "stage 1", "stage 2", "stage 3"},
          {{"compute", {4.1, 3.9, 4.4, 2.9}},
           {"streaming", {0, 0, 0, 1.2}},
           {"transfer", {0.3, 0.4, 0.2, 0.1}},
           {"fixed", {0.2, 0.2, 0.2, 0.2}},
           {"hand-off", {0.05, 0.05, 0.05, 0}}}};
}

Timeline Requests() {
  Timeline timeline;
  for (int stage = 0; stage < 4; ++stage) {
    timeline.tracks.push_back(fmt::format("stage {}, device {}", stage, stage));
    for (int request = 0; request < 12; ++request) {
      const double begin = 4.9 * (request + stage);
      timeline.spans.push_back(
          {stage, request, begin, begin + 4.8 - 0.3 * stage});
    }
  }
  timeline.phases = {
      {"fill", 0, 14.7}, {"steady state", 14.7, 58.8}, {"drain", 58.8, 73.2}};
  return timeline;
}

LineChart Speedup() {
  LineChart chart{.x = {"devices"}, .y = {"speed-up against one device"}};
  Line paper{
      .name = "paper", .origin = Origin::kPublished, .style = LineStyle::kDots};
  Line optimal{.name = "optimal cuts"};
  Line equal{.name = "equal parameters", .style = LineStyle::kDashed};
  for (int devices = 1; devices <= 8; ++devices) {
    const double best = std::pow(devices, 1.3);
    optimal.points.push_back({devices + 0.0, best});
    optimal.ranges.push_back({devices + 0.0, 0.9 * best, 1.15 * best});
    equal.points.push_back({devices + 0.0, 0.7 * best + 0.3});
    if (devices <= 4) {
      paper.points.push_back({devices + 0.0, 0.95 * best});
      paper.ranges.push_back({devices + 0.0, 0.85 * best, 1.05 * best});
    }
  }
  chart.lines = {paper, optimal, equal};
  return chart;
}

LineChart TimeOverWidth() {
  LineChart chart{.x = {"width"}, .y = {"ms per inference", true}};
  for (int devices = 1; devices <= 3; ++devices) {
    Line paper{.name = fmt::format("{} TPU", devices),
               .origin = Origin::kPublished,
               .style = LineStyle::kDots};
    Line ours{.name = paper.name};
    for (int width = 100; width <= 3000; width += 100) {
      const double ms = 0.1 + width * width * 1.3e-6 / devices;
      ours.points.push_back({width + 0.0, ms});
      if (width % 300 == 0) paper.points.push_back({width + 0.0, 1.1 * ms});
    }
    chart.lines.push_back(paper);
    chart.lines.push_back(ours);
  }
  return chart;
}

HistogramChart Latencies() {
  HistogramChart chart{.x = {"ms"}};
  for (int bin = 0; bin < 40; ++bin) {
    const double away = bin - 9.0;
    const double count =
        1000 * std::exp(-away * away / 18) + 30 * std::exp(-bin / 12.0);
    chart.bins.push_back({19 + 0.05 * bin, 19.05 + 0.05 * bin,
                          static_cast<std::int64_t>(count)});
  }
  chart.marks = {
      {"median", 19.47}, {"p90", 19.7}, {"p99", 20.1}, {"p99.9", 20.9}};
  return chart;
}

TableChart Methods() {
  return {{"method", "cuts", "bottleneck ms", "requests/s", "speed-up"},
          {false, false, true, true, true},
          {{"optimal", "12, 31, 44", "4.85", "206.2", "4.12"},
           {"equal parameters", "10, 22, 39", "7.90", "126.6", "2.53"},
           {"profiling, as the vendor's partitioner does it", "12, 30, 44",
            "4.91", "203.7", "4.07"}}};
}

}  // namespace

CutMap LargeCutMap(int num_ops) {
  CutMap map;
  for (int op = 0; op < num_ops; ++op) map.ops.push_back(BlockOp(op, num_ops));
  for (int stage = 0; stage < 4; ++stage) {
    map.stages.push_back({fmt::format("stage {}", stage), "edgetpu-pcie"});
  }
  return map;
}

Page PlanLikePage(int num_ops) {
  const Origin simulated = Origin::kSimulated;
  return {
      .title = fmt::format("A plan of {} ops over four devices", num_ops),
      .subtitle = "made_up_net.tflite, 4 x edgetpu-pcie",
      .facts = {{"throughput", "206 /s", "4.12 times one device", simulated},
                {"latency", "19.4 ms", "one request alone", simulated},
                {"bottleneck", "stage 2", "4.85 ms", simulated},
                {"parameters", "24.1 MiB", "3 MiB streamed", std::nullopt}},
      .sections =
          {{.title = "Where it is cut",
            .text = "The ops in execution order, and what each device keeps.",
            .charts = {{"cut-map", "The model and its stages",
                        "From top to bottom, then on in the next column.",
                        simulated, LargeCutMap(num_ops)},
                       {"memory", "Device memory",
                        "What does not fit is streamed at every inference.",
                        simulated, Memories()}}},
           {.title = "What it gains",
            .text = "",
            .charts =
                {{"stage-costs", "What the time of a stage is made of", "",
                  simulated, StageCosts()},
                 {"speed-up", "Speed-up over devices", "Higher is better.",
                  std::nullopt, Speedup()},
                 {"timeline", "The first requests", "", simulated, Requests()},
                 {"latency", "Latency", "Of 10,000 requests.",
                  Origin::kMeasured, Latencies()},
                 {"width", "Time over width", "Lower is better.", std::nullopt,
                  TimeOverWidth()},
                 {"methods", "Other methods", "", simulated, Methods()}}}},
      .provenance = {{"command",
                      "coralline plan made_up_net.tflite --device "
                      "edgetpu-pcie --count 4"},
                     {"version", "0.1.0"}}};
}

Page EmptyChartsPage() {
  return {
      .title = "Nothing",
      .sections = {{.title = "Empty charts",
                    .charts = {{"lines", "Lines", "", {}, LineChart{}},
                               {"bars", "Bars", "", {}, BarChart{}},
                               {"cut-map", "Cut map", "", {}, CutMap{}},
                               {"memory", "Memory", "", {}, MemoryMap{}},
                               {"timeline", "Timeline", "", {}, Timeline{}},
                               {"latency", "Latency", "", {}, HistogramChart{}},
                               {"table", "Table", "", {}, TableChart{}}}},
                   {.title = "No charts"}}};
}

}  // namespace coralline::testing_util
