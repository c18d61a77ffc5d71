#include "coralline/cli/duration_option.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <utility>

#include "coralline/base/error.h"

namespace coralline::cli {
namespace {

using std::chrono::nanoseconds;

constexpr std::pair<std::string_view, nanoseconds> kUnits[] = {
    {"ns", std::chrono::nanoseconds(1)},
    {"us", std::chrono::microseconds(1)},
    {"ms", std::chrono::milliseconds(1)},
    {"s", std::chrono::seconds(1)},
};

}  // namespace

nanoseconds ParseDuration(const std::string& text, nanoseconds unit) {
  const char* end = text.data() + text.size();
  double number = 0;
  const auto parsed = std::from_chars(text.data(), end, number);
  std::string_view suffix(parsed.ptr, end);
  if (suffix.starts_with(' ')) suffix.remove_prefix(1);
  bool is_valid = parsed.ec == std::errc() && suffix.empty();
  for (const auto& [name, value] : kUnits) {
    if (parsed.ec != std::errc() || suffix != name) continue;
    unit = value;
    is_valid = true;
  }
  const double time = number * static_cast<double>(unit.count());
  constexpr double kLongest = 1e18;  // 31 years
  if (is_valid && time >= 0 && time <= kLongest) {
    return nanoseconds(std::llround(time));
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("found time '{}', expected a number and ns, us, ms "
                          "or s, such as 250ms",
                          text));
}

CLI::Option* AddDurationOption(CLI::App& app, const std::string& name,
                               std::function<void(nanoseconds)> take,
                               const std::string& description,
                               nanoseconds unit) {
  const auto parse = [name, take = std::move(take),
                      unit](const std::string& text) {
    try {
      take(ParseDuration(text, unit));
    } catch (const Error& error) {
      throw Error(error.kind(), fmt::format("{}: {}", name, error.what()));
    }
  };
  return app.add_option_function<std::string>(name, parse, description)
      ->option_text("TIME");
}

}  // namespace coralline::cli
