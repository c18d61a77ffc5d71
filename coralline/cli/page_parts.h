#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coralline/chart/page.h"
#include "coralline/plan/planner.h"
#include "coralline/report/charted_stage.h"
#include "coralline/sim/time_range.h"

namespace coralline::cli {

/// What pages of several commands have in common.

/// How this program was called, what it is, and the machine and time it ran on.
/// `tflite` is TFLite's version, where it was used.
std::vector<Fact> Provenance(const std::optional<std::string>& tflite = {});

/// The stages in pictures: where their time goes, and what CutSections has.
std::vector<Section> StageSections(const Graph& graph,
                                   const std::vector<ChartedStage>& stages);

/// Which ops the stages run, and what their devices keep, where that is known.
std::vector<Section> CutSections(const Graph& graph,
                                 const std::vector<ChartedStage>& stages);

/// What is known of how good a plan is for its objective.
Section CertificateSection(const Plan& plan, Objective objective);

/// How far a time may be off, and why.
Section RangeSection(const TimeRange& range);

/// "412.3 /s".
std::string RateText(double per_second);
/// "0.203 ms".
std::string MsText(double ms);

}  // namespace coralline::cli
