#include "coralline/cli/simulation_facts.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

namespace coralline::cli {

Histogram Latencies(const Schedule& schedule) {
  Histogram histogram;
  for (std::size_t i = 0; i < schedule.finished_ms.size(); ++i) {
    histogram.Record(std::chrono::nanoseconds(std::llround(
        1e6 * (schedule.finished_ms[i] - schedule.entered_ms[i]))));
  }
  return histogram;
}

double Occupancy(const Simulation& simulation, std::size_t stage) {
  return simulation.schedule.stage_busy_ms[stage] /
         simulation.stages[stage].replicas / simulation.schedule.makespan_ms();
}

std::vector<double> LinkOccupancies(const Simulation& simulation) {
  std::set<int> links;
  for (const SimulatedStage& stage : simulation.stages) {
    if (stage.link >= 0) links.insert(stage.link);
  }
  const int per_link = simulation.options.devices_per_link;
  const auto devices = NumDevices(simulation);
  for (int first = 0; per_link > 1 && first < devices; first += per_link) {
    links.insert(first / per_link);
  }
  std::vector<double> occupancies;
  for (const int link : links) {
    occupancies.push_back(simulation.schedule.resource_busy_ms[1 + link] /
                          simulation.schedule.makespan_ms());
  }
  return occupancies;
}

std::int64_t NumUnknownOps(const Simulation& simulation) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < simulation.layers.size(); ++i) {
    const bool is_unknown = simulation.layers[i].kind == LayerKind::kOther;
    count += is_unknown && simulation.mappings[i].is_mapped() ? 1 : 0;
  }
  return count;
}

std::int64_t NumUnmappedOps(const Simulation& simulation) {
  return std::count_if(
      simulation.mappings.begin(), simulation.mappings.end(),
      [](const OpMapping& mapping) { return !mapping.is_mapped(); });
}

std::string DeviceName(const Simulation& simulation,
                       const SimulatedStage& stage) {
  return stage.is_cpu ? "cpu" : simulation.spec.name;
}

std::int64_t NumDevices(const Simulation& simulation) {
  std::int64_t count = 0;
  for (const SimulatedStage& stage : simulation.stages) {
    if (!stage.is_cpu) count += stage.replicas;
  }
  return count;
}

}  // namespace coralline::cli
