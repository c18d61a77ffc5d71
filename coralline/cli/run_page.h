#pragma once

#include "coralline/chart/page.h"
#include "coralline/cli/run_report.h"
#include "coralline/tflite/model.h"

namespace coralline::cli {

/// The report of a run. `model` has its layers whole.
Page RunPage(const RunReport& report, const Model& model);

}  // namespace coralline::cli
