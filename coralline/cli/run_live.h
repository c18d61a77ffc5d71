#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "coralline/cli/run_live_text.h"
#include "coralline/pipeline/pipeline.h"

namespace coralline::cli {

/// Events on their way from a pipeline's threads to the terminal. Outlives the
/// pipeline. Any thread may use it.
class EventQueue {
 public:
  void Push(const PipelineEvent& event);
  /// Those since the last call; waits for one up to `time`, or until stopped.
  std::vector<PipelineEvent> Take(std::chrono::nanoseconds time,
                                  const std::stop_token& stop);

 private:
  std::mutex mutex_;
  std::condition_variable_any pushed_;
  std::vector<PipelineEvent> events_;
};

/// Shows on stderr what a pipeline does, from a thread of its own: each event
/// as a line, and below them, where asked for, a line for each stage, redrawn
/// five times a second. The measured threads do not wait for it.
class RunLive {
 public:
  RunLive(EventQueue& events, const Pipeline& pipeline, bool draws);
  /// Shows the events that are left and removes the lines of the stages.
  ~RunLive();
  RunLive(const RunLive&) = delete;
  RunLive& operator=(const RunLive&) = delete;

 private:
  void Loop(const std::stop_token& stop);
  /// Replaces the lines drawn before by events, which stay, and `lines`.
  void Print(const std::vector<PipelineEvent>& events,
             const std::vector<std::string>& lines);
  std::vector<std::string> NextLines();

  EventQueue& events_;
  const Pipeline& pipeline_;
  const bool draws_;
  std::deque<LiveSample> samples_;  // of about the last second
  int drawn_lines_ = 0;
  std::jthread thread_;
};

/// Whether stderr is a terminal.
bool IsTerminal();

}  // namespace coralline::cli
