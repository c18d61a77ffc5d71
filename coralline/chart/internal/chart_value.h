#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "coralline/chart/chart.h"

namespace coralline {

/// The chart's JSON, to be a part of the page's.
nlohmann::ordered_json ChartValue(const Chart& chart);
nlohmann::ordered_json OriginValue(const std::optional<Origin>& origin);

/// On one line; what is not UTF-8 is replaced.
std::string JsonText(const nlohmann::ordered_json& value);

}  // namespace coralline
