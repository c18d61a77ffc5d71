#include <fmt/format.h>

#include "coralline/cli/format.h"
#include "coralline/cli/run_report.h"
#include "coralline/cli/splits_text.h"
#include "coralline/cli/table.h"

namespace coralline::cli {
namespace {

using std::chrono::nanoseconds;

std::string Plural(std::size_t count, const char* word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::size_t NumReplicas(const std::vector<StageStats>& stages) {
  std::size_t count = 0;
  for (const StageStats& stage : stages) count += stage.replicas.size();
  return count;
}

// Of two throughputs: "-1.5 %".
std::string Difference(double achieved, double predicted) {
  return fmt::format("{:+.1f} %", 100 * (achieved / predicted - 1));
}

std::string Heading(const RunReport& report) {
  const RunStats& stats = report.stats;
  const std::string splits = SplitsText(report.splits);
  return fmt::format(
      "{}: {} on {}, {} requests in {}, {}{}\n{}", report.model,
      Plural(stats.stages.size(), "stage"),
      Plural(NumReplicas(stats.stages), "device"), stats.requests,
      FormatDuration(stats.wall),
      IsEmulated(report) ? "emulated in wall-clock time" : "measured",
      stats.stopped ? " (interrupted)" : "",
      splits.empty() ? splits : splits + '\n');
}

std::string ThroughputText(const RunReport& report) {
  const double achieved = report.stats.throughput_rps;
  std::string text = fmt::format("throughput  {:.1f} requests/s", achieved);
  if (const auto predicted = PredictedThroughput(report)) {
    text += fmt::format(", {:.1f} predicted{} ({}): {}", *predicted,
                        HasChanged(report) ? " of the first plan" : "",
                        report.plan_origin, Difference(achieved, *predicted));
  }
  return text + '\n';
}

std::string LatencyText(const Histogram& latency) {
  return fmt::format(
      "latency     median {}, p90 {}, p95 {}, p99 {}\n"
      "            min {}, mean {}, max {}\n",
      FormatDuration(latency.Percentile(50)),
      FormatDuration(latency.Percentile(90)),
      FormatDuration(latency.Percentile(95)),
      FormatDuration(latency.Percentile(99)), FormatDuration(latency.min()),
      FormatDuration(latency.mean()), FormatDuration(latency.max()));
}

// Empty where every request was done at the first attempt.
std::string AnswersText(const RunStats& stats) {
  std::string text;
  const auto add = [&](std::int64_t count, const char* what) {
    if (count > 0) text += fmt::format(", {} {}", count, what);
  };
  add(stats.failed, "failed");
  add(stats.expired, "expired");
  add(stats.cancelled, "cancelled");
  add(stats.rerun, "run again after a fault");
  if (text.empty()) return text;
  return fmt::format("answers     {} done{}\n", stats.done(), text);
}

std::string CheckText(const std::optional<OutputCheck>& check) {
  if (!check) return "";
  if (check->different() == 0) {
    return fmt::format(
        "outputs     of all {} requests as {} gives on the CPU\n",
        check->compared(), check->reference());
  }
  return fmt::format(
      "outputs     of {} of {} requests differ from what {} gives on the CPU, "
      "by up to {}\n            {}\n",
      check->different(), check->compared(), check->reference(),
      check->largest(), check->first());
}

std::string WarningText(const RunStats& stats) {
  if (!IsUnstable(stats)) return "";
  return fmt::format(
      "warning: unstable: over {} windows of the run the throughput varies by "
      "{:.1f} %\n(coefficient of variation); {}\n",
      stats.windows.rates().size(), 100 * *stats.windows.variation(),
      stats.events.empty()
          ? "run longer with --duration, with less else on the machine"
          : "see the events below");
}

// Thread time that is the whole of a device's shares: the run, or since the
// device was deployed where that is shorter.
nanoseconds WholeOf(const RunReport& report, const ReplicaStats& replica) {
  return HasChanged(report) ? replica.busy.sum() + replica.waiting
                            : report.stats.wall;
}

std::vector<std::string> ReplicaRow(const RunReport& report, std::size_t stage,
                                    const ReplicaStats& replica,
                                    bool is_first) {
  const Segment* segment = SegmentOf(report, stage);
  const nanoseconds whole = WholeOf(report, replica);
  return {
      is_first ? std::to_string(stage) : "",
      is_first && segment ? FormatSegment(*segment) : "",
      replica.description,
      std::to_string(replica.busy.count()),
      replica.predicted.count() > 0 ? FormatDuration(replica.predicted) : "-",
      FormatDuration(replica.busy.Percentile(50)),
      FormatDuration(replica.busy.Percentile(99)),
      FormatShare(replica.busy.sum(), whole),
      FormatShare(replica.waiting, whole),
      FormatDuration(replica.hop.Percentile(50)),
      FormatDuration(replica.hop.Percentile(99))};
}

template <typename Visit>
void ForEachReplica(const std::vector<StageStats>& stages, const Visit& visit) {
  for (std::size_t i = 0; i < stages.size(); ++i) {
    for (const ReplicaStats& replica : stages[i].replicas) {
      visit(i, replica, &replica == &stages[i].replicas.front());
    }
  }
}

std::string StagesText(const RunReport& report, const Terminal& terminal) {
  Table table({"stage>", "ops", "device", "runs>", "predicted>", "median>",
               "p99>", "busy>", "waiting>", "hop, median>", "p99>"});
  ForEachReplica(report.stats.stages,
                 [&](std::size_t stage, const auto& replica, bool is_first) {
                   table.AddRow(ReplicaRow(report, stage, replica, is_first));
                 });
  table.LeaveOut({"hop, median", "waiting", "ops", "predicted", "runs"});
  return '\n' + table.Format(terminal);
}

// How well each emulated device kept to its simulated time.
std::string EmulationText(const RunReport& report, const Terminal& terminal) {
  Table table({"stage>", "device>", "simulated>", "late, median>", "p90>",
               "max>", "waited for the CPU>"});
  bool has_rows = false;
  ForEachReplica(
      report.stats.stages, [&](std::size_t stage, const auto& replica, bool) {
        if (!replica.emulation) return;
        const EmulationStats& emulation = *replica.emulation;
        table.AddRow({std::to_string(stage), std::to_string(replica.device),
                      FormatDuration(emulation.simulated),
                      FormatDuration(emulation.overshoot.Percentile(50)),
                      FormatDuration(emulation.overshoot.Percentile(90)),
                      FormatDuration(emulation.overshoot.max()),
                      std::to_string(emulation.compute_longer)});
        has_rows = true;
      });
  if (!has_rows) return "";
  return "\nEmulation: device times are simulated, the pipeline is real.\n" +
         table.Format(terminal);
}

std::string EventsText(const RunStats& stats, const Terminal& terminal) {
  if (stats.events.empty()) return "";
  Table table({"at>", "event"});
  for (const PipelineEvent& event : stats.events) {
    table.AddRow({FormatDuration(event.at), event.text});
  }
  return '\n' + table.Format(terminal);
}

}  // namespace

std::string RunText(const RunReport& report, const Terminal& terminal) {
  const RunStats& stats = report.stats;
  return Flow(Heading(report) + ThroughputText(report) +
                  LatencyText(stats.latency) + AnswersText(stats) +
                  CheckText(report.check) + WarningText(stats) +
                  StagesText(report, terminal) +
                  EmulationText(report, terminal) + EventsText(stats, terminal),
              terminal);
}

}  // namespace coralline::cli
