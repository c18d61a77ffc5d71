#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "coralline/device/fault.h"

namespace coralline::internal {

/// What befalls one inference.
struct InferenceFaults {
  bool is_lost = false;     ///< the device is: no inference, and not counted
  std::int64_t number = 0;  ///< of the device, from 0
  bool fails = false;
  std::chrono::nanoseconds stall{0};
  double factor = 1;   ///< on the time that it takes
  int num_losses = 0;  ///< how often the device has been lost before
};

/// The faults of one device, and how far it has come: shared by the device and
/// all that it has loaded, from any thread. It has no clock: callers say what
/// time it is.
class FaultState {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit FaultState(const std::vector<Fault>& faults);

  /// An inference starts. Those that fall due meet it all at once; while the
  /// device is lost the others wait for the first inference after that.
  InferenceFaults Start(TimePoint now);

  bool IsLost(TimePoint now) const;
  int NumLosses(TimePoint now) const;
  /// Degrees Celsius; nullopt where no fault slows the device.
  std::optional<double> Temperature(TimePoint now) const;

 private:
  struct Entry {
    Fault fault;
    std::optional<TimePoint> since = {};  // nullopt until that is known
    bool is_over = false;                 // of a failure or a stall

    bool HasBegun(TimePoint now) const { return since && now >= *since; }
    bool IsActive(FaultKind kind, TimePoint now) const;
  };

  // Both with the mutex held.
  bool AnyIsActive(FaultKind kind, TimePoint now) const;
  void SetBegins(TimePoint now);

  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::optional<TimePoint> first_;  // when the first inference started
  std::int64_t next_ = 0;           // the number of the next inference
};

}  // namespace coralline::internal
