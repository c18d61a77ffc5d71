#include "coralline/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "coralline/cli/format.h"

namespace coralline::cli {

constexpr const char* kEraseLine = "\r\033[K";

Progress::Progress(std::string label, std::int64_t total)
    : label_(std::move(label)),
      total_(total),
      is_terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (is_terminal_) fmt::print(stderr, "{}", kEraseLine);
}

void Progress::Say(const std::string& what) {
  if (is_terminal_) fmt::print(stderr, "{}{}", kEraseLine, what);
}

void Progress::Update(std::int64_t done,
                      std::optional<std::chrono::nanoseconds> left) {
  const auto now = std::chrono::steady_clock::now();
  if (!is_terminal_ || now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  fmt::print(stderr, "{}{} {}", kEraseLine, label_, done);
  if (total_ > 0) fmt::print(stderr, " of {}", total_);
  if (left) fmt::print(stderr, ", {} left", FormatDuration(*left));
}

}  // namespace coralline::cli
