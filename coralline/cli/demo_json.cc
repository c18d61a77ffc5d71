#include <cmath>
#include <nlohmann/json.hpp>

#include "coralline/cli/demo_report.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

Json PointJson(const EmulatedNet& net, const EmulatedPoint& point) {
  Json json = {{"devices", point.devices}, {"cut", point.cut}};
  if (!point.has_plan()) {
    json["why_not"] = point.why_not;
    return json;
  }
  json.update({{"used_devices", point.used_devices},
               {"stages", point.stages},
               {"split_layers", point.split_layers},
               {"predicted_rps", point.predicted_rps},
               {"throughput_rps", point.throughput_rps},
               {"predicted_speedup", net.PredictedSpeedUp(point)},
               {"speedup", net.SpeedUp(point)}});
  return json;
}

Json NetJson(const EmulatedNet& net, const std::string& spec) {
  Json points = Json::array();
  for (const EmulatedPoint& point : net.points) {
    points.push_back(PointJson(net, point));
  }
  return {{"model", net.model},
          {"origin", "emulated"},
          {"predictions", "simulated"},
          {"device", spec},
          {"layers", net.layers},
          {"parameter_bytes", net.parameter_bytes},
          {"verified_inputs", net.verified_inputs},
          {"points", points}};
}

Json VariantJson(const CoreResult& variant) {
  return {{"name", variant.name},
          {"devices", variant.devices},
          {"throughput_rps", variant.throughput_rps},
          {"busy_ns", std::llround(variant.busy_ns)},
          {"speedup", variant.speedup},
          {"speedup_min", variant.speedup_min},
          {"speedup_max", variant.speedup_max}};
}

}  // namespace

std::string DemoJson(const DemoReport& report) {
  const CoreResults& cores = report.cores;
  Json variants = Json::array();
  for (const CoreResult& variant : cores.variants) {
    variants.push_back(VariantJson(variant));
  }
  Json nets = Json::array();
  for (const EmulatedNet& net : report.nets) {
    nets.push_back(NetJson(net, report.spec));
  }
  Json json = {{"model", cores.model},
               {"origin", "measured"},
               {"layers", cores.layers},
               {"width", cores.width},
               {"parameter_bytes", cores.parameter_bytes},
               {"l2_cache_bytes", cores.cache_bytes},
               {"verified_inputs", cores.verified_inputs},
               {"variants", variants},
               {"emulated", nets}};
  if (!report.missing.empty()) json["missing"] = report.missing;
  return json.dump(2) + '\n';
}

}  // namespace coralline::cli
