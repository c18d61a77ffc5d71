#pragma once

#include <string>
#include <utility>
#include <vector>

#include "coralline/cli/terminal.h"

namespace coralline::cli {

/// What a part of a bar is drawn with: a character, and a colour where there
/// are colours. What is streamed has the same in every bar.
enum class Ink { kSolid, kStreamed, kMedium, kLight, kDots };

/// A row of parts, one after another, in any unit. The longest bar of a table
/// fills its column.
struct Bar {
  std::vector<std::pair<Ink, double>> parts;  ///< values of 0 or more
  bool is_marked = false;                     ///< points at the row

  double total() const;
};

/// `scale` is the total that takes `width` columns. Parts are rounded such that
/// the bar's length is right, at least one column where it is above zero; it
/// has no trailing blanks. The mark follows, in kMarkWidth columns more.
std::string DrawBar(const Bar& bar, double scale, int width,
                    const Terminal& terminal);
inline constexpr int kMarkWidth = 2;

/// "# compute  = streaming", of those that some bar has.
std::string BarLegend(const std::vector<Bar>& bars,
                      const std::vector<std::pair<Ink, std::string>>& names,
                      const Terminal& terminal);

/// "<", as marked bars have it.
std::string BarMark(const Terminal& terminal);

}  // namespace coralline::cli
