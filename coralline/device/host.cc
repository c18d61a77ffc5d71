#include "coralline/device/host.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pthread.h>
#include <sched.h>
#include <sys/utsname.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "coralline/base/error.h"

namespace coralline {
namespace {

bool SetAffinity(const std::vector<int>& cores) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int core : cores) {
    if (core < 0 || core >= CPU_SETSIZE) return false;
    CPU_SET(core, &set);
  }
  return sched_setaffinity(0, sizeof(set), &set) == 0;
}

std::string ReadLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

std::vector<int> AvailableCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return {0};
  std::vector<int> cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  }
  return cores;
}

std::string CpuModelName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  utsname system{};
  return uname(&system) == 0 ? system.machine : "unknown CPU";
}

std::optional<std::int64_t> L2CacheBytes(int core) {
  for (int index = 0; index < 8; ++index) {
    const std::string folder = fmt::format(
        "/sys/devices/system/cpu/cpu{}/cache/index{}/", core, index);
    const std::string size = ReadLine(folder + "size");
    if (ReadLine(folder + "level") != "2" || size.empty()) continue;
    const std::int64_t unit = size.back() == 'K'   ? 1024
                              : size.back() == 'M' ? 1024 * 1024
                                                   : 1;
    return std::strtoll(size.c_str(), nullptr, 10) * unit;
  }
  return std::nullopt;
}

void PinThread(const std::vector<int>& cores) {
  if (SetAffinity(cores)) return;
  throw Error(ErrorKind::kDevice,
              fmt::format("cpu core {} cannot be used ({}); this process may "
                          "run on cores {}",
                          fmt::join(cores, ","), std::strerror(errno),
                          fmt::join(AvailableCores(), ", ")));
}

bool UseRealtimePriority() {
  const sched_param lowest{.sched_priority =
                               sched_get_priority_min(SCHED_FIFO)};
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &lowest) == 0;
}

ScopedPin::ScopedPin(const std::vector<int>& cores)
    : previous_(AvailableCores()) {
  PinThread(cores);
}

ScopedPin::~ScopedPin() { SetAffinity(previous_); }

}  // namespace coralline
