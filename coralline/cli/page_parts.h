#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coralline/chart/page.h"
#include "coralline/report/charted_stage.h"
#include "coralline/sim/time_range.h"

namespace coralline::cli {

/// What pages of several commands have in common.

/// How this program was called, what it is, and the machine and time it ran on.
/// `tflite` is TFLite's version, where it was used.
std::vector<Fact> Provenance(const std::optional<std::string>& tflite = {});

/// The stages in pictures: where their time goes, which ops they run, what
/// their devices keep.
std::vector<Section> StageSections(const Graph& graph,
                                   const std::vector<ChartedStage>& stages);

/// How far a time may be off, and why.
Section RangeSection(const TimeRange& range);

/// "412.3 /s".
std::string RateText(double per_second);
/// "0.203 ms".
std::string MsText(double ms);

}  // namespace coralline::cli
