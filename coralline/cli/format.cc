#include "coralline/cli/format.h"

#include <fmt/format.h>

#include <array>

namespace coralline::cli {
namespace {

// Three significant digits of value / step^k with the k-th unit.
template <std::size_t N>
std::string Scale(double value, double step,
                  const std::array<const char*, N>& units) {
  std::size_t unit = 0;
  while (value >= 0.9995 * step && unit + 1 < N) {
    value /= step;
    ++unit;
  }
  if (unit == 0 || value >= 99.95)
    return fmt::format("{:.0f}{}", value, units[unit]);
  return fmt::format("{:.{}f}{}", value, value < 9.995 ? 2 : 1, units[unit]);
}

}  // namespace

std::string FormatBytes(std::int64_t bytes) {
  return Scale<4>(static_cast<double>(bytes), 1024,
                  {" B", " KiB", " MiB", " GiB"});
}

std::string LogBytes(std::int64_t bytes) {
  const double kib = static_cast<double>(bytes) / 1024;
  if (bytes < 1024) return fmt::format("{:.2f}B", static_cast<double>(bytes));
  return kib < 1024 ? fmt::format("{:.2f}KiB", kib)
                    : fmt::format("{:.2f}MiB", kib / 1024);
}

std::string FormatCount(std::int64_t count) {
  return Scale<4>(static_cast<double>(count), 1000, {"", " k", " M", " G"});
}

std::string FormatNumberOf(std::int64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string FormatDuration(std::chrono::nanoseconds duration) {
  return Scale<4>(static_cast<double>(duration.count()), 1000,
                  {" ns", " us", " ms", " s"});
}

std::string FormatShare(std::chrono::nanoseconds part,
                        std::chrono::nanoseconds whole) {
  if (whole.count() <= 0) return "-";
  return fmt::format("{:.1f} %", 100 * static_cast<double>(part.count()) /
                                     static_cast<double>(whole.count()));
}

}  // namespace coralline::cli
