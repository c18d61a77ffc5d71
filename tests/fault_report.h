#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coralline/device/fault.h"
#include "coralline/pipeline/stats.h"
#include "tests/fault_setup.h"

namespace coralline::fault_runs {

inline bool HadNoDevice(const PipelineStats& stats) {
  return std::any_of(stats.events.begin(), stats.events.end(),
                     [](const PipelineEvent& event) {
                       return event.kind == EventKind::kNoDevice;
                     });
}

/// Of all runs: which faults really fired, how long it took to run again, and
/// what became of the requests.
class Report {
 public:
  void Add(const PipelineStats& stats, const std::vector<Fault>& faults) {
    done_ += stats.done;
    failed_ += stats.failed;
    rerun_ += stats.rerun;
    runs_without_device += HadNoDevice(stats) ? 1 : 0;
    for (const PipelineEvent& event : stats.events) CountFired(event, faults);
    for (const StageStats& stage : stats.stages) {
      for (const ReplicaStats& replica : stage.replicas) {
        if (replica.temperature.value_or(0) > 80) ++fired["slow"];
      }
    }
    AddRecoveries(stats.events);
  }

  void Print() {
    fmt::print(
        "faults that fired: {}; {} inferences took longer than the watchdog by "
        "themselves\nrequests: {} done, {} failed in {} runs that were without "
        "a device, {} refused; {} run again\n",
        fired, false_stalls_, done_, failed_, runs_without_device, refused,
        rerun_);
    if (recoveries.empty()) return;
    const auto over =
        std::count_if(recoveries.begin(), recoveries.end(),
                      [](auto time) { return time > 2 * kWatchdog; });
    fmt::print(
        "recoveries: {}; median {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms; {} "
        "over two watchdog periods, {:.0f} ms\n",
        recoveries.size(), Milliseconds(Recovery(50)),
        Milliseconds(Recovery(99)), Milliseconds(Recovery(100)), over,
        Milliseconds(2 * kWatchdog));
  }

  /// Requires that there were some.
  std::chrono::nanoseconds Recovery(int percentile) {
    std::sort(recoveries.begin(), recoveries.end());
    return recoveries[(recoveries.size() - 1) * percentile / 100];
  }

  std::map<std::string, int> fired;
  std::vector<std::chrono::nanoseconds> recoveries;
  int refused = 0;  // Push threw
  int runs_without_device = 0;

 private:
  static double Milliseconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::milli>(time).count();
  }

  void CountFired(const PipelineEvent& event,
                  const std::vector<Fault>& faults) {
    const auto says = [&event](const char* text) {
      return event.text.find(text) != std::string::npos;
    };
    const auto is_due = [&](FaultKind kind, bool comes_back) {
      return std::any_of(faults.begin(), faults.end(), [&](const Fault& fault) {
        return fault.kind == kind && fault.device == event.device &&
               (!comes_back || fault.duration);
      });
    };
    if (event.kind == EventKind::kDeviceStalled) {
      is_due(FaultKind::kStall, false) ? ++fired["stall"] : ++false_stalls_;
    } else if (event.kind == EventKind::kDeviceFailed) {
      if (says("is lost")) ++fired["lost"];
      if (says("failed (fault injected)")) ++fired["fail"];
    } else if (event.kind == EventKind::kDeviceReturned &&
               is_due(FaultKind::kLost, true)) {
      ++fired["lost and back"];
    }
  }

  // From what went wrong to what runs instead. Devices that return but do not
  // load interrupt nothing.
  void AddRecoveries(const std::vector<PipelineEvent>& events) {
    std::optional<std::chrono::nanoseconds> since;
    for (const PipelineEvent& event : events) {
      const bool is_stall = event.kind == EventKind::kDeviceStalled;
      if (is_stall || event.kind == EventKind::kDeviceFailed) {
        if (event.text.find("does not load") != std::string::npos) continue;
        auto begin = event.at;
        if (is_stall) begin -= kWatchdog;
        since = std::min(since.value_or(begin), begin);
      } else if (event.kind == EventKind::kDeployed && since) {
        recoveries.push_back(event.at - *since);
        since.reset();
      } else if (event.kind == EventKind::kNoDevice) {
        since.reset();
      }
    }
  }

  std::int64_t done_ = 0;
  std::int64_t failed_ = 0;
  std::int64_t rerun_ = 0;
  int false_stalls_ = 0;
};

}  // namespace coralline::fault_runs
