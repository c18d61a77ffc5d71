#include "coralline/cli/table.h"

#include <algorithm>

#include "coralline/base/check.h"

namespace coralline::cli {
namespace {

constexpr int kGap = 2;
constexpr int kLeastBar = 8;
constexpr int kMostBar = 40;
// Where there is no terminal to fill.
constexpr int kWholeBar = 24;

std::string Pad(const std::string& text, int width, bool right) {
  const std::string blanks(std::max(0, width - DisplayWidth(text)), ' ');
  return right ? blanks + text : text + blanks;
}

void RemoveTrailingBlanks(std::string& line) {
  line.erase(line.find_last_not_of(' ') + 1);
}

}  // namespace

Table::Table(std::vector<std::string> headings) {
  for (std::string& heading : headings) {
    right_.push_back(heading.ends_with('>'));
    if (right_.back()) heading.pop_back();
  }
  rows_.push_back(std::move(headings));
}

void Table::LeaveOut(std::vector<std::string_view> headings) {
  for (const std::string_view heading : headings) {
    const auto found = std::find(rows_[0].begin(), rows_[0].end(), heading);
    CORALLINE_CHECK(found != rows_[0].end());
    leave_out_.push_back(found - rows_[0].begin());
  }
}

void Table::AddRow(std::vector<std::string> cells, Bar bar) {
  CORALLINE_CHECK(cells.size() == right_.size());
  rows_.push_back(std::move(cells));
  bars_.push_back(std::move(bar));
}

std::string Table::Format() const { return Format(Terminal{}); }

std::string Table::Format(const Terminal& terminal) const {
  Layout layout{std::vector<bool>(right_.size(), true),
                bar_heading_.empty() ? 0 : kWholeBar};
  if (!terminal.width) return Rows(layout, terminal);
  return Fit(*terminal.width, layout) ? Rows(layout, terminal)
                                      : Records(terminal);
}

std::vector<int> Table::Widths() const {
  std::vector<int> widths(right_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  }
  return widths;
}

int Table::WidthOf(const std::vector<bool>& is_shown) const {
  const auto widths = Widths();
  int sum = -kGap;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (is_shown[i]) sum += widths[i] + kGap;
  }
  return sum;
}

// What the terminal leaves for the bars; 0 where that is too little.
int Table::BarWidth(int room) const {
  const bool has_mark = std::any_of(
      bars_.begin(), bars_.end(), [](const Bar& bar) { return bar.is_marked; });
  const int width =
      std::min(kMostBar, room - kGap - (has_mark ? kMarkWidth : 0));
  return width < std::max(kLeastBar, DisplayWidth(bar_heading_)) ? 0 : width;
}

bool Table::Fit(int width, Layout& layout) const {
  const bool has_bars = !bar_heading_.empty();
  std::size_t left_out = 0;
  while (true) {
    const int room = width - WidthOf(layout.is_shown);
    layout.bar_width = has_bars ? BarWidth(room) : 0;
    if (room >= 0 && (!has_bars || layout.bar_width > 0)) return true;
    if (left_out == leave_out_.size()) return room >= 0;
    layout.is_shown[leave_out_[left_out++]] = false;
  }
}

double Table::Scale() const {
  double scale = 0;
  for (const Bar& bar : bars_) scale = std::max(scale, bar.total());
  return scale;
}

std::string Table::Rows(const Layout& layout, const Terminal& terminal) const {
  const auto widths = Widths();
  std::string text;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (!layout.is_shown[i]) continue;
      line += line.empty() ? "" : std::string(kGap, ' ');
      line += Pad(rows_[r][i], widths[i], right_[i]);
    }
    if (layout.bar_width > 0) {
      line += std::string(kGap, ' ');
      line += r == 0
                  ? bar_heading_
                  : DrawBar(bars_[r - 1], Scale(), layout.bar_width, terminal);
    }
    RemoveTrailingBlanks(line);
    text += (r == 0 ? Colored(line, "1", terminal) : line) + '\n';
  }
  return text;
}

std::string Table::Records(const Terminal& terminal) const {
  int label = DisplayWidth(bar_heading_);
  for (const auto& heading : rows_[0]) {
    label = std::max(label, DisplayWidth(heading));
  }
  const std::string indent(kGap, ' ');
  const Terminal rest{.width = std::max(1, *terminal.width - 2 * kGap - label)};
  std::string text;
  const auto add = [&](const std::string& heading, const std::string& value) {
    std::string lines = Flow(value, rest);
    for (auto at = lines.find('\n'); at != std::string::npos;
         at = lines.find('\n', at + 1)) {
      lines.insert(at + 1, std::string(2 * kGap + label, ' '));
    }
    text += indent + Pad(heading, label, false) + indent + lines;
    RemoveTrailingBlanks(text);
    text += '\n';
  };
  for (std::size_t r = 1; r < rows_.size(); ++r) {
    text += Colored(rows_[0][0] + ' ' + rows_[r][0], "1", terminal) + '\n';
    for (std::size_t i = 1; i < right_.size(); ++i) {
      if (!rows_[r][i].empty()) add(rows_[0][i], rows_[r][i]);
    }
    if (bar_heading_.empty()) continue;
    add(bar_heading_, DrawBar(bars_[r - 1], Scale(),
                              std::max(1, *rest.width - kMarkWidth), terminal));
  }
  return text;
}

}  // namespace coralline::cli
