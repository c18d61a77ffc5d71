#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "coralline/sim/time_range.h"

namespace coralline {

/// A published time of a real network beside the simulated one.
struct PredictedNetwork {
  std::string model;
  std::string device;  ///< the spec, or the host
  double measured_ms = 0;
  TimeRange range;

  double error() const { return range.ms / measured_ms - 1; }
};

/// Rows that were predicted in one way.
struct NetworkSeries {
  std::string name;
  std::string file;
  /// Whether each row was predicted from others alone.
  bool is_held_out = false;
  std::vector<PredictedNetwork> rows;
};

struct NetworkErrors {
  int rows = 0;
  double median = 0;
  double p90 = 0;
  double maximum = 0;
  double share_in_range = 0;
};

struct NetworkValidation {
  std::vector<NetworkSeries> series;
  std::vector<std::string> missing_files;
};

/// Predicts networks.csv, 21 classifiers on one device, in sample and with
/// rows held out, and links.csv, two networks on five hosts, with the specs of
/// those hosts and with what other hosts tell. Files that are not there are
/// listed. Throws Error as ParseNetworkMeasurements, PublishedNetwork and
/// ParseLinkMeasurements do.
NetworkValidation ValidateNetworks(const std::filesystem::path& folder);

/// Absolute relative errors; all zero without rows.
NetworkErrors ErrorsOf(const NetworkSeries& series);

}  // namespace coralline
