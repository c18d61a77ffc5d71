#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "coralline/pipeline/internal/generation.h"

namespace coralline::internal {

/// What is known of each device: whether it is used, when one that failed may
/// be tried again, how fast it is. One thread.
class DeviceBook {
 public:
  /// A device that failed once is left alone for `quarantine`.
  DeviceBook(int num_devices, std::chrono::nanoseconds quarantine)
      : devices_(num_devices), quarantine_(quarantine) {}

  int size() const { return static_cast<int>(devices_.size()); }
  bool is_usable(int device) const { return devices_[device].health.usable; }
  bool AllUsable() const;
  std::chrono::nanoseconds quarantine() const { return quarantine_; }

  /// As a deployment is planned with it; drift counts from here.
  std::vector<DeviceHealth> HealthToPlanWith();

  /// Twice as long as the time before where it fails again soon.
  void MarkFailed(int device, Clock::time_point now);
  void MarkUsable(int device) { devices_[device].health.usable = true; }
  /// Whether a device that failed may be tried again.
  bool MayRetry(int device, Clock::time_point now) const;
  /// Whether it may be tried at once, as nothing runs without it.
  bool MayRetryAtOnce(int device) const;

  /// Takes what the workers measured since the last time. Returns whether a
  /// device is far from what the last deployment was planned with. Those that
  /// are not used are taken to recover slowly.
  bool Measure(const std::vector<std::unique_ptr<Worker>>& workers);
  /// Time between results that the measured times allow; nullopt where a device
  /// has none.
  std::optional<std::chrono::nanoseconds> MeasuredPeriod(
      const Generation& generation) const;

 private:
  struct Device {
    DeviceHealth health;
    double planned_slowdown = 1;
    int failures = 0;  // in close succession
    Clock::time_point retry_at;
    std::chrono::nanoseconds measured{0};  // of late
  };

  std::vector<Device> devices_;
  std::chrono::nanoseconds quarantine_;
};

}  // namespace coralline::internal
