#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coralline/machine/root.h"

namespace coralline {

struct CpuFacts {
  std::string model;  ///< "AMD EPYC 7B13", or the board's; may be empty
  int threads = 0;    ///< hardware threads; 0 where procfs does not tell
  int cores = 0;      ///< physical ones; `threads` where it does not tell
  /// Those that speed up 8-bit networks, of all threads: "AVX2",
  /// "AVX512-VNNI", "AVX-VNNI", "AMX-INT8", "NEON", "NEON dot product", "I8MM".
  std::vector<std::string> features;
  bool is_x86_64 = false;

  bool operator==(const CpuFacts&) const = default;
};

/// The host beside its Edge TPUs.
struct HostFacts {
  CpuFacts cpu;
  std::string board;   ///< "Raspberry Pi 5 Model B Rev 1.0"; of device trees
  std::string kernel;  ///< "6.1.0-18-amd64"
  /// Cores that this process may run on; nullopt for another machine.
  std::optional<int> allowed_cores;
  /// What the control group of this process has, in cores; nullopt: no limit.
  std::optional<double> cgroup_cores;
  /// Of all cores, each once: "powersave", "schedutil".
  std::vector<std::string> governors;
  std::string frequency_driver;  ///< "intel_pstate"; may be empty
  std::optional<std::int64_t> memory_bytes;
  std::optional<std::int64_t> available_bytes;
};

HostFacts ReadHostFacts(const Root& root);

/// Of /proc/cpuinfo alone.
CpuFacts ReadCpuFacts(const Root& root);

}  // namespace coralline
