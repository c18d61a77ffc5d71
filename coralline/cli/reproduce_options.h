#pragma once

#include <string>
#include <vector>

#include "coralline/paper/experiments.h"
#include "coralline/paper/folder.h"

namespace CLI {
class App;
}

namespace coralline::cli {

/// What the user asks `reproduce` for.
struct ReproduceOptions {
  std::string output = "coralline-reproduction";
  std::string device = "edgetpu-pcie";
  std::vector<std::string> only;  ///< empty: all
  std::vector<int> fc_widths;     ///< empty: the paper's
  std::vector<int> conv_widths;
  bool all_widths = false;
  double seconds = 0.3;  ///< of each emulated network
  bool fresh = false;
  bool json = false;
  bool markdown = false;

  bool wants(const std::string& part) const;
  paper::Widths SimulatedWidths() const;
  paper::Widths EmulatedWidths() const;
  paper::Widths CpuWidths() const;
};

void AddReproduceOptions(CLI::App& app, ReproduceOptions& options);

/// What has to be the same for a reproduction to go on.
paper::Identity IdentityOf(const ReproduceOptions& options);

}  // namespace coralline::cli
