#include "coralline/runtime/device_pool.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>

#include "coralline/base/error.h"
#include "coralline/device/emulated_device.h"
#include "coralline/device/topology.h"
#include "coralline/runtime/device_names.h"

namespace coralline {
namespace {

// Of "cpu", "cpu:1" and "cpu:0-3", whose numbers were checked before.
int NumCores(std::string_view name) {
  const auto colon = name.find(':');
  const auto dash = name.find('-');
  if (colon == std::string_view::npos || dash == std::string_view::npos) {
    return 1;
  }
  int first = 0;
  int last = 0;
  std::from_chars(name.data() + colon + 1, name.data() + dash, first);
  std::from_chars(name.data() + dash + 1, name.data() + name.size(), last);
  return last - first + 1;
}

DeviceGroup KindOf(const std::string& name, const EdgeTpuSetup& setup) {
  const std::string spec_name = SpecNameOf(name, setup.spec);
  if (spec_name.empty()) {
    const int cores = NumCores(name);
    return {.name = cores == 1 ? "cpu" : fmt::format("cpu, {} threads", cores),
            .count = 0};
  }
  DeviceSpec spec = ReadDeviceSpec(spec_name);
  return {.name = IsEdgeTpuName(name) ? EdgeTpuKindName(name) : spec.name,
          .count = 0,
          .spec = std::move(spec)};
}

// The kind that is alike, added where there is none yet.
int FindOrAdd(DeviceGroup kind, std::vector<DeviceGroup>& kinds) {
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const DeviceGroup& other) {
        return other.name == kind.name && other.spec == kind.spec;
      });
  const auto at = static_cast<int>(found - kinds.begin());
  if (found == kinds.end()) kinds.push_back(std::move(kind));
  return at;
}

DeviceGroup KindOf(const ClassDocument& device) {
  DeviceGroup kind{.name = device.device.name,
                   .count = 0,
                   .unmapped_ops_only = device.unmapped_ops_only,
                   .cpu_fallback = device.cpu_fallback};
  if (!device.spec.empty()) {
    kind.spec = ParseDeviceSpec(device.spec, device.device.name);
  }
  return kind;
}

// So many real devices of a plan's classes of this name.
std::vector<std::string> RealDevices(const std::string& name, int count,
                                     const DeviceSetup& setup) {
  auto names = ExpandEdgeTpuName(name, setup.edgetpu.options);
  if (static_cast<int>(names.size()) < count) {
    throw Error(
        ErrorKind::kDevice,
        fmt::format("the plan uses {} devices {}, found {}; plan for these, or "
                    "try it on --devices emulated:{}:{}",
                    count, name, fmt::join(names, ", "),
                    SpecNameOf(names.front(), setup.edgetpu.spec), count));
  }
  return names;
}

// Makes the devices of a plan's classes one after another.
class PlannedDevices {
 public:
  PlannedDevices(const std::vector<DeviceGroup>& kinds,
                 const DeviceSetup& setup)
      : setup_(setup) {
    std::map<std::string, int> counts;  // of real ones
    for (const DeviceGroup& kind : kinds) {
      const bool is_real = kind.spec && IsEdgeTpuName(kind.name);
      if (is_real) counts[kind.name] += kind.count;
    }
    for (const auto& [name, count] : counts) {
      if (count > 0) names_[name] = RealDevices(name, count, setup);
    }
    for (const int core : CoresByTopology()) {
      names_[kCores].push_back(fmt::format("cpu:{}", core));
    }
  }

  std::unique_ptr<Device> Next(const DeviceGroup& kind, int number) {
    const std::string key = kind.spec ? kind.name : kCores;
    const auto found = names_.find(key);
    if (found == names_.end()) return Emulated(kind, number);
    // Cores are shared where there are not enough.
    const auto& names = found->second;
    DeviceSetup setup = setup_;
    setup.faults.clear();
    return std::move(
        MakeDevices({names[next_[key]++ % names.size()]}, setup).front());
  }

 private:
  static constexpr const char* kCores = "";

  std::unique_ptr<Device> Emulated(const DeviceGroup& kind, int number) const {
    return std::make_unique<EmulatedDevice>(
        *kind.spec, number,
        setup_.compute ? std::optional(setup_.kernels) : std::nullopt,
        FaultsOf(setup_.faults, number),
        kind.cpu_fallback ? std::optional(setup_.kernels) : std::nullopt);
  }

  const DeviceSetup& setup_;
  std::map<std::string, std::vector<std::string>> names_;  // by kind
  std::map<std::string, std::size_t> next_;                // of these
};

}  // namespace

DevicePool PoolOf(const std::vector<std::string>& names,
                  const DeviceSetup& setup) {
  DevicePool pool{.devices = MakeDevices(names, setup)};
  for (const std::string& name : names) {
    pool.kind_of.push_back(FindOrAdd(KindOf(name, setup.edgetpu), pool.kinds));
    ++pool.kinds[pool.kind_of.back()].count;
  }
  return pool;
}

DevicePool PoolOf(const PlanDocument& document, const DeviceSetup& setup) {
  DevicePool pool;
  for (const ClassDocument& device : document.classes) {
    pool.kinds.push_back(KindOf(device));
  }
  std::vector<bool> is_emulated;
  for (const PlannedStage& stage : document.plan.stages) {
    DeviceGroup& kind = pool.kinds[stage.device_class];
    kind.count += stage.replicas;
    pool.kind_of.insert(pool.kind_of.end(), stage.replicas, stage.device_class);
    is_emulated.insert(is_emulated.end(), stage.replicas,
                       kind.spec && !IsEdgeTpuName(kind.name));
  }
  CheckFaults(setup.faults, is_emulated);
  PlannedDevices devices(pool.kinds, setup);
  for (const int kind : pool.kind_of) {
    pool.devices.push_back(devices.Next(pool.kinds[kind], pool.num_devices()));
  }
  return pool;
}

}  // namespace coralline
