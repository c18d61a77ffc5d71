#include "coralline/paper/results.h"

#include <nlohmann/json.hpp>

#include "coralline/paper/csv.h"
#include "coralline/paper/published.h"

namespace coralline::paper {
namespace {

using Json = nlohmann::ordered_json;

template <typename Row>
Json RowsJson(const std::vector<Row>& rows) {
  Json list = Json::array();
  for (const Row& row : rows) {
    Json json = Json::object();
    Row::Visit(row, [&json](const char* name, const auto& value) {
      json[name] = value;
    });
    list.push_back(std::move(json));
  }
  return list;
}

Json ComparisonJson(const std::vector<SimulatedRow>& rows) {
  Json list = Json::array();
  for (const ComparedPoint& point : ComparePoints(rows)) {
    const PublishedPoint& published = point.published;
    Json json = {
        {"experiment", published.experiment}, {"devices", published.devices},
        {"width", published.width},           {"unit", published.unit},
        {"published", published.value},       {"simulated", point.simulated}};
    if (published.value != 0) json["difference"] = point.difference();
    if (point.is_in_range) json["is_in_range"] = *point.is_in_range;
    json["source"] = published.source;
    list.push_back(std::move(json));
  }
  return list;
}

Json HeadlinesJson(const std::vector<SimulatedRow>& rows) {
  Json list = Json::array();
  for (const Headline& headline : Headlines()) {
    Json json = {{"experiment", headline.experiment},
                 {"devices", headline.devices},
                 {"copy", headline.copy},
                 {"published", headline.speedup},
                 {"source", headline.source}};
    if (headline.width > 0) json["published_width"] = headline.width;
    if (const auto best = BestOf(rows, headline.experiment, headline.devices)) {
      json["simulated"] = best->speedup;
      json["simulated_width"] = best->width;
    }
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace

std::string ResultsJson(const Results& results) {
  Json json = {{"schema", "coralline.paper"}, {"device", results.device}};
  if (!results.simulated.empty()) {
    json["simulated"] = {{"headlines", HeadlinesJson(results.simulated)},
                         {"comparison", ComparisonJson(results.simulated)},
                         {"rows", RowsJson(results.simulated)}};
  }
  if (!results.emulated.empty()) {
    json["emulated"] = {{"rows", RowsJson(results.emulated)}};
  }
  if (!results.measured.empty()) {
    json["measured"] = {{"rows", RowsJson(results.measured)}};
  } else if (!results.why_not_measured.empty()) {
    json["measured"] = {{"why_not", results.why_not_measured}};
  }
  return json.dump(1) + '\n';
}

}  // namespace coralline::paper
