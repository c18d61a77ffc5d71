#include "coralline/cli/run_live.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace coralline::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kRedraw = 200ms;
constexpr std::size_t kSamples = 6;  // so rates are of the last second

// Where stderr is no terminal, nothing limits the lines.
winsize TerminalSize() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0) return {};
  return size;
}

}  // namespace

void EventQueue::Push(const PipelineEvent& event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(event);
  pushed_.notify_one();
}

std::vector<PipelineEvent> EventQueue::Take(std::chrono::nanoseconds time,
                                            const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  pushed_.wait_for(lock, stop, time, [this] { return !events_.empty(); });
  return std::exchange(events_, {});
}

RunLive::RunLive(EventQueue& events, const Pipeline& pipeline, bool draws)
    : events_(events),
      pipeline_(pipeline),
      draws_(draws),
      thread_([this](const std::stop_token& stop) { Loop(stop); }) {}

RunLive::~RunLive() {
  thread_.request_stop();
  thread_.join();
  Print(events_.Take(0ns, {}), {});
}

void RunLive::Loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto events = events_.Take(kRedraw, stop);
    Print(events, draws_ ? NextLines() : std::vector<std::string>());
  }
}

std::vector<std::string> RunLive::NextLines() {
  samples_.push_back({std::chrono::steady_clock::now(), pipeline_.Stats()});
  while (!AreComparable(samples_.front(), samples_.back()) ||
         samples_.size() > kSamples) {
    samples_.pop_front();
  }
  return LiveLines(samples_.front(), samples_.back());
}

void RunLive::Print(const std::vector<PipelineEvent>& events,
                    const std::vector<std::string>& lines) {
  std::string text;
  // To the first of the lines, and everything below goes.
  if (drawn_lines_ > 0) text = fmt::format("\033[{}A\r\033[J", drawn_lines_);
  for (const PipelineEvent& event : events) text += EventLine(event) + '\n';
  // Lines that wrap or scroll could not be found again.
  const winsize size = TerminalSize();
  drawn_lines_ = 0;
  for (const std::string& line : lines) {
    if (size.ws_row > 0 && drawn_lines_ + 1 >= size.ws_row) break;
    text += size.ws_col > 0 ? line.substr(0, size.ws_col - 1) : line;
    text += '\n';
    ++drawn_lines_;
  }
  if (!text.empty()) std::fwrite(text.data(), 1, text.size(), stderr);
}

bool IsTerminal() { return isatty(STDERR_FILENO) == 1; }

}  // namespace coralline::cli
