#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace coralline {

/// A row of a trace.
struct TraceTrack {
  int process = 0;
  int thread = 0;  ///< unique in the whole trace
};

/// A number that belongs to an event.
struct TraceArgument {
  std::string_view name;
  std::int64_t value = 0;
};

enum class FlowStep { kBegin, kContinue, kEnd };

/// Builds a trace in the Trace Event Format, which ui.perfetto.dev and
/// chrome://tracing open: "Trace Event Format", a document of the Chromium
/// project. Kept as text from the start, about 100 B per event: as values a
/// long trace would take ten times the room. Deterministic. Times count from
/// the start of the trace and are not negative. For one thread.
class ChromeTrace {
 public:
  using Time = std::chrono::nanoseconds;

  ChromeTrace();

  /// A group of tracks. Groups and tracks are shown in the order in which they
  /// are added.
  int AddProcess(std::string_view name);
  TraceTrack AddTrack(int process, std::string_view name);

  /// Something that lasts. Slices of one track do not overlap. Each is written
  /// 1 ns shorter: readers take the times as floating-point microseconds and
  /// cut off what is below a nanosecond, so that slices which touch might
  /// overlap by one, and be dropped.
  void AddSlice(TraceTrack track, std::string_view name, Time begin, Time end,
                std::initializer_list<TraceArgument> arguments = {});

  /// A step of an arrow that joins slices: at the begin of a slice that was
  /// added just before. A flow begins once, ends once, and its steps are in the
  /// order of time.
  void AddFlow(FlowStep step, std::string_view name, std::int64_t id,
               TraceTrack track, Time at);

  /// The value of a counter from now on; counters have their names within
  /// their process.
  void AddCounter(int process, std::string_view name, std::string_view unit,
                  Time at, std::int64_t value);

  /// Something that takes no time.
  void AddInstant(TraceTrack track, std::string_view name, Time at);

  /// The whole file. `facts` are a JSON object, about the trace.
  std::string Finish(std::string_view facts) &&;

 private:
  void Begin(char phase, std::string_view name, int process);
  void AddMetadata(std::string_view what, TraceTrack track,
                   std::string_view arguments);

  std::string text_;
  int num_processes_ = 0;
  int num_tracks_ = 0;
};

}  // namespace coralline
