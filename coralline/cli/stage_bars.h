#pragma once

#include <string>

#include "coralline/cli/table.h"
#include "coralline/sim/segment_cost.h"

namespace coralline::cli {

/// The bars of stages, as every command draws them.

/// What is kept in the parameter memory, what is left of it, and what is
/// streamed at every inference beyond it.
Bar MemoryBar(const Placement& placement);

/// How often a stage of so many devices gives a result, by what takes the time;
/// `host_ms` is what handing over adds to an inference.
Bar TimeBar(const SegmentCost& cost, double host_ms, int replicas,
            bool is_slowest);

/// Maps in and out, with the host's change of layout.
double TransferMs(const SegmentCost& cost);
/// What every inference takes, whatever it does.
double FixedMs(const SegmentCost& cost);

/// A line below the table that tells what its bars are made of.
std::string MemoryLegend(const Table& table, const Terminal& terminal);
std::string TimeLegend(const Table& table, const Terminal& terminal);

}  // namespace coralline::cli
