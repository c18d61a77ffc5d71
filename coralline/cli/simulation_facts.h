#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coralline/base/histogram.h"
#include "coralline/cli/simulation.h"

namespace coralline::cli {

/// What the reports of a simulation say in several forms.

/// Of every request, from entering the first queue to the last stage's end.
Histogram Latencies(const Schedule& schedule);

/// The share of the batch's time in which a stage's device is at work.
double Occupancy(const Simulation& simulation, std::size_t stage);

/// The same of the links that several devices share; empty without any.
std::vector<double> LinkOccupancies(const Simulation& simulation);

std::int64_t NumDevices(const Simulation& simulation);

/// Ops on the accelerator whose work the simulator does not know.
std::int64_t NumUnknownOps(const Simulation& simulation);

/// Ops that the accelerator leaves to the CPU.
std::int64_t NumUnmappedOps(const Simulation& simulation);

/// The spec's name, or "cpu".
std::string DeviceName(const Simulation& simulation,
                       const SimulatedStage& stage);

}  // namespace coralline::cli
