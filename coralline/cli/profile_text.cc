#include "coralline/cli/profile_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "coralline/cli/format.h"
#include "coralline/cli/table.h"

namespace coralline::cli {
namespace {

// As close as segments are measured by default.
constexpr double kNotable = 0.02;

double WidthOf(const SegmentProfile& segment) {
  return static_cast<double>((segment.high - segment.low).count()) /
         static_cast<double>(segment.latency.count());
}

std::string ChangeText(double share) {
  return fmt::format("{:+.1f} %", 100 * share);
}

std::string TableText(const Profile& profile, std::size_t rows) {
  Table table(
      {"ops", "latency>", "interval>", "drift>", "first>", "runs>", "origin"});
  for (std::size_t i = 0; i < rows; ++i) {
    const SegmentProfile& segment = profile.segments[i];
    table.AddRow(
        {FormatSegment(segment.segment), FormatDuration(segment.latency),
         fmt::format("{:.1f} %", 100 * WidthOf(segment)),
         segment.drift != 0 ? ChangeText(segment.drift) : std::string("-"),
         segment.first.count() > 0 ? FormatDuration(segment.first)
                                   : std::string("-"),
         std::to_string(segment.runs),
         std::string(OriginText(segment.origin))});
  }
  return table.Format();
}

std::string DriftText(const Profile& profile) {
  int count = 0;
  const SegmentProfile* worst = nullptr;
  for (const SegmentProfile& segment : profile.segments) {
    if (std::abs(segment.drift) < kNotable) continue;
    ++count;
    if (!worst || std::abs(segment.drift) > std::abs(worst->drift)) {
      worst = &segment;
    }
  }
  if (count == 0) return "";
  return fmt::format(
      "drift: {} of {} segments changed by more than {:.0f} % while they were "
      "measured, {} by {}; measure again with --remeasure once the device is "
      "as warm as in use\n",
      count, profile.segments.size(), 100 * kNotable,
      FormatSegment(worst->segment), ChangeText(worst->drift));
}

std::string TemperatureText(const Profile& profile) {
  std::optional<double> least;
  std::optional<double> most;
  for (const SegmentProfile& segment : profile.segments) {
    for (const auto& celsius : {segment.start_celsius, segment.end_celsius}) {
      if (!celsius) continue;
      least = std::min(least.value_or(*celsius), *celsius);
      most = std::max(most.value_or(*celsius), *celsius);
    }
  }
  if (!least) return "";
  return fmt::format("temperature: {:.0f} to {:.0f} C\n", *least, *most);
}

// Where the intervals of the two do not overlap.
std::string EndText(const ProfileRun& run) {
  if (!run.early || !run.late) return "";
  const SegmentProfile& early = *run.early;
  const SegmentProfile& late = *run.late;
  const double change = static_cast<double>(late.latency.count()) /
                            static_cast<double>(early.latency.count()) -
                        1;
  const bool overlap = late.low <= early.high && late.high >= early.low;
  if (overlap || std::abs(change) < kNotable) return "";
  return fmt::format(
      "drift: {} again at the end: {} instead of {}, {}; segments that were "
      "measured at other times do not compare better than that\n",
      FormatSegment(early.segment), FormatDuration(late.latency),
      FormatDuration(early.latency), ChangeText(change));
}

}  // namespace

std::string ProfileText(const Profile& profile, const ProfileRun& run) {
  constexpr std::size_t kShown = 20;
  const std::size_t all = profile.segments.size();
  std::string text =
      fmt::format("{} on {}: {} segments", profile.model, profile.device, all);
  if (run.measured > 0) text += fmt::format(", {} measured now", run.measured);
  text += '\n';
  text += TableText(profile, std::min(kShown, all));
  if (all > kShown) {
    text += fmt::format("... and {} more{}\n", all - kShown,
                        run.file.empty() ? "; -o writes all of them" : "");
  }
  if (run.refused > 0) {
    text += fmt::format("{} segments do not run there\n", run.refused);
  }
  return text + TemperatureText(profile) + DriftText(profile) + EndText(run);
}

}  // namespace coralline::cli
