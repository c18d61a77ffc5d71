#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "coralline/device/device.h"

namespace coralline {

/// One of the devices that serve a stage.
struct Replica {
  int device = 0;  ///< a number of the Deployer
  std::shared_ptr<Executable> executable;
  /// What an inference takes on the device as it was planned with, before any
  /// slowdown; zero where nothing is known.
  std::chrono::nanoseconds predicted{0};
};

/// What runs where. Replicas of a stage run the same segment, and no device
/// serves two stages.
struct Deployment {
  std::vector<std::vector<Replica>> stages;
  /// Time between two results that the plan expects; zero where not known.
  std::chrono::nanoseconds period{0};
  /// Devices that were found not to work while their segments were loaded; they
  /// are not among the stages.
  std::vector<int> failed;
  /// Whether a request may be run again: false for a model that keeps state.
  bool can_rerun = true;
};

/// What a pipeline has seen of a device.
struct DeviceHealth {
  bool usable = true;
  /// Measured time of its inferences over Replica::predicted.
  double slowdown = 1;
};

/// Decides what runs where, and loads it. The pipeline asks again when a device
/// fails or returns, and when times drift. Called by one thread at a time,
/// except for device_name, IsPresent and Temperature, which any may call.
class Deployer {
 public:
  virtual ~Deployer() = default;

  virtual int num_devices() const = 0;
  virtual std::string device_name(int device) const = 0;

  /// The best deployment on the usable ones; nullopt where they cannot run the
  /// model. `devices` has one for each device. An executable may be one that an
  /// earlier deployment had on the same device: the pipeline never uses it from
  /// two threads at once. Throws Error where the model is at fault.
  virtual std::optional<Deployment> Deploy(
      std::span<const DeviceHealth> devices) = 0;

  /// Whether a device that failed answers again.
  virtual bool IsPresent(int) const { return true; }
  /// Degrees Celsius, of a device that tells.
  virtual std::optional<double> Temperature(int) const { return std::nullopt; }
};

/// The given stages, once: with a device gone there is no deployment any more.
/// Replicas of a stage are given together. Devices are numbered in turn.
std::unique_ptr<Deployer> FixedDeployment(
    std::vector<std::vector<std::unique_ptr<Executable>>> stages);

}  // namespace coralline
