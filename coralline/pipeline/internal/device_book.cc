#include "coralline/pipeline/internal/device_book.h"

#include <algorithm>
#include <cstdint>

namespace coralline::internal {

using std::chrono::nanoseconds;

bool DeviceBook::AllUsable() const {
  return std::all_of(devices_.begin(), devices_.end(),
                     [](const Device& each) { return each.health.usable; });
}

std::vector<DeviceHealth> DeviceBook::HealthToPlanWith() {
  std::vector<DeviceHealth> health;
  for (Device& device : devices_) {
    health.push_back(device.health);
    device.planned_slowdown = device.health.slowdown;
  }
  return health;
}

void DeviceBook::MarkFailed(int device, Clock::time_point now) {
  constexpr int kForgiven = 8;  // quarantines without a failure
  constexpr int kMostDoublings = 6;
  Device& failed = devices_[device];
  if (now > failed.retry_at + kForgiven * quarantine_) failed.failures = 0;
  failed.retry_at =
      now + quarantine_ * (1 << std::min(failed.failures++, kMostDoublings));
  failed.health = {.usable = false};
  failed.measured = nanoseconds(0);
}

bool DeviceBook::MayRetry(int device, Clock::time_point now) const {
  return !is_usable(device) && now >= devices_[device].retry_at;
}

bool DeviceBook::MayRetryAtOnce(int device) const {
  constexpr int kMostFailures = 3;
  return !is_usable(device) && devices_[device].failures < kMostFailures;
}

bool DeviceBook::Measure(const std::vector<std::unique_ptr<Worker>>& workers) {
  constexpr int kEnough = 8;
  constexpr double kRecovery = 0.9;
  constexpr double kDrift = 1.15;
  std::vector<bool> is_used(devices_.size());
  for (const auto& worker : workers) {
    is_used[worker->device()] = true;
    const Histogram recent = worker->TakeRecent(kEnough);
    const nanoseconds predicted = worker->replica().predicted;
    if (recent.count() == 0 || predicted.count() == 0) continue;
    Device& device = devices_[worker->device()];
    device.measured = recent.Percentile(50);
    device.health.slowdown = static_cast<double>(device.measured.count()) /
                             static_cast<double>(predicted.count());
  }
  bool has_drifted = false;
  for (std::size_t d = 0; d < devices_.size(); ++d) {
    double& slowdown = devices_[d].health.slowdown;
    if (!is_used[d]) slowdown = 1 + (slowdown - 1) * kRecovery;
    const double drift = slowdown / devices_[d].planned_slowdown;
    has_drifted = has_drifted || drift > kDrift || drift < 1 / kDrift;
  }
  return has_drifted;
}

std::optional<nanoseconds> DeviceBook::MeasuredPeriod(
    const Generation& generation) const {
  std::vector<double> per_ns(generation.num_stages());
  for (const auto& worker : generation.workers()) {
    const nanoseconds measured = devices_[worker->device()].measured;
    if (measured.count() == 0) return std::nullopt;
    per_ns[worker->stage()] += 1 / static_cast<double>(measured.count());
  }
  const double slowest = *std::min_element(per_ns.begin(), per_ns.end());
  return nanoseconds(static_cast<std::int64_t>(1 / slowest));
}

}  // namespace coralline::internal
