#include "coralline/cli/range_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace coralline::cli {
namespace {

constexpr std::size_t kMostLines = 5;

}  // namespace

std::string RangeText(const TimeRange& range) {
  return fmt::format("{:.3f} to {:.3f} ms ({} confidence)", range.low_ms,
                     range.high_ms, ConfidenceText(range.confidence()));
}

std::string DoubtLines(const TimeRange& range) {
  std::string text;
  for (std::size_t i = 0; i < range.doubts.size() && i < kMostLines; ++i) {
    const Doubt& doubt = range.doubts[i];
    text += fmt::format("- {}: {:.3f} ms less to {:.3f} ms more\n",
                        doubt.reason, doubt.faster_ms, doubt.slower_ms);
  }
  return text;
}

std::string RangeJson(const TimeRange& range) {
  using Json = nlohmann::ordered_json;
  Json doubts = Json::array();
  for (const Doubt& doubt : range.doubts) {
    doubts.push_back({{"reason", doubt.reason},
                      {"faster_ms", doubt.faster_ms},
                      {"slower_ms", doubt.slower_ms}});
  }
  return Json{{"low_ms", range.low_ms},
              {"high_ms", range.high_ms},
              {"confidence", ConfidenceText(range.confidence())},
              {"doubts", doubts}}
      .dump();
}

}  // namespace coralline::cli
