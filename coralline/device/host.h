#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coralline {

/// Cores that this process may run on, in increasing order.
std::vector<int> AvailableCores();

/// "AMD EPYC 7B13", or the architecture where the system does not tell.
std::string CpuModelName();

/// Bytes of the second-level cache of a core, from sysfs; nullopt when the
/// system does not tell.
std::optional<std::int64_t> L2CacheBytes(int core);

/// Moves the calling thread, and those that it will start, to the given cores.
/// Throws Error(kDevice) when the system refuses.
void PinThread(const std::vector<int>& cores);

/// Gives the calling thread, and those that it will start, the lowest real-time
/// priority (SCHED_FIFO): they run before all usual threads of their core,
/// which starve while they do not sleep. False, and nothing has changed, where
/// the system does not permit it (it wants root, or a limit by `ulimit -r`).
bool UseRealtimePriority();

/// PinThread until the end of the scope.
class ScopedPin {
 public:
  explicit ScopedPin(const std::vector<int>& cores);
  ScopedPin(const ScopedPin&) = delete;
  ScopedPin& operator=(const ScopedPin&) = delete;
  ~ScopedPin();

 private:
  std::vector<int> previous_;
};

}  // namespace coralline
