#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/sim/device_spec.h"
#include "coralline/sim/measurement.h"
#include "coralline/sim/segment_cost.h"

namespace coralline {

/// A constant of a spec, before and after.
struct FittedConstant {
  std::string path;
  double old_value = 0;
  double new_value = 0;  ///< the old one where nothing was determined
  double standard_error = 0;
  bool is_determined = false;
};

/// Relative errors of the spec's times against the measured ones.
struct CalibrationErrors {
  double median = 0;
  double p90 = 0;
  double maximum = 0;
};

/// A spec whose constants follow measurements of one host.
struct Calibration {
  DeviceSpec spec;
  int num_rows = 0;
  std::vector<FittedConstant> constants;
  CalibrationErrors before;
  CalibrationErrors after;
  /// How far the spec's times will be off, a share, from rows that it was not
  /// fitted to; nullopt where there are none. Then no new accuracy is written.
  std::optional<double> relative_error = std::nullopt;
};

/// Refits constants to the rows of one device and quality "ok" by least squares
/// of the relative error, robust against outliers (Huber's weights). A time is
/// linear in every constant, a rate taken as one over it. `paths` chooses
/// constants, all where empty; one that the rows do not determine keeps its
/// value: also where it came out below its own standard error, unless the old
/// value is three of them above it: then it is zero, or nearly. Throws
/// Error(kUsage) for an unknown path or when there are no such rows.
Calibration Calibrate(const DeviceSpec& spec, std::span<const Measurement> rows,
                      const std::vector<std::string>& paths = {});

/// A network and how long one inference of it took.
struct TimedNetwork {
  Graph graph;
  std::vector<bool> has_bias;  ///< of each op, or empty; see MakeLayers
  double ms = 0;
  bool is_first = false;  ///< an inference that loads the parameters
};

/// The same for any networks; the constants of a group get one value. Requires
/// a network, and constants that the spec has.
Calibration CalibrateTogether(
    const DeviceSpec& spec, std::span<const TimedNetwork> networks,
    const std::vector<std::vector<std::string>>& groups);

/// How long one inference of a segment took. What it points to must outlive it.
struct TimedSegment {
  const Graph* graph = nullptr;
  const std::vector<Layer>* layers = nullptr;  ///< MakeLayers of the graph
  Segment segment;
  double ms = 0;
  bool is_first = false;  ///< an inference that loads the parameters
};

/// As Calibrate, for any segments. Requires one, whose layers are of this spec;
/// throws Error(kUsage) for an unknown path.
Calibration CalibrateToSegments(const DeviceSpec& spec,
                                std::span<const TimedSegment> segments,
                                const std::vector<std::string>& paths = {});

/// Of the spec's times for the segments, which are one or more.
CalibrationErrors ErrorsOf(const DeviceSpec& spec,
                           std::span<const TimedSegment> segments);

/// A row of a file of two known networks on several hosts.
struct LinkMeasurement {
  std::string model;
  std::string host;
  std::string link;
  double ms = 0;
};

/// Whether the text begins with the header of such a file.
bool IsLinkFile(std::string_view text);

/// Parses "model,input,model_mb,device,link,host,ms". Throws Error(kUsage) that
/// names the line.
std::vector<LinkMeasurement> ParseLinkMeasurements(std::string_view text,
                                                   const std::string& file);

/// Solves /fixed/inference and one rate for the whole link from the host's rows
/// of mobilenet_v2_1.0 and inception_v4. Throws Error(kUsage) when a row is
/// missing, there is no solution, or the spec has fill cycles, which are not
/// known of these networks.
Calibration CalibrateLink(const DeviceSpec& spec,
                          std::span<const LinkMeasurement> rows,
                          const std::string& host);

/// The JSON of the base spec with the calibrated constants and the accuracy,
/// each with `source`.
std::string CalibratedSpecText(const std::string& base_json,
                               const Calibration& calibration,
                               const std::string& name,
                               const std::string& source);

}  // namespace coralline
