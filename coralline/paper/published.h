#pragma once

#include <string>
#include <vector>

namespace coralline::paper {

/// A figure that the paper's first author published
/// (Jorgitou98/EdgeTPU-QuantRL-Evaluation, MIT), typed into
/// data/published/paper.csv.
struct PublishedPoint {
  std::string experiment;  ///< of Experiment::series, or "fc-cpu", "conv-cpu"
  std::string kind;        ///< "fc" or "conv"
  int width = 0;
  int devices = 0;  ///< Edge TPUs; threads of the CPU
  int batch = 0;
  std::string cut;
  double value = 0;
  /// "ms" per inference; "x": against one device; "on_chip_mib",
  /// "off_chip_mib": of the parameters of all segments.
  std::string unit;
  std::string source;  ///< its file

  template <typename Row, typename Visitor>
  static void Visit(Row& row, Visitor&& visit) {
    visit("experiment", row.experiment);
    visit("kind", row.kind);
    visit("width", row.width);
    visit("devices", row.devices);
    visit("batch", row.batch);
    visit("cut", row.cut);
    visit("value", row.value);
    visit("unit", row.unit);
    visit("source", row.source);
  }
};

/// The best speed-up over the widths of a series, recomputed from a file; of
/// data/published/headlines.csv. `copy` says which of several files that hold
/// the series: "raw", or what the author's notebook plots.
struct Headline {
  std::string experiment;
  std::string copy;
  int devices = 0;
  double speedup = 0;
  int width = 0;  ///< 0 where it is not known
  std::string source;

  template <typename Row, typename Visitor>
  static void Visit(Row& row, Visitor&& visit) {
    visit("experiment", row.experiment);
    visit("copy", row.copy);
    visit("devices", row.devices);
    visit("speedup", row.speedup);
    visit("width", row.width);
    visit("source", row.source);
  }
};

/// Both are compiled in.
const std::vector<PublishedPoint>& PublishedPoints();
const std::vector<Headline>& Headlines();

}  // namespace coralline::paper
