#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "coralline/cli/demo_report.h"
#include "coralline/cli/format.h"
#include "coralline/cli/table.h"

namespace coralline::cli {
namespace {

std::string Times(double ratio) {
  return fmt::format("{:.{}f}x", ratio, ratio < 9.995 ? 2 : 1);
}

std::string Rate(double rps) {
  return fmt::format("{:.{}f}", rps, rps < 99.95 ? 1 : 0);
}

std::string Nanoseconds(double ns) {
  return FormatDuration(std::chrono::nanoseconds(std::llround(ns)));
}

// "3 stages", "1 stage on 2, layers in parts".
std::string HowText(const EmulatedPoint& point) {
  if (!point.has_plan()) return "no cut";
  std::string text =
      fmt::format("{} stage{}", point.stages, point.stages == 1 ? "" : "s");
  if (point.used_devices > point.stages) {
    text += fmt::format(" on {}", point.used_devices);
  }
  if (point.split_layers > 0) text += ", layers in parts";
  return text;
}

std::string WhyNotText(const EmulatedNet& net) {
  std::string text;
  for (const EmulatedPoint& point : net.points) {
    if (point.has_plan()) continue;
    text += fmt::format("no cut by the {} for {}: {}\n", point.cut,
                        point.devices, point.why_not);
  }
  return text;
}

std::string NetTable(const EmulatedNet& net, const Terminal& terminal) {
  Table table({"devices>", "cut by", "how", "predicted/s>", "achieved/s>",
               "speed-up>"});
  table.SetBars("pace");
  table.LeaveOut({"how", "predicted/s", "cut by"});
  for (const EmulatedPoint& point : net.points) {
    const bool is_ours = point.cut == kOurCut;
    const std::string devices = is_ours ? "" : std::to_string(point.devices);
    if (!point.has_plan()) {
      table.AddRow({devices, point.cut, HowText(point), "-", "-", "-"});
      continue;
    }
    table.AddRow({devices, point.cut, HowText(point), Rate(point.predicted_rps),
                  Rate(point.throughput_rps), Times(net.SpeedUp(point))},
                 {.parts = {{is_ours ? Ink::kSolid : Ink::kLight,
                             point.throughput_rps}}});
  }
  return table.Format(terminal) +
         Flow(BarLegend(table.bars(),
                        {{Ink::kLight, "the compiler's cut"},
                         {Ink::kSolid, "Coralline's plan"}},
                        terminal) +
                  '\n' + WhyNotText(net),
              terminal);
}

std::string NetText(const EmulatedNet& net, const Terminal& terminal) {
  std::string text =
      fmt::format("{}: {}, {} layers, {} of weights\n", net.model, net.title,
                  net.layers, FormatBytes(net.parameter_bytes));
  if (net.verified_inputs > 0) {
    text += fmt::format(
        "Computed on the CPU, the segments of each of Coralline's plans gave "
        "the whole model's outputs bit for bit ({} random input{}).\n",
        net.verified_inputs, net.verified_inputs == 1 ? "" : "s");
  }
  return '\n' + Flow(text, terminal) + '\n' + NetTable(net, terminal);
}

// An emulated device is late where the machine is busy with something else.
std::string LateText(const std::vector<EmulatedNet>& nets) {
  constexpr double kNoticeable = 0.9;
  const auto late = [](const EmulatedPoint& point) {
    return point.has_plan() &&
           point.throughput_rps < kNoticeable * point.predicted_rps;
  };
  std::int64_t count = 0;
  for (const EmulatedNet& net : nets) {
    count += std::count_if(net.points.begin(), net.points.end(), late);
  }
  if (count == 0) return "";
  return fmt::format(
      "\nwarning: {} of the emulated runs fell more than 10 % behind their "
      "prediction: the machine is busy with something else\n",
      count);
}

std::string CoresTable(const CoreResults& cores, const Terminal& terminal) {
  Table table({"cores", "inferences/s>", "per inference>", "speed-up>", "min>",
               "max>"});
  table.SetBars("pace");
  table.LeaveOut({"per inference", "min", "max", "inferences/s"});
  for (const CoreResult& variant : cores.variants) {
    table.AddRow(
        {variant.name, Rate(variant.throughput_rps),
         Nanoseconds(1e9 / variant.throughput_rps), Times(variant.speedup),
         Times(variant.speedup_min), Times(variant.speedup_max)},
        {.parts = {{Ink::kSolid, variant.throughput_rps}}});
  }
  return table.Format(terminal);
}

std::string CoresText(const CoreResults& cores, const Terminal& terminal) {
  const std::string heading = fmt::format(
      "\n2. Measured: the same effect on this machine's cores, whose "
      "second-level caches play the part of a device's memory.\n\n"
      "Fully connected network, {} layers of width {}: {} of weights, where a "
      "core's L2 cache holds {}.\n"
      "Outputs of every variant equal the whole model's bit for bit on {} "
      "random inputs ({}).\n\n",
      cores.layers, cores.width, FormatBytes(cores.parameter_bytes),
      FormatBytes(cores.cache_bytes), cores.verified_inputs, cores.kernels);
  const std::string end =
      fmt::format("\nMedians of {} run{} of each in turn. {}\n", cores.repeats,
                  cores.repeats == 1 ? "" : "s", ExplainCores(cores));
  return Flow(heading, terminal) + CoresTable(cores, terminal) +
         Flow(end, terminal);
}

}  // namespace

std::string ExplainCores(const CoreResults& cores) {
  if (cores.num_cores == 1) {
    return "One core only: stages share it and gain nothing, and there is no "
           "second one for two threads.";
  }
  const double whole = cores.variants.front().busy_ns;
  const double stages = cores.variants.back().busy_ns;
  return fmt::format(
      "An inference computes for {} whole and for {} in {} stages together: "
      "the cache makes the work {:.2f}x as fast, the stages' working at the "
      "same time does the rest.",
      Nanoseconds(whole), Nanoseconds(stages),
      cores.variants.back().devices.size(), whole / stages);
}

std::string DemoText(const DemoReport& report, const Terminal& terminal) {
  std::string text =
      Flow(fmt::format("1. Emulated: up to {} Edge TPUs ({}), of which none is "
                       "here. An inference takes in wall-clock time what the "
                       "simulator predicts; threads and hand-overs are real.\n",
                       report.nets[0].points.back().devices, report.spec),
           terminal);
  for (const EmulatedNet& net : report.nets) text += NetText(net, terminal);
  text += Flow(LateText(report.nets), terminal);
  if (report.missing.empty()) return text + CoresText(report.cores, terminal);
  return text + Flow(fmt::format("\n2. Measured: left out, and so is the "
                                 "comparison of outputs: {}\n",
                                 report.missing),
                     terminal);
}

}  // namespace coralline::cli
