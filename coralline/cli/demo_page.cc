#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coralline/cli/demo_report.h"
#include "coralline/cli/format.h"
#include "coralline/cli/page_parts.h"
#include "coralline/device/cpu_device.h"

namespace coralline::cli {
namespace {

std::string Times(double ratio) {
  return fmt::format("{:.{}f}x", ratio, ratio < 9.995 ? 2 : 1);
}

// The speed-ups of one cut, as emulated or as predicted.
Line LineOf(const EmulatedNet& net, const char* cut, bool is_predicted) {
  const bool is_ours = cut == std::string_view(kOurCut);
  Line line{.name = fmt::format(
                "{}, {}", is_ours ? "Coralline's plan" : "the compiler's cut",
                is_predicted ? "simulated" : "emulated"),
            .origin = is_predicted ? Origin::kSimulated : Origin::kEmulated,
            .style = is_ours ? LineStyle::kLine : LineStyle::kDashed};
  for (const EmulatedPoint& point : net.points) {
    if (point.cut != cut || !point.has_plan()) continue;
    line.points.push_back(
        {static_cast<double>(point.devices),
         is_predicted ? net.PredictedSpeedUp(point) : net.SpeedUp(point)});
  }
  return line;
}

Chart NetChart(const EmulatedNet& net) {
  LineChart lines{.x = {"devices"},
                  .y = {"times as fast as the whole model on one device",
                        /*is_log=*/true}};
  for (const char* cut : {kOurCut, kCompilersCut}) {
    for (const bool is_predicted : {true, false}) {
      lines.lines.push_back(LineOf(net, cut, is_predicted));
    }
  }
  return {.id = net.model,
          .title = fmt::format("{}: {}", net.model, net.title),
          .note = fmt::format(
              "{} layers, {} of weights. A logarithmic scale; where emulation "
              "keeps its times the lines of a cut lie on one another.",
              net.layers, FormatBytes(net.parameter_bytes)),
          .body = std::move(lines)};
}

Chart CoresChart(const CoreResults& cores) {
  BarChart bars{.y = {"inferences per second"}};
  BarPart part{.name = "inferences per second"};
  for (const CoreResult& variant : cores.variants) {
    bars.bars.push_back(
        fmt::format("{} ({})", variant.name, Times(variant.speedup)));
    part.values.push_back(variant.throughput_rps);
  }
  bars.parts.push_back(std::move(part));
  return {
      .id = "cores",
      .title = "Inferences per second on this machine's cores",
      .note = fmt::format("Medians of {} runs of each in turn.", cores.repeats),
      .origin = Origin::kMeasured,
      .body = std::move(bars)};
}

Fact BestOf(const EmulatedNet& net) {
  const auto best = std::max_element(
      net.points.begin(), net.points.end(), [](const auto& a, const auto& b) {
        return a.throughput_rps < b.throughput_rps;
      });
  return {net.title, Times(net.SpeedUp(*best)),
          fmt::format("on {} devices against the whole model on one; {} "
                      "predicted",
                      best->used_devices, Times(net.PredictedSpeedUp(*best))),
          Origin::kEmulated};
}

std::string VerifiedText(const EmulatedNet& net) {
  if (net.verified_inputs == 0) return "";
  return fmt::format(
      " On {} random input{} the CPU gave the same outputs for {} whole and "
      "for "
      "the segments of each of Coralline's plans, bit for bit.",
      net.verified_inputs, net.verified_inputs == 1 ? "" : "s", net.model);
}

Section EmulatedSection(const DemoReport& report) {
  Section section{
      .title = "Edge TPUs, emulated",
      .text = fmt::format(
          "None of these devices ({}) is here: an inference takes in "
          "wall-clock time what the simulator predicts, while the runtime's "
          "threads and hand-overs are real.",
          report.spec)};
  for (const EmulatedNet& net : report.nets) {
    section.text += VerifiedText(net);
    section.charts.push_back(NetChart(net));
  }
  return section;
}

Section CoresSection(const CoreResults& cores) {
  return {
      .title = "Cores, measured",
      .text = fmt::format(
          "Second-level caches play the part of a device's memory: {} of "
          "weights, where a core's cache holds {}. Outputs of every "
          "variant equal the whole model's bit for bit on {} random "
          "inputs.\n\n{}",
          FormatBytes(cores.parameter_bytes), FormatBytes(cores.cache_bytes),
          cores.verified_inputs, ExplainCores(cores)),
      .charts = {CoresChart(cores)}};
}

Fact CoresFact(const CoreResults& cores) {
  const auto& best = *std::max_element(
      cores.variants.begin(), cores.variants.end(),
      [](const auto& a, const auto& b) { return a.speedup < b.speedup; });
  return {"this machine's cores", Times(best.speedup),
          fmt::format("{}, against one core", best.name), Origin::kMeasured};
}

std::optional<std::string> TfLite(const DemoReport& report) {
  if (!report.missing.empty()) return std::nullopt;
  return TfLiteVersion();
}

}  // namespace

Page DemoPage(const DemoReport& report) {
  Page page{.title = "What segmentation gains",
            .subtitle =
                "The same networks whole on one device, cut by Google's "
                "compiler, and as Coralline plans them",
            .sections = {EmulatedSection(report)},
            .provenance = Provenance(TfLite(report))};
  for (const EmulatedNet& net : report.nets) page.facts.push_back(BestOf(net));
  if (!report.missing.empty()) {
    page.sections.push_back(
        {.title = "Cores", .text = "Left out: " + report.missing});
    return page;
  }
  page.facts.push_back(CoresFact(report.cores));
  page.sections.push_back(CoresSection(report.cores));
  return page;
}

}  // namespace coralline::cli
