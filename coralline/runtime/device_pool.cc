#include "coralline/runtime/device_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

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

DeviceGroup KindOf(const std::string& name) {
  const std::string spec_name = EmulatedSpecName(name);
  if (spec_name.empty()) {
    const int cores = NumCores(name);
    return {.name = cores == 1 ? "cpu" : fmt::format("cpu, {} threads", cores),
            .count = 0};
  }
  DeviceSpec spec = ReadDeviceSpec(spec_name);
  return {.name = spec.name, .count = 0, .spec = std::move(spec)};
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

}  // namespace

DevicePool PoolOf(const std::vector<std::string>& names,
                  const PoolOptions& options) {
  DevicePool pool{.devices = MakeDevices(names, options.kernels,
                                         options.compute, options.faults)};
  for (const std::string& name : names) {
    pool.kind_of.push_back(FindOrAdd(KindOf(name), pool.kinds));
    ++pool.kinds[pool.kind_of.back()].count;
  }
  return pool;
}

DevicePool PoolOf(const PlanDocument& document, const PoolOptions& options) {
  DevicePool pool;
  for (const ClassDocument& device : document.classes) {
    pool.kinds.push_back(KindOf(device));
  }
  std::vector<bool> is_emulated;
  for (const PlannedStage& stage : document.plan.stages) {
    DeviceGroup& kind = pool.kinds[stage.device_class];
    kind.count += stage.replicas;
    pool.kind_of.insert(pool.kind_of.end(), stage.replicas, stage.device_class);
    is_emulated.insert(is_emulated.end(), stage.replicas, !!kind.spec);
  }
  CheckFaults(options.faults, is_emulated);
  const std::vector<int> cores = CoresByTopology();
  std::size_t core = 0;
  for (const int kind : pool.kind_of) {
    const int number = pool.num_devices();
    if (!pool.kinds[kind].spec) {
      pool.devices.push_back(std::make_unique<CpuDevice>(
          std::vector{cores[core++ % cores.size()]}, options.kernels));
      continue;
    }
    pool.devices.push_back(std::make_unique<EmulatedDevice>(
        *pool.kinds[kind].spec, number,
        options.compute ? std::optional(options.kernels) : std::nullopt,
        FaultsOf(options.faults, number),
        pool.kinds[kind].cpu_fallback ? std::optional(options.kernels)
                                      : std::nullopt));
  }
  return pool;
}

}  // namespace coralline
