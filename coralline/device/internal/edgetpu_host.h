#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "coralline/device/edgetpu_device.h"

/// What the system knows of an Edge TPU. `root` is another folder than / in
/// tests.
namespace coralline::internal {

/// The file by which processes reach the device: "/dev/apex_0",
/// "/dev/bus/usb/002/005"; nullopt where the system does not tell.
std::optional<std::filesystem::path> DeviceNodeOf(
    const EdgeTpuAddress& address, const std::filesystem::path& root = "/");

/// Degrees Celsius, of a PCIe device; nullopt for others, and where its driver
/// does not tell.
std::optional<double> TemperatureOf(const EdgeTpuAddress& address,
                                    const std::filesystem::path& root = "/");

/// Why a device that is there does not open, as an end of a sentence that
/// begins with its name: "is in use by python3 (process 4711)".
std::string WhyItDoesNotOpen(const EdgeTpuAddress& address,
                             const std::filesystem::path& root = "/");

}  // namespace coralline::internal
