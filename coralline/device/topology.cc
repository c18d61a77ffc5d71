#include "coralline/device/topology.h"

#include <hwloc.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "coralline/device/host.h"

namespace coralline {
namespace {

class Topology {
 public:
  Topology() {
    is_initialized_ = hwloc_topology_init(&topology_) == 0;
    if (!is_initialized_) return;
    // Otherwise it may visit each core to ask it.
    hwloc_topology_set_flags(topology_,
                             HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING);
    is_loaded_ = hwloc_topology_load(topology_) == 0;
  }
  Topology(const Topology&) = delete;
  Topology& operator=(const Topology&) = delete;
  ~Topology() {
    if (is_initialized_) hwloc_topology_destroy(topology_);
  }

  // Null after the last; the first follows null.
  hwloc_obj_t NextThread(hwloc_obj_t thread) const {
    if (!is_loaded_) return nullptr;
    return hwloc_get_next_obj_by_type(topology_, HWLOC_OBJ_PU, thread);
  }

 private:
  hwloc_topology_t topology_ = nullptr;
  bool is_initialized_ = false;
  bool is_loaded_ = false;
};

// The first hardware thread within names what contains it.
CoreInfo InfoOf(hwloc_obj_t thread) {
  CoreInfo info{.core = static_cast<int>(thread->os_index),
                .physical = static_cast<int>(thread->os_index),
                .cache = -1,
                .node = hwloc_bitmap_first(thread->nodeset)};
  for (auto object = thread->parent; object != nullptr;
       object = object->parent) {
    const int first = hwloc_bitmap_first(object->cpuset);
    if (object->type == HWLOC_OBJ_CORE) info.physical = first;
    if (hwloc_obj_type_is_dcache(object->type)) info.cache = first;
  }
  return info;
}

}  // namespace

std::vector<int> OrderCores(std::vector<CoreInfo> cores) {
  const auto place = [](const CoreInfo& info) {
    return std::tuple(info.node, info.cache, info.physical, info.core);
  };
  std::sort(cores.begin(), cores.end(),
            [&](const CoreInfo& a, const CoreInfo& b) {
              return place(a) < place(b);
            });
  // By how many hardware threads of its physical core come before it.
  std::map<int, int> num_before;
  std::map<int, std::vector<int>> ranks;
  for (const CoreInfo& info : cores) {
    ranks[num_before[info.physical]++].push_back(info.core);
  }
  std::vector<int> order;
  for (const auto& [rank, threads] : ranks) {
    order.insert(order.end(), threads.begin(), threads.end());
  }
  return order;
}

std::vector<CoreInfo> ReadTopology() {
  const Topology topology;
  std::vector<CoreInfo> cores;
  for (auto thread = topology.NextThread(nullptr); thread != nullptr;
       thread = topology.NextThread(thread)) {
    cores.push_back(InfoOf(thread));
  }
  std::sort(
      cores.begin(), cores.end(),
      [](const CoreInfo& a, const CoreInfo& b) { return a.core < b.core; });
  return cores;
}

std::vector<int> CoresByTopology() {
  const std::vector<int> available = AvailableCores();
  std::vector<CoreInfo> cores = ReadTopology();
  std::erase_if(cores, [&](const CoreInfo& info) {
    return !std::binary_search(available.begin(), available.end(), info.core);
  });
  // Of another machine, or of a part of this one.
  if (cores.size() != available.size()) return available;
  return OrderCores(std::move(cores));
}

}  // namespace coralline
