#pragma once

#include <string>
#include <vector>

namespace coralline::cli {

/// A table of text: columns as wide as their widest cell, numbers (any column
/// whose heading ends in '>') to the right.
class Table {
 public:
  explicit Table(std::vector<std::string> headings);
  void AddRow(std::vector<std::string> cells);
  /// Every line ends in a newline; no trailing blanks.
  std::string Format() const;

 private:
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace coralline::cli
