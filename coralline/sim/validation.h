#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/sim/device_spec.h"
#include "coralline/sim/measurement.h"

namespace coralline {

/// One published row beside what the simulator says of it.
struct PredictedRow {
  Measurement measured;
  double ms = 0;
  /// The range that doubts of the segments, see RangeOf, and the modes of the
  /// host leave open.
  double low_ms = 0;
  double high_ms = 0;
  /// Whether the memory of every segment is what the compiler's log prints, at
  /// its precision; nullopt where the row states none.
  std::optional<bool> memory_agrees;

  /// Of the prediction, over the measurement; negative when too fast.
  double error() const { return ms / measured.ms_per_inference - 1; }
  bool in_range() const;
};

/// A group of rows that one regime explains, such as "FC, 1 TPU, streaming".
struct Series {
  std::string name;
  std::string file;
  std::vector<PredictedRow> rows;
};

/// Absolute relative errors of a series, and how often the rest agrees.
struct SeriesErrors {
  int rows = 0;
  double median = 0;
  double p90 = 0;
  double maximum = 0;
  double share_in_range = 0;
  int memory_rows = 0;
  int memory_matches = 0;
};

/// How often the simulator names the faster of two cuts of one network.
struct WinnerCount {
  std::string name;
  int widths = 0;    ///< at which the cuts differ
  int same_cut = 0;  ///< others, which leave nothing to choose and do not count
  int right = 0;     ///< a gain of 1 % or less taken as none, on both sides
  int right_strictly = 0;  ///< any gain taken as one
  /// The same two for whoever always names the second cut: what to beat.
  int always_right = 0;
  int always_right_strictly = 0;
};

/// What the validation found.
struct Validation {
  std::vector<Series> series;
  std::vector<WinnerCount> winners;
  std::vector<std::string> missing_files;
};

/// Predicts every row of quality "ok" of the published series in `folder`,
/// each with the host that it was measured with. Files that are not there are
/// listed. Throws Error as ReadMeasurements and NetworkOf do, and Error(kUsage)
/// when no file is there.
Validation Validate(const std::filesystem::path& folder,
                    const DeviceSpec& spec);

/// Errors of a series; all zero without rows.
SeriesErrors ErrorsOf(const Series& series);

/// The prediction for one row. Requires a row whose cuts are known.
PredictedRow Predict(const Measurement& row, const DeviceSpec& spec);

}  // namespace coralline
