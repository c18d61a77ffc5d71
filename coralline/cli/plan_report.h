#pragma once

#include <string>

#include "coralline/cli/terminal.h"
#include "coralline/planning/explanation.h"

namespace coralline::cli {

/// "optimal over all orders", "optimal for this order", "within 3.2% of the
/// optimum"; "none: made by another method" without a certificate.
std::string ClaimText(const Plan& plan, Objective objective);

/// The stages of a plan as a table with a bar each, and what they keep on the
/// chip.
std::string StageTable(const ExplainedPlan& explained,
                       const ModelProblem& problem, const Terminal& terminal);
/// The same, how often each stage gives a result; where times are simulated,
/// also what they are made of.
std::string TimeTable(const ExplainedPlan& explained, bool is_simulated,
                      const Terminal& terminal);

/// Plans by what they trade: throughput, latency, devices.
std::string FrontTable(const std::vector<Plan>& front,
                       const ModelProblem& problem, const Terminal& terminal);

/// "0.203 ms".
std::string FormatMs(std::chrono::nanoseconds time);
/// "2.50x".
std::string FormatRatio(std::chrono::nanoseconds slow,
                        std::chrono::nanoseconds fast);

}  // namespace coralline::cli
