#pragma once

#include <string>
#include <vector>

#include "coralline/planning/explanation.h"

namespace coralline::cli {

/// What sets the period of a plan: "stage 1 (ops 2-4) streams 3.85 MiB of
/// parameters that do not fit: 10.4 of its 10.6 ms".
std::string WhatLimits(const ExplainedPlan& explained);

/// The answers of `explain`, a heading and its sentences each.
struct Answer {
  std::string question;
  std::vector<std::string> sentences;
};
std::vector<Answer> AnswersOf(const Explanation& explanation);

}  // namespace coralline::cli
