#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/graph/graph.h"

namespace coralline {

/// One row of a published series: a network of equal layers, cut into segments,
/// each on an Edge TPU of its own.
struct Measurement {
  std::string kind;  ///< "fc" or "conv"
  int width = 0;     ///< neurons or filters of a hidden layer
  int layers = 0;
  int segments = 0;
  int batch = 0;                     ///< inputs that are sent one after another
  std::string strategy;              ///< how the cuts were chosen
  std::vector<int> split;            ///< layers of each segment; may be empty
  std::vector<double> on_chip_mib;   ///< of each segment, as the compiler says
  std::vector<double> off_chip_mib;  ///< likewise; both may be empty
  double ms_per_inference = 0;
  double macs = 0;
  std::string quality;  ///< "ok", or why the row is to be left out
  std::string source_file;
};

/// Parses the CSV text of a series. Throws Error(kUsage) that names the line,
/// the column and what was expected; `file` is for messages.
std::vector<Measurement> ParseMeasurements(std::string_view text,
                                           const std::string& file);

/// Reads a series from a file.
std::vector<Measurement> ReadMeasurements(const std::filesystem::path& path);

/// The network of a row as shapes alone, without weights: one op per layer,
/// 8-bit tensors. Throws Error(kUsage) when the row describes none that is
/// known.
Graph NetworkOf(const Measurement& row);

}  // namespace coralline
