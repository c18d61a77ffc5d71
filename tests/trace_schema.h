#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace coralline {

/// Finds what is wrong with a trace in the Trace Event Format:
/// - an event lacks a field of its phase, or its process or track has no name;
/// - a slice has a negative duration, or overlaps another one of its track
///   without lying inside it;
/// - a flow does not begin once and end once with its other steps between, in
///   the order of time, or one of them lies in no slice of its track: readers
///   drop it then;
/// - a counter is negative, or does not end at zero.
/// Times are cut off to whole nanoseconds, as Perfetto does.
class TraceSchema {
 public:
  using Json = nlohmann::ordered_json;

  /// One line each; empty where nothing is wrong.
  static std::vector<std::string> ProblemsOf(const Json& trace) {
    TraceSchema schema;
    if (!trace.contains("traceEvents")) return {"no traceEvents"};
    for (const Json& event : trace["traceEvents"]) schema.Read(event);
    schema.CheckNames();
    schema.CheckSlices();
    schema.CheckFlows();
    schema.CheckCounters();
    return schema.problems_;
  }

 private:
  using Ns = std::int64_t;
  using Track = std::pair<int, int>;  // process and thread
  using Name = std::pair<int, std::string>;

  struct Slice {
    Ns begin = 0;
    Ns end = 0;
  };
  struct FlowStep {
    Ns at = 0;
    char phase = 0;
    Track track;
  };

  // Thread 0 where it is about the process.
  static Track TrackOf(const Json& event) {
    return {event["pid"].get<int>(), event.value("tid", 0)};
  }

  static Ns TimeOf(const Json& us) {
    return static_cast<Ns>(std::floor(us.get<double>() * 1e3));
  }

  void Complain(const std::string& what, const Json& where) {
    problems_.push_back(what + ": " + where.dump());
  }

  bool Has(const Json& event, const std::vector<std::string>& fields) {
    for (const std::string& field : fields) {
      const bool is_text = field == "name" || field == "cat" || field == "s";
      const bool is_there =
          event.contains(field) &&
          (is_text           ? event[field].is_string()
           : field == "args" ? event[field].is_object() && !event[field].empty()
                             : event[field].is_number());
      if (is_there) continue;
      Complain("no " + field, event);
      return false;
    }
    return true;
  }

  void Read(const Json& event) {
    const std::string phase = event.value("ph", "");
    if (phase == "M") return ReadMetadata(event);
    if (!Has(event, {"name", "pid", "ts"})) return;
    if (event["ts"] < 0) Complain("before the start", event);
    used_.insert(TrackOf(event));
    if (phase == "X") return ReadSlice(event);
    if (phase == "C") return ReadCounter(event);
    if (phase == "s" || phase == "t" || phase == "f") return ReadFlow(event);
    if (phase == "i") return static_cast<void>(Has(event, {"tid", "s"}));
    Complain("unknown phase", event);
  }

  void ReadMetadata(const Json& event) {
    if (!Has(event, {"name", "pid", "args"})) return;
    const std::string what = event["name"];
    if (what == "process_name") {
      const bool is_new = named_.insert(TrackOf(event)).second;
      const bool is_unique = IsNewName(0, event);
      if (!is_new || !is_unique) Complain("named twice", event);
    } else if (what == "thread_name" && Has(event, {"tid"})) {
      named_.insert(TrackOf(event));
      const bool is_unique = IsNewName(event["pid"].get<int>(), event);
      const bool is_new = threads_.insert(event["tid"].get<int>()).second;
      if (!is_unique || !is_new) Complain("named twice", event);
    }
  }

  bool IsNewName(int process, const Json& event) {
    return names_.emplace(process, event["args"]["name"].get<std::string>())
        .second;
  }

  void ReadSlice(const Json& event) {
    if (!Has(event, {"tid", "dur"})) return;
    const Ns begin = TimeOf(event["ts"]);
    const Ns duration = TimeOf(event["dur"]);
    if (duration < 0) return Complain("negative duration", event);
    slices_[TrackOf(event)].push_back({begin, begin + duration});
  }

  void ReadFlow(const Json& event) {
    if (!Has(event, {"tid", "id", "cat"})) return;
    const char phase = event["ph"].get<std::string>()[0];
    if (phase == 'f' && event.value("bp", "") != "e") {
      Complain("ends at the next slice", event);
    }
    flows_[event["id"].get<std::int64_t>()].push_back(
        {TimeOf(event["ts"]), phase, TrackOf(event)});
  }

  void ReadCounter(const Json& event) {
    if (!Has(event, {"args"})) return;
    for (const auto& [key, value] : event["args"].items()) {
      counters_[{event["pid"].get<int>(),
                 event["name"].get<std::string>() + " " + key}]
          .emplace_back(TimeOf(event["ts"]), value.get<double>());
    }
  }

  void CheckNames() {
    for (const Track& track : used_) {
      const bool has_process = named_.contains({track.first, 0});
      if (!has_process || !named_.contains(track)) {
        Complain("has no name", {track.first, track.second});
      }
    }
  }

  // Also sorts them, outer ones first.
  void CheckSlices() {
    for (auto& [track, slices] : slices_) {
      std::stable_sort(
          slices.begin(), slices.end(), [](const Slice& a, const Slice& b) {
            return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
          });
      std::vector<Slice> open;
      for (const Slice& slice : slices) {
        while (!open.empty() && open.back().end <= slice.begin) open.pop_back();
        if (!open.empty() && open.back().end < slice.end) {
          Complain("overlap", {track.first, track.second, open.back().end,
                               slice.begin, slice.end});
        }
        open.push_back(slice);
      }
    }
  }

  bool IsInSlice(const FlowStep& step) const {
    const auto slices = slices_.find(step.track);
    return slices != slices_.end() &&
           std::any_of(
               slices->second.begin(), slices->second.end(),
               [&](const Slice& slice) {
                 return slice.begin <= step.at &&
                        (step.at < slice.end || slice.begin == slice.end);
               });
  }

  // "stt...f"
  static bool IsWhole(const std::string& phases) {
    return phases.size() >= 2 && phases.front() == 's' &&
           phases.back() == 'f' &&
           std::all_of(phases.begin() + 1, phases.end() - 1,
                       [](char phase) { return phase == 't'; });
  }

  void CheckFlows() {
    for (auto& [id, steps] : flows_) {
      std::string phases;
      for (const FlowStep& step : steps) {
        phases += step.phase;
        if (!IsInSlice(step)) Complain("flow outside of slices", {id, step.at});
      }
      if (!IsWhole(phases)) Complain("flow " + phases, id);
      if (!std::is_sorted(
              steps.begin(), steps.end(),
              [](const auto& a, const auto& b) { return a.at < b.at; })) {
        Complain("flow goes back in time", id);
      }
    }
  }

  void CheckCounters() {
    for (auto& [name, values] : counters_) {
      std::stable_sort(
          values.begin(), values.end(),
          [](const auto& a, const auto& b) { return a.first < b.first; });
      for (const auto& [at, value] : values) {
        if (value < 0) Complain("negative counter", {name.second, at, value});
      }
      if (values.back().second != 0) {
        Complain("counter does not end at zero", name.second);
      }
    }
  }

  std::vector<std::string> problems_;
  std::set<Track> named_;  // thread 0: the process
  std::set<Track> used_;
  std::set<int> threads_;
  std::set<Name> names_;
  std::map<Track, std::vector<Slice>> slices_;
  std::map<std::int64_t, std::vector<FlowStep>> flows_;
  std::map<Name, std::vector<std::pair<Ns, double>>> counters_;
};

/// The events of a phase, and, unless it is "", of a name.
inline int CountEvents(const TraceSchema::Json& trace, std::string_view phase,
                       std::string_view name = "") {
  const auto& events = trace["traceEvents"];
  return static_cast<int>(
      std::count_if(events.begin(), events.end(), [&](const auto& event) {
        return event["ph"] == phase && (name.empty() || event["name"] == name);
      }));
}

/// The names of processes, or of all tracks, in their order.
inline std::vector<std::string> TraceNames(const TraceSchema::Json& trace,
                                           std::string_view what) {
  std::vector<std::string> names;
  for (const auto& event : trace["traceEvents"]) {
    if (event["ph"] == "M" && event["name"] == what) {
      names.push_back(event["args"]["name"].template get<std::string>());
    }
  }
  return names;
}

}  // namespace coralline
