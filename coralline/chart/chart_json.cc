#include <algorithm>
#include <nlohmann/json.hpp>

#include "coralline/base/check.h"
#include "coralline/chart/chart.h"
#include "coralline/chart/internal/chart_value.h"

namespace coralline {
namespace {

using Json = nlohmann::ordered_json;

template <typename Values, typename Function>
Json List(const Values& values, const Function& to_json) {
  Json list = Json::array();
  for (const auto& value : values) list.push_back(to_json(value));
  return list;
}

Json AxisValue(const Axis& axis) {
  return {{"label", axis.label}, {"is_log", axis.is_log}};
}

const char* StyleName(LineStyle style) {
  switch (style) {
    case LineStyle::kLine:
      return "line";
    case LineStyle::kDashed:
      return "dashed";
    case LineStyle::kDots:
      return "dots";
  }
  CORALLINE_CHECK(false);
}

const char* UseName(MemoryUse use) {
  switch (use) {
    case MemoryUse::kCached:
      return "cached";
    case MemoryUse::kStreamed:
      return "streamed";
    case MemoryUse::kFree:
      return "free";
  }
  CORALLINE_CHECK(false);
}

Json LineValue(const Line& line) {
  return {{"name", line.name},
          {"origin", OriginText(line.origin)},
          {"style", StyleName(line.style)},
          {"points", List(line.points,
                          [](const Point& point) {
                            return Json::array({point.x, point.y});
                          })},
          {"ranges", List(line.ranges, [](const PointRange& range) {
             return Json::array({range.x, range.low, range.high});
           })}};
}

Json OpValue(const MapOp& op) {
  return {{"name", op.name},
          {"kind", op.kind},
          {"inputs", op.inputs},
          {"stage", op.stage},
          {"depth", op.depth},
          {"lane", op.lane},
          {"parameter_bytes", op.parameter_bytes},
          {"macs", op.macs},
          {"ms", op.ms ? Json(*op.ms) : Json()},
          {"is_streamed", op.is_streamed}};
}

Json DeviceValue(const DeviceMemory& device) {
  return {{"name", device.name},
          {"capacity_bytes", device.capacity_bytes},
          {"pieces", List(device.pieces, [](const MemoryPiece& piece) {
             return Json{{"name", piece.name},
                         {"use", UseName(piece.use)},
                         {"bytes", piece.bytes}};
           })}};
}

// The fields of each kind of chart.
struct BodyValue {
  Json operator()(const LineChart& chart) const {
    return {{"kind", "lines"},
            {"x", AxisValue(chart.x)},
            {"y", AxisValue(chart.y)},
            {"lines", List(chart.lines, LineValue)}};
  }
  Json operator()(const BarChart& chart) const {
    return {{"kind", "bars"},
            {"y", AxisValue(chart.y)},
            {"bars", chart.bars},
            {"parts", List(chart.parts, [](const BarPart& part) {
               return Json{{"name", part.name}, {"values", part.values}};
             })}};
  }
  Json operator()(const CutMap& chart) const {
    return {{"kind", "cut_map"},
            {"ops", List(chart.ops, OpValue)},
            {"stages", List(chart.stages, [](const MapStage& stage) {
               return Json{{"name", stage.name}, {"device", stage.device}};
             })}};
  }
  Json operator()(const MemoryMap& chart) const {
    return {{"kind", "memory_map"},
            {"devices", List(chart.devices, DeviceValue)}};
  }
  Json operator()(const Timeline& chart) const {
    return {{"kind", "timeline"},
            {"tracks", chart.tracks},
            {"spans", List(chart.spans,
                           [](const Span& span) {
                             return Json::array({span.track, span.request,
                                                 span.begin_ms, span.end_ms});
                           })},
            {"phases", List(chart.phases, [](const Phase& phase) {
               return Json{{"name", phase.name},
                           {"begin_ms", phase.begin_ms},
                           {"end_ms", phase.end_ms}};
             })}};
  }
  Json operator()(const HistogramChart& chart) const {
    return {{"kind", "histogram"},
            {"x", AxisValue(chart.x)},
            {"bins", List(chart.bins,
                          [](const Bin& bin) {
                            return Json::array({bin.low, bin.high, bin.count});
                          })},
            {"marks", List(chart.marks, [](const Mark& mark) {
               return Json{{"name", mark.name}, {"value", mark.value}};
             })}};
  }
  Json operator()(const TableChart& chart) const {
    return {{"kind", "table"},
            {"headings", chart.headings},
            {"is_number", chart.is_number},
            {"rows", chart.rows}};
  }
};

}  // namespace

nlohmann::ordered_json OriginValue(const std::optional<Origin>& origin) {
  return origin ? Json(OriginText(*origin)) : Json();
}

nlohmann::ordered_json ChartValue(const Chart& chart) {
  Json value = {{"id", chart.id},
                {"title", chart.title},
                {"note", chart.note},
                {"origin", OriginValue(chart.origin)}};
  value.update(std::visit(BodyValue(), chart.body));
  return value;
}

// Names come from files, and need not be UTF-8.
std::string JsonText(const nlohmann::ordered_json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string ChartJson(const Chart& chart) {
  return JsonText(ChartValue(chart));
}

}  // namespace coralline
