#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coralline/device/internal/fault_state.h"
#include "coralline/sim/device_spec.h"

namespace coralline::fake_edgetpu {

/// The values are those of the library's interface.
enum class Bus { kPci = 0, kUsb = 1 };

/// A device that is not there, and what has happened to it. Any thread may use
/// it.
struct FakeDevice {
  Bus bus = Bus::kPci;
  std::string path;
  internal::FaultState faults;
  std::atomic<bool> is_open = false;  ///< for a delegate of this process

  /// Whether neither a fault nor a file NAME.unplugged takes it away.
  bool IsPlugged() const;
  /// The simulator's numbers for this bus.
  DeviceSpec Spec() const;
  /// DIR/NAME.ENDING of $FAKE_EDGETPU_STATE, where NAME is the last part of
  /// the path; nullopt where that is not set.
  std::optional<std::filesystem::path> StateFile(
      const std::string& ending) const;
};

/// Those of $FAKE_EDGETPU_DEVICES, in its order, with the faults of
/// $FAKE_EDGETPU_FAULTS. They stay the same objects as long as both variables
/// do. Throws Error(kUsage) for malformed ones.
std::vector<std::shared_ptr<FakeDevice>> Devices();

/// The variable's value; `absent` where it is not set.
std::string Environment(const char* name, const std::string& absent = "");

}  // namespace coralline::fake_edgetpu
