#pragma once

#include <string>
#include <vector>

#include "coralline/chart/chart.h"
#include "coralline/plan/strategy.h"
#include "coralline/sweep/summary.h"

namespace coralline {

/// "best plan", "edgetpu_compiler", "equal numbers of layers", ...
std::string MethodTitle(Strategy strategy);

/// How many times as often as on one device a model gives results, over the
/// number of devices: a line for each method, our plans first. Cells without a
/// plan are left out.
Chart SpeedUpChart(const SweepSummary& summary, const std::string& model);

/// The same of the best plans of several models, a line each.
Chart SpeedUpOfModels(const SweepSummary& summary);

/// The best plan's on `count` devices, a bar for each model.
Chart SpeedUpBars(const SweepSummary& summary, int count);

/// A row for each model, a column for each number of devices: the speed-up of
/// the best plans, and with how many devices more bring less than 5 %.
Chart SpeedUpTable(const SweepSummary& summary);

/// How many times as good as another method's the best plan is.
Chart AheadTable(const SweepSummary& summary, Strategy strategy);

}  // namespace coralline
