#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "coralline/sim/pipeline_cost.h"

namespace coralline::paper {

/// Who cuts the network.
enum class Cut {
  kWhole,  ///< nobody: one device
  /// Fully connected: equal layers, by the authors' script, since the compiler
  /// did not cut these. Convolutions: edgetpu_compiler --num_segments.
  kDefault,
  /// The fully connected series that the authors call "threshold0.5": cuts that
  /// balance memory, read off its memory columns.
  kBalanced,
  /// By measured times. Fully connected: all cuts are tried. Convolutions:
  /// libcoral's partition_with_profiling.
  kProfiled,
  kOptimal,  ///< our planner, with a certificate
};

/// "whole", "default", "balanced", "profiled", "optimal".
std::string_view CutName(Cut cut);

/// A network swept over its width on so many devices.
struct Experiment {
  std::string_view series;  ///< "fc-default-batch50"; devices apart
  std::string_view kind;    ///< "fc" or "conv"
  int devices = 1;
  int batch = 1;
  Cut cut = Cut::kWhole;
  HostModel host;  ///< what the paper fed the devices with; ours for kOptimal
  /// The widest network that was published; ours go further.
  int last_width = 0;

  /// A file's name without its suffix: "fc-default-batch50-3-tpus".
  std::string name() const;
};

/// The paper's, and ours beside them.
std::vector<Experiment> Experiments();

/// In words, for headings: "FC, default cut, batch 50".
std::string SeriesTitle(std::string_view series);

/// Widths of the networks to run.
struct Widths {
  std::vector<int> fc;
  std::vector<int> conv;

  const std::vector<int>& of(std::string_view kind) const {
    return kind == "fc" ? fc : conv;
  }
};

/// The paper's sweeps.
Widths AllWidths();
/// Those at which a headline was published, and every eighth of the sweeps:
/// what is emulated unless somebody has the time for all.
Widths EmulatedWidths();

}  // namespace coralline::paper
