#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "tests/fake_edgetpu/fake_device.h"

namespace coralline::fake_edgetpu {

/// What one inference takes, by the simulator.
struct InferenceTimes {
  /// Of the cached parameters; 0 where there are none.
  std::chrono::nanoseconds upload{0};
  std::chrono::nanoseconds inference{0};
};

/// A device as its one delegate has it. What is resident on the chip goes away
/// with it. One thread at a time may use it.
class OpenDevice {
 public:
  /// Null where the device is not there, or is open already: in this process
  /// or, by a lock on its file NAME.lock, in another one.
  static std::unique_ptr<OpenDevice> Open(std::shared_ptr<FakeDevice> device);
  ~OpenDevice();
  OpenDevice(const OpenDevice&) = delete;
  OpenDevice& operator=(const OpenDevice&) = delete;

  const FakeDevice& device() const { return *device_; }

  /// One inference: `compute` runs meanwhile, and it takes the larger of both
  /// times. The upload comes first where the token is 0 or not the resident
  /// one; it is written to the device's file NAME.uploads, a line each. Throws
  /// Error(kDevice) where a fault wants that; a device that was lost once does
  /// not come back for whom had it open.
  void Infer(std::uint64_t token, const InferenceTimes& times,
             const std::function<void()>& compute);

 private:
  OpenDevice(std::shared_ptr<FakeDevice> device, int lock);
  bool IsLost() const;
  void RecordUpload(std::uint64_t token) const;

  std::shared_ptr<FakeDevice> device_;
  int lock_;  // a file descriptor; -1 where there is no folder for locks
  int num_losses_;
  bool is_lost_ = false;
  std::uint64_t resident_ = 0;
};

}  // namespace coralline::fake_edgetpu
