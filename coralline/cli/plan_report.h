#pragma once

#include <string>

#include "coralline/planning/explanation.h"

namespace coralline::cli {

/// "optimal over all orders", "optimal for this order", "within 3.2% of the
/// optimum"; "none: made by another method" without a certificate.
std::string ClaimText(const Plan& plan, Objective objective);

/// The stages of a plan as a table, with what they keep on the chip.
std::string StageTable(const ExplainedPlan& explained,
                       const ModelProblem& problem);
/// The same, where the time of each stage goes.
std::string TimeTable(const ExplainedPlan& explained);

/// Plans by what they trade: throughput, latency, devices.
std::string FrontTable(const std::vector<Plan>& front,
                       const ModelProblem& problem);

/// "0.203 ms".
std::string FormatMs(std::chrono::nanoseconds time);
/// "2.50x".
std::string FormatRatio(std::chrono::nanoseconds slow,
                        std::chrono::nanoseconds fast);

}  // namespace coralline::cli
