#pragma once

#include "coralline/chart/page.h"

namespace coralline::testing_util {

/// A graph of so many ops with branches, cut into four stages.
CutMap LargeCutMap(int num_ops);

/// What a report of a plan holds, with figures made up.
Page PlanLikePage(int num_ops);

/// Charts without data, and a section without charts.
Page EmptyChartsPage();

}  // namespace coralline::testing_util
