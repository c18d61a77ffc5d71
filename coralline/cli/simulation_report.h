#pragma once

#include <string>

#include "coralline/cli/simulation.h"

namespace coralline::cli {

void PrintSimulationText(const Simulation& simulation);
void PrintSimulationJson(const Simulation& simulation);

/// What Google's compiler would log of each segment on the accelerator, in its
/// words, with the placement of every layer.
void PrintCompilerLog(const Simulation& simulation);

/// Writes the virtual timeline in Chrome's trace format, one thread per stage.
/// Throws Error(kFailed).
void WriteTrace(const Simulation& simulation, const std::string& path);

}  // namespace coralline::cli
