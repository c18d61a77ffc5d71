#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "coralline/base/file.h"
#include "coralline/base/histogram.h"
#include "coralline/cli/command.h"
#include "coralline/cli/cut_options.h"
#include "coralline/cli/format.h"
#include "coralline/cli/table.h"
#include "coralline/sim/pipeline_cost.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/reader.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter =
    "Predicts, without a device, what each segment keeps on the chip and what\n"
    "it streams, the time of an inference part by part, and the pipeline's\n"
    "throughput. The parameters are loaded before; 'first' is an inference\n"
    "that loads them. The speed-up is against single inferences of the whole\n"
    "model on one device, as the paper counts it.\n\n"
    "Examples:\n"
    "  coralline simulate model.tflite --device edgetpu-pcie --stages 4\n"
    "  coralline simulate model.tflite --cuts 12,30 --trace trace.json";

struct Options {
  std::string model;
  std::string device = "edgetpu-pcie";
  std::string host = "native";
  std::string trace;
  CutOptions cuts;
  int batch = 100;
  bool json = false;
};

struct Result {
  const Model& model;
  const DeviceSpec& spec;
  const Options& options;
  std::vector<Segment> segments;
  std::vector<SegmentCost> costs;
  double one_device_ms = 0;
  Schedule schedule;
  int num_unknown_ops = 0;  // whose work the simulator does not know

  double ms_per_inference() const {
    return schedule.makespan_ms() / options.batch;
  }
  double speedup() const { return one_device_ms / ms_per_inference(); }
};

Result SimulateModel(const Model& model, const DeviceSpec& spec,
                     const Options& options) {
  const HostModel& host =
      options.host == kPythonHost.name ? kPythonHost : kNativeHost;
  Result result{model, spec, options,
                ChooseSegments(model.graph, options.cuts)};
  CheckSegments(model.graph, result.segments);
  const auto layers = MakeLayers(model.graph, spec, OpsWithBias(model));
  for (const Segment& segment : result.segments) {
    result.costs.push_back(CostOf(model.graph, segment, layers, spec));
  }
  const Segment whole = OpRange(0, model.graph.num_ops());
  result.one_device_ms = CostOf(model.graph, whole, layers, spec).warm_ms();
  result.schedule = SimulateSchedule(
      StagesOf(result.costs, host, false),
      {.requests = options.batch, .num_resources = 1, .keep_timeline = true});
  result.num_unknown_ops = static_cast<int>(std::count_if(
      layers.begin(), layers.end(),
      [](const Layer& layer) { return layer.kind == LayerKind::kOther; }));
  return result;
}

Histogram Latencies(const Schedule& schedule) {
  Histogram histogram;
  for (std::size_t i = 0; i < schedule.finished_ms.size(); ++i) {
    histogram.Record(std::chrono::nanoseconds(std::llround(
        1e6 * (schedule.finished_ms[i] - schedule.entered_ms[i]))));
  }
  return histogram;
}

bool IsInterpolated(const Result& result) {
  return std::any_of(
      result.costs.begin(), result.costs.end(),
      [](const SegmentCost& cost) { return cost.is_interpolated; });
}

Json SegmentJson(const Segment& segment, const SegmentCost& cost,
                 double occupancy) {
  return {{"ops", segment.ops},
          {"on_chip_bytes", cost.placement.cached_bytes},
          {"off_chip_bytes", cost.placement.streamed_bytes},
          {"warm_ms", cost.warm_ms()},
          {"first_ms", cost.first_ms()},
          {"fixed_ms", cost.fixed_ms},
          {"instructions_ms", cost.instructions_ms},
          {"input_ms", cost.input_ms},
          {"compute_ms", cost.compute_ms},
          {"streaming_ms", cost.streaming_ms},
          {"output_ms", cost.output_ms + cost.relayout_ms},
          {"passes_interpolated", cost.is_interpolated},
          {"occupancy", occupancy}};
}

void PrintJson(const Result& result) {
  Json segments = Json::array();
  const double wall = result.schedule.makespan_ms();
  for (std::size_t i = 0; i < result.segments.size(); ++i) {
    segments.push_back(SegmentJson(result.segments[i], result.costs[i],
                                   result.schedule.stage_busy_ms[i] / wall));
  }
  const Histogram latency = Latencies(result.schedule);
  const Json json = {{"model", result.model.name},
                     {"origin", "simulated"},
                     {"device", result.spec.name},
                     {"host", result.options.host},
                     {"batch", result.options.batch},
                     {"ms_per_inference", result.ms_per_inference()},
                     {"throughput_rps", 1e3 / result.ms_per_inference()},
                     {"one_device_ms", result.one_device_ms},
                     {"speedup", result.speedup()},
                     {"latency_ns",
                      {{"median", latency.Percentile(50).count()},
                       {"p99", latency.Percentile(99).count()},
                       {"max", latency.max().count()}}},
                     {"ops_without_known_work", result.num_unknown_ops},
                     {"segments", segments}};
  fmt::print("{}\n", json.dump(2));
}

std::string Ms(double ms) { return fmt::format("{:.3f}", ms); }

void PrintText(const Result& result) {
  const auto& options = result.options;
  fmt::print("{} on {} x {}, simulated ({})\n\n", result.model.name,
             result.segments.size(), result.spec.name, result.spec.description);
  Table table({"segment>", "ops", "on chip>", "streamed>", "fixed>", "program>",
               "input>", "compute>", "stream>", "output>", "ms>", "first>",
               "busy>"});
  for (std::size_t i = 0; i < result.segments.size(); ++i) {
    const SegmentCost& cost = result.costs[i];
    table.AddRow(
        {std::to_string(i), FormatSegment(result.segments[i]),
         FormatBytes(cost.placement.cached_bytes),
         FormatBytes(cost.placement.streamed_bytes), Ms(cost.fixed_ms),
         Ms(cost.instructions_ms), Ms(cost.input_ms), Ms(cost.compute_ms),
         Ms(cost.streaming_ms), Ms(cost.output_ms + cost.relayout_ms),
         Ms(cost.warm_ms()), Ms(cost.first_ms()),
         fmt::format("{:.0f} %", 100 * result.schedule.stage_busy_ms[i] /
                                     result.schedule.makespan_ms())});
  }
  const Histogram latency = Latencies(result.schedule);
  fmt::print(
      "{}\nBatch of {}, {} host: {:.3f} ms per inference, {:.0f} "
      "inferences/s; latency median {}, p99 {}.\n"
      "One device alone: {:.3f} ms; speed-up {:.2f}x.\n",
      table.Format(), options.batch, options.host, result.ms_per_inference(),
      1e3 / result.ms_per_inference(), FormatDuration(latency.Percentile(50)),
      FormatDuration(latency.Percentile(99)), result.one_device_ms,
      result.speedup());
  if (IsInterpolated(result)) {
    fmt::print(
        "Streamed layers with large maps are sent several times; how often is "
        "measured for 64x64\nmaps alone and interpolated here.\n");
  }
  if (result.num_unknown_ops > 0) {
    fmt::print(
        "{} ops are neither convolutions, fully connected nor softmax: their "
        "work is not known\nand counts as their instructions at most, and "
        "whether the device runs them is not checked.\n",
        result.num_unknown_ops);
  }
}

// The virtual timeline in Chrome's trace format, one thread per stage.
void WriteTrace(const Result& result, const std::string& path) {
  Json events = Json::array();
  for (std::size_t i = 0; i < result.segments.size(); ++i) {
    events.push_back({{"ph", "M"},
                      {"pid", 1},
                      {"tid", i},
                      {"name", "thread_name"},
                      {"args",
                       {{"name", fmt::format("stage {}: {}, simulated {}", i,
                                             FormatSegment(result.segments[i]),
                                             result.spec.name)}}}});
  }
  const bool has_host_steps = result.options.host == kPythonHost.name;
  for (const TimelineEntry& entry : result.schedule.timeline) {
    const bool is_host = has_host_steps && entry.step != 1;
    events.push_back({{"ph", "X"},
                      {"pid", 1},
                      {"tid", entry.stage},
                      {"name", fmt::format("{} {}", is_host ? "host" : "infer",
                                           entry.request)},
                      {"ts", entry.begin_ms * 1e3},
                      {"dur", (entry.end_ms - entry.begin_ms) * 1e3}});
  }
  const std::string text = Json{{"traceEvents", events}}.dump();
  WriteFile(path, std::as_bytes(std::span(text)));
}

}  // namespace

Action ConfigureSimulate(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->model, "A quantized .tflite file")
      ->required();
  app.add_option("--device", options->device,
                 "A device spec by name, or the path of a .json file")
      ->capture_default_str();
  AddCutOptions(app, options->cuts);
  app.add_option("--batch", options->batch,
                 "Inputs that are sent one after another")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--host", options->host,
                 "Who feeds the devices: native, or python as in the paper")
      ->check(CLI::IsMember({"native", "python"}))
      ->capture_default_str();
  app.add_option("--trace", options->trace,
                 "Write the timeline for chrome://tracing or Perfetto");
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(kFooter);
  return [options] {
    const DeviceSpec spec = ReadDeviceSpec(options->device);
    const Model model = ReadTflite(options->model);
    const Result result = SimulateModel(model, spec, *options);
    if (!options->trace.empty()) WriteTrace(result, options->trace);
    options->json ? PrintJson(result) : PrintText(result);
    return 0;
  };
}

}  // namespace coralline::cli
