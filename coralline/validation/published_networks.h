#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/sim/calibration.h"

namespace coralline {

/// A row of the 21 published classifiers: salimmj/coral-benchmarks.
struct NetworkMeasurement {
  std::string model;    ///< "mobilenet_v1_0.25_128_quant"
  double first_ms = 0;  ///< an inference that loads the parameters
  double warm_ms = 0;
};

/// Whether the text begins with the header of such a file.
bool IsNetworkFile(std::string_view text);

/// Parses "model,input,first_inference_ms,warm_inference_ms,source". Throws
/// Error(kUsage) that names the line.
std::vector<NetworkMeasurement> ParseNetworkMeasurements(
    std::string_view text, const std::string& file);

/// The same from a file.
std::vector<NetworkMeasurement> ReadNetworkMeasurements(
    const std::filesystem::path& path);

/// The shapes of a network that published rows name, such as
/// "mobilenet_v1_0.25_128_quant", "inception_v4": uint8, 1,001 classes, biases
/// everywhere. Throws Error(kUsage) for a name that the zoo does not know.
TimedNetwork PublishedNetwork(std::string_view model);

/// Refits what classifiers of one device tell by their first and warm times:
/// the fixed times of an inference and of an upload, the cycles of a full
/// array, one rate for inputs, outputs and instructions, that of uploads and
/// that of ops without a matrix. Throws Error(kUsage) without rows, and as
/// PublishedNetwork does.
Calibration CalibrateNetworks(const DeviceSpec& spec,
                              std::span<const NetworkMeasurement> rows);

/// The same without the rate of ops without a matrix, which are then taken to
/// cost nothing: what it is worth.
Calibration CalibrateWithoutVectors(const DeviceSpec& spec,
                                    std::span<const NetworkMeasurement> rows);

}  // namespace coralline
