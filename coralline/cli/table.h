#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "coralline/cli/bar.h"
#include "coralline/cli/terminal.h"

namespace coralline::cli {

/// A table of text: columns as wide as their widest cell, numbers (any column
/// whose heading ends in '>') to the right, and bars behind.
class Table {
 public:
  explicit Table(std::vector<std::string> headings);
  /// The heading of the bars, where rows have some.
  void SetBars(std::string heading) { bar_heading_ = std::move(heading); }
  /// Columns, by heading, that a terminal too narrow for all does without; the
  /// first go first, and the bars after them.
  void LeaveOut(std::vector<std::string_view> headings);
  void AddRow(std::vector<std::string> cells, Bar bar = {});

  /// Whole. Every line ends in a newline; no trailing blanks.
  std::string Format() const;
  /// No line is wider than the terminal. Where the columns that may be left out
  /// do not suffice, each row is a list of its cells.
  std::string Format(const Terminal& terminal) const;
  const std::vector<Bar>& bars() const { return bars_; }

 private:
  struct Layout {
    std::vector<bool> is_shown;
    int bar_width = 0;  // 0: none
  };

  std::vector<int> Widths() const;
  int WidthOf(const std::vector<bool>& is_shown) const;
  // False where nothing makes it fit.
  bool Fit(int width, Layout& layout) const;
  int BarWidth(int room) const;
  double Scale() const;
  std::string Rows(const Layout& layout, const Terminal& terminal) const;
  std::string Records(const Terminal& terminal) const;

  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;  // the headings first
  std::vector<Bar> bars_;                       // of each row but the first
  std::string bar_heading_;
  std::vector<std::size_t> leave_out_;
};

}  // namespace coralline::cli
