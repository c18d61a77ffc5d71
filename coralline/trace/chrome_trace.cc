#include "coralline/trace/chrome_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/base/json_reader.h"

namespace coralline {
namespace {

// Numbers of tracks begin here, beyond those of processes: Perfetto takes a
// thread with its process's number for the main one.
constexpr int kFirstTrack = 1000;

// Of slices and flows: some readers join only what has the same.
constexpr std::string_view kCategory = "pipeline";

char PhaseOf(FlowStep step) {
  switch (step) {
    case FlowStep::kBegin:
      return 's';
    case FlowStep::kContinue:
      return 't';
    case FlowStep::kEnd:
      return 'f';
  }
  CORALLINE_CHECK(false);
}

// In microseconds, to the nanosecond.
void AppendTime(std::string& text, std::string_view field,
                ChromeTrace::Time time) {
  CORALLINE_CHECK(time.count() >= 0);
  fmt::format_to(std::back_inserter(text), ",\"{}\":{}.{:03}", field,
                 time.count() / 1000, time.count() % 1000);
}

}  // namespace

ChromeTrace::ChromeTrace()
    : text_("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[") {}

void ChromeTrace::Begin(char phase, std::string_view name, int process) {
  if (text_.back() == '}') text_ += ',';
  fmt::format_to(std::back_inserter(text_),
                 "\n{{\"ph\":\"{}\",\"name\":{},\"pid\":{}", phase,
                 QuoteJson(name), process);
}

void ChromeTrace::AddMetadata(std::string_view what, TraceTrack track,
                              std::string_view arguments) {
  Begin('M', what, track.process);
  if (track.thread > 0) {
    fmt::format_to(std::back_inserter(text_), ",\"tid\":{}", track.thread);
  }
  fmt::format_to(std::back_inserter(text_), ",\"args\":{{{}}}}}", arguments);
}

int ChromeTrace::AddProcess(std::string_view name) {
  const int process = ++num_processes_;
  AddMetadata("process_name", {process},
              fmt::format("\"name\":{}", QuoteJson(name)));
  AddMetadata("process_sort_index", {process},
              fmt::format("\"sort_index\":{}", process));
  return process;
}

TraceTrack ChromeTrace::AddTrack(int process, std::string_view name) {
  CORALLINE_CHECK(process > 0 && process <= num_processes_);
  const TraceTrack track{process, kFirstTrack + num_tracks_++};
  AddMetadata("thread_name", track,
              fmt::format("\"name\":{}", QuoteJson(name)));
  AddMetadata("thread_sort_index", track,
              fmt::format("\"sort_index\":{}", track.thread));
  return track;
}

void ChromeTrace::AddSlice(TraceTrack track, std::string_view name, Time begin,
                           Time end,
                           std::initializer_list<TraceArgument> arguments) {
  CORALLINE_CHECK(begin <= end);
  Begin('X', name, track.process);
  fmt::format_to(std::back_inserter(text_), ",\"tid\":{},\"cat\":\"{}\"",
                 track.thread, kCategory);
  AppendTime(text_, "ts", begin);
  AppendTime(text_, "dur", std::max(end - begin - Time(1), Time(0)));
  if (arguments.size() > 0) text_ += ",\"args\":{";
  for (const TraceArgument& argument : arguments) {
    if (&argument != arguments.begin()) text_ += ',';
    fmt::format_to(std::back_inserter(text_), "{}:{}", QuoteJson(argument.name),
                   argument.value);
  }
  text_ += arguments.size() > 0 ? "}}" : "}";
}

// "bp": it belongs to the slice that encloses it, not to the next one.
void ChromeTrace::AddFlow(FlowStep step, std::string_view name, std::int64_t id,
                          TraceTrack track, Time at) {
  Begin(PhaseOf(step), name, track.process);
  fmt::format_to(std::back_inserter(text_),
                 ",\"tid\":{},\"cat\":\"{}\",\"id\":{},\"bp\":\"e\"",
                 track.thread, kCategory, id);
  AppendTime(text_, "ts", at);
  text_ += '}';
}

void ChromeTrace::AddCounter(int process, std::string_view name,
                             std::string_view unit, Time at,
                             std::int64_t value) {
  Begin('C', name, process);
  AppendTime(text_, "ts", at);
  fmt::format_to(std::back_inserter(text_), ",\"args\":{{{}:{}}}}}",
                 QuoteJson(unit), value);
}

void ChromeTrace::AddInstant(TraceTrack track, std::string_view name, Time at) {
  Begin('i', name, track.process);
  fmt::format_to(std::back_inserter(text_), ",\"tid\":{},\"s\":\"t\"",
                 track.thread);
  AppendTime(text_, "ts", at);
  text_ += '}';
}

std::string ChromeTrace::Finish(std::string_view facts) && {
  fmt::format_to(std::back_inserter(text_), "\n],\"otherData\":{}}}\n", facts);
  return std::move(text_);
}

}  // namespace coralline
