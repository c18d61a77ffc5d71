#include "coralline/cli/bar.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace coralline::cli {
namespace {

struct Look {
  const char* ascii;
  const char* block;
  const char* color;
};

// By Ink. The characters differ too, for those who see no colours.
constexpr std::array<Look, 5> kLooks = {{{"#", "█", "34"},
                                         {"=", "▓", "31"},
                                         {"+", "▒", "36"},
                                         {"-", "░", "33"},
                                         {".", "·", "90"}}};

std::string Draw(Ink ink, int count, const Terminal& terminal) {
  const Look& look = kLooks[static_cast<std::size_t>(ink)];
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += terminal.has_utf8 ? look.block : look.ascii;
  }
  return Colored(text, look.color, terminal);
}

// Requires a part.
Ink Largest(const Bar& bar) {
  return std::max_element(
             bar.parts.begin(), bar.parts.end(),
             [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

}  // namespace

double Bar::total() const {
  double sum = 0;
  for (const auto& [ink, value] : parts) sum += value;
  return sum;
}

std::string DrawBar(const Bar& bar, double scale, int width,
                    const Terminal& terminal) {
  const std::string mark =
      bar.is_marked ? ' ' + BarMark(terminal) : std::string();
  std::string text;
  double sum = 0;
  int drawn = 0;
  const double total = bar.total();
  if (total > 0 && scale > 0) {
    const double columns = std::max(1.0, total / scale * width);
    // A single column is of what there is most of.
    if (std::lround(columns) == 1)
      return Draw(Largest(bar), 1, terminal) + mark;
    for (const auto& [ink, value] : bar.parts) {
      sum += value;
      const int end = static_cast<int>(std::lround(sum / total * columns));
      text += Draw(ink, end - drawn, terminal);
      drawn = end;
    }
  }
  return text + mark;
}

std::string BarLegend(const std::vector<Bar>& bars,
                      const std::vector<std::pair<Ink, std::string>>& names,
                      const Terminal& terminal) {
  std::string text;
  for (const auto& [ink, name] : names) {
    const bool is_used =
        std::any_of(bars.begin(), bars.end(), [ink = ink](const Bar& bar) {
          return std::any_of(bar.parts.begin(), bar.parts.end(),
                             [ink](const auto& part) {
                               return part.first == ink && part.second > 0;
                             });
        });
    if (!is_used) continue;
    text += text.empty() ? "" : "  ";
    text += Draw(ink, 1, terminal) + ' ' + name;
  }
  return text;
}

std::string BarMark(const Terminal& terminal) {
  return Colored(terminal.has_utf8 ? "◀" : "<", "1;31", terminal);
}

}  // namespace coralline::cli
