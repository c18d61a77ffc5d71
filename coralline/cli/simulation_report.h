#pragma once

#include <string>

#include "coralline/cli/simulation.h"

namespace coralline::cli {

void PrintSimulationText(const Simulation& simulation);
void PrintSimulationJson(const Simulation& simulation);

/// What Google's compiler would log of each segment on the accelerator, in its
/// words, with the placement of every layer.
void PrintCompilerLog(const Simulation& simulation);

/// Inferences of all stages that a trace file holds.
inline constexpr int kSimulatedTraceCapacity = 100'000;

/// The virtual timeline as Perfetto reads it, docs/trace.md.
std::string SimulationTraceJson(const Simulation& simulation);
/// Whether it ends before the batch.
bool IsTraceCut(const Simulation& simulation);

}  // namespace coralline::cli
