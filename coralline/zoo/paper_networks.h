#pragma once

#include <span>
#include <string>
#include <vector>

#include "coralline/graph/segment.h"
#include "coralline/tflite/model.h"

namespace coralline {

/// A sweep of the paper: networks of five layers of growing width.
struct PaperSweep {
  const char* kind;  ///< "fc" or "conv"
  int first;
  int last;
  int step;

  std::vector<int> widths() const;
};
inline constexpr PaperSweep kPaperSweeps[] = {{"fc", 100, 2620, 40},
                                              {"conv", 32, 742, 10}};

/// With its weights.
Model GeneratePaperModel(const std::string& kind, int width);

/// The networks of a sweep in any width without its weights, which take long to
/// make: a small one whose shapes are changed. Its bytes stay the small one's,
/// so they can be planned, and run by devices that do not compute.
class PaperNetworks {
 public:
  explicit PaperNetworks(const std::string& kind);

  Model OfWidth(int width) const;

  /// Its segments, as models of their own.
  std::vector<Model> PartsOfWidth(int width,
                                  std::span<const Segment> segments) const;

 private:
  Model small_;
};

}  // namespace coralline
