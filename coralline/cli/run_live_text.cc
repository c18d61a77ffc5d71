#include "coralline/cli/run_live_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "coralline/cli/format.h"
#include "coralline/cli/table.h"

namespace coralline::cli {
namespace {

std::int64_t Answered(const PipelineStats& stats) {
  return stats.done + stats.failed + stats.cancelled + stats.expired;
}

// Of all devices of a stage.
struct StageWork {
  std::int64_t runs = 0;
  double busy_s = 0;
};

StageWork WorkOf(const StageStats& stage) {
  StageWork work;
  for (const ReplicaStats& replica : stage.replicas) {
    work.runs += replica.busy.count();
    work.busy_s += std::chrono::duration<double>(replica.busy.sum()).count();
  }
  return work;
}

std::string DevicesText(const StageStats& stage) {
  const std::string& first = stage.replicas.front().description;
  const auto others = stage.replicas.size() - 1;
  return others == 0 ? first : fmt::format("{} and {} more", first, others);
}

// The hottest one; empty where none tells.
std::string TemperatureText(const StageStats& stage) {
  const ReplicaStats& hottest =
      *std::max_element(stage.replicas.begin(), stage.replicas.end(),
                        [](const auto& a, const auto& b) {
                          return a.temperature < b.temperature;
                        });
  if (!hottest.temperature) return "";
  return fmt::format("{:.0f} C{}", *hottest.temperature,
                     hottest.emulation ? ", simulated" : "");
}

// "-" where no time has passed.
std::string Rate(double count, double seconds) {
  return seconds > 0 ? fmt::format("{:.1f}", count / seconds) : "-";
}

std::string Total(const PipelineStats& before, const PipelineStats& now,
                  double seconds) {
  const auto done = static_cast<double>(now.done - before.done);
  std::string text = fmt::format(
      "{} requests/s, {} done, {} inside", Rate(done, seconds), now.done,
      std::max<std::int64_t>(0, now.accepted - Answered(now)));
  const auto add = [&](std::int64_t count, const char* what) {
    if (count > 0) text += fmt::format(", {} {}", count, what);
  };
  add(now.failed, "failed");
  add(now.expired, "expired");
  add(now.rerun, "run again");
  return text;
}

}  // namespace

bool AreComparable(const LiveSample& before, const LiveSample& now) {
  const auto& old_stages = before.stats.stages;
  const auto& stages = now.stats.stages;
  if (now.stats.done < before.stats.done) return false;
  return std::equal(
      old_stages.begin(), old_stages.end(), stages.begin(), stages.end(),
      [](const StageStats& a, const StageStats& b) {
        return std::equal(
            a.replicas.begin(), a.replicas.end(), b.replicas.begin(),
            b.replicas.end(), [](const auto& old_replica, const auto& replica) {
              return old_replica.device == replica.device &&
                     old_replica.busy.count() <= replica.busy.count();
            });
      });
}

std::vector<std::string> LiveLines(const LiveSample& before,
                                   const LiveSample& now) {
  const double seconds =
      std::chrono::duration<double>(now.time - before.time).count();
  Table table({"stage>", "requests/s>", "queue>", "busy>", "", "device"});
  for (std::size_t i = 0; i < now.stats.stages.size(); ++i) {
    const StageStats& stage = now.stats.stages[i];
    const StageWork work = WorkOf(stage);
    const StageWork old_work = WorkOf(before.stats.stages[i]);
    const auto runs = static_cast<double>(work.runs - old_work.runs);
    const double busy = (work.busy_s - old_work.busy_s) /
                        static_cast<double>(stage.replicas.size());
    table.AddRow(
        {std::to_string(i), Rate(runs, seconds), std::to_string(stage.queue),
         seconds > 0 ? fmt::format("{:.0f} %", 100 * busy / seconds) : "-",
         TemperatureText(stage), DevicesText(stage)});
  }
  std::vector<std::string> lines = {Total(before.stats, now.stats, seconds)};
  std::istringstream rows(table.Format());
  for (std::string line; std::getline(rows, line);) lines.push_back(line);
  return lines;
}

std::string EventLine(const PipelineEvent& event) {
  return fmt::format("coralline: at {}: {}", FormatDuration(event.at),
                     event.text);
}

}  // namespace coralline::cli
