#include <fmt/format.h>

#include "coralline/cli/run_report.h"

namespace coralline::cli {
namespace {

using std::chrono::nanoseconds;

constexpr const char* kHeading =
    "stage,ops,device,description,origin,count,throughput_rps,predicted_rps,"
    "min_us,mean_us,median_us,p90_us,p95_us,p99_us,max_us,busy_ms,waiting_ms,"
    "hop_median_us,hop_p99_us,temperature_c\n";

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string Us(nanoseconds time) {
  return fmt::format("{:.3f}", static_cast<double>(time.count()) / 1e3);
}

std::string Ms(nanoseconds time) {
  return fmt::format("{:.3f}", static_cast<double>(time.count()) / 1e6);
}

// Per second; empty where there is none.
std::string Rate(std::optional<double> rate) {
  return rate ? fmt::format("{:.3f}", *rate) : "";
}

std::string Times(const Histogram& times) {
  return fmt::format("{},{},{},{},{},{},{}", Us(times.min()), Us(times.mean()),
                     Us(times.Percentile(50)), Us(times.Percentile(90)),
                     Us(times.Percentile(95)), Us(times.Percentile(99)),
                     Us(times.max()));
}

std::string ReplicaRow(const RunReport& report, std::size_t stage,
                       const ReplicaStats& replica) {
  const Segment* segment = SegmentOf(report, stage);
  const double seconds =
      std::chrono::duration<double>(report.stats.wall).count();
  const auto count = static_cast<double>(replica.busy.count());
  std::optional<double> predicted;
  if (replica.predicted.count() > 0) {
    predicted = 1 / std::chrono::duration<double>(replica.predicted).count();
  }
  return fmt::format(
      "{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", stage,
      segment ? Quoted(FormatSegment(*segment)) : "", replica.device,
      Quoted(replica.description),
      IsEmulated(report, replica) ? "emulated" : "measured",
      replica.busy.count(), Rate(seconds > 0 ? count / seconds : 0),
      Rate(predicted), Times(replica.busy), Ms(replica.busy.sum()),
      Ms(replica.waiting), Us(replica.hop.Percentile(50)),
      Us(replica.hop.Percentile(99)),
      replica.temperature ? fmt::format("{:.1f}", *replica.temperature) : "");
}

// End to end: times are latencies of requests.
std::string AllRow(const RunReport& report) {
  const RunStats& stats = report.stats;
  return fmt::format("all,,,{},{},{},{},{},{},,,,,\n", Quoted(report.model),
                     IsEmulated(report) ? "emulated" : "measured", stats.done(),
                     Rate(stats.throughput_rps),
                     Rate(PredictedThroughput(report)), Times(stats.latency));
}

}  // namespace

std::string RunCsv(const RunReport& report) {
  std::string csv = kHeading;
  const auto& stages = report.stats.stages;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    for (const ReplicaStats& replica : stages[i].replicas) {
      csv += ReplicaRow(report, i, replica);
    }
  }
  return csv + AllRow(report);
}

}  // namespace coralline::cli
