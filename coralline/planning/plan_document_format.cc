#include <fmt/format.h>
#include <fmt/ranges.h>

#include "coralline/base/json_reader.h"
#include "coralline/planning/internal/op_names.h"
#include "coralline/planning/internal/plan_file.h"

namespace coralline {
namespace {

std::string FormatOps(std::span<const int> ops, const OpNames& names) {
  std::vector<std::string> tensors;
  for (const int op : ops) tensors.push_back(QuoteJson(names.Of(op)));
  return fmt::format(R"("tensors": [{}], "ops": [{}])",
                     fmt::join(tensors, ", "), fmt::join(ops, ", "));
}

std::string FormatCost(const StageCost& cost) {
  return fmt::format(
      R"("busy_ns": {}, "host_ns": {}, "link_ns": {}, "can_replicate": {})",
      cost.busy.count(), cost.host.count(), cost.link.count(),
      cost.can_replicate);
}

std::string FormatClass(const ClassDocument& device) {
  std::string spec = "null";
  if (!device.spec.empty()) {
    spec = JsonReader::Parse(device.spec, "spec", "a device spec").Json();
  }
  return fmt::format(
      R"({{"name": {}, "count": {}, "shares_link": {}, )"
      R"("unmapped_ops_only": {}, "cpu_fallback": {}, "spec": {}}})",
      QuoteJson(device.device.name), device.device.count,
      device.device.shares_link, device.unmapped_ops_only, device.cpu_fallback,
      spec);
}

std::string FormatStage(const PlannedStage& stage, Origin origin,
                        const OpNames& names) {
  return fmt::format(
      R"({{{}, "device": {}, "replicas": {}, {}, "origin": "{}"}})",
      FormatOps(stage.segment.ops, names), stage.device_class, stage.replicas,
      FormatCost(stage.cost), OriginText(origin));
}

std::string FormatKnown(const KnownCost& known, const OpNames& names) {
  return fmt::format(
      R"({{{}, "device": {}, "refused": {}{}, "origin": "{}"}})",
      FormatOps(known.segment.ops, names), known.device_class, !known.cost,
      known.cost ? ", " + FormatCost(*known.cost) : std::string(),
      OriginText(known.origin));
}

std::string FormatCertificate(const PlanDocument& document,
                              const OpNames& names) {
  if (!document.plan.certificate) return "null";
  const Certificate& certificate = *document.plan.certificate;
  const std::int64_t value = ValueOf(document);
  std::string gap = "null";
  if (certificate.bound > 0) {
    gap = fmt::format("{}", GapOf(value, certificate.bound));
  }
  std::string order;
  if (!document.order.empty()) {
    order = fmt::format(",\n    \"order\": {{{}}}",
                        FormatOps(document.order, names));
  }
  return fmt::format(
      "{{\n    \"claim\": {}, \"{}\": {}, \"gap\": {},\n    \"method\": {},\n"
      "    \"boundaries\": {}, \"segments\": {}, \"orders\": {}{}\n  }}",
      QuoteJson(ClaimText(certificate, value)), BoundMember(document.objective),
      certificate.bound, gap, QuoteJson(certificate.method),
      certificate.boundaries, certificate.segments, certificate.orders, order);
}

std::string FormatSplit(const LayerSplit& split) {
  return fmt::format(R"({{"tensor": {}, "parts": {}, "as_convolution": {}}})",
                     QuoteJson(split.tensor), split.parts,
                     split.as_convolution);
}

std::string FormatLines(const std::vector<std::string>& lines) {
  if (lines.empty()) return "[]";
  return fmt::format("[\n    {}\n  ]", fmt::join(lines, ",\n    "));
}

}  // namespace

std::string FormatPlanDocument(const PlanDocument& document,
                               const Graph& graph) {
  const OpNames names(graph);
  std::vector<std::string> classes;
  for (const auto& device : document.classes) {
    classes.push_back(FormatClass(device));
  }
  const Plan& plan = document.plan;
  std::vector<std::string> stages;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    stages.push_back(FormatStage(plan.stages[i], document.origins[i], names));
  }
  std::vector<std::string> known;
  for (const auto& segment : document.known) {
    known.push_back(FormatKnown(segment, names));
  }
  std::string splits;
  if (!document.splits.empty()) {
    std::vector<std::string> lines;
    for (const auto& split : document.splits) {
      lines.push_back(FormatSplit(split));
    }
    splits = fmt::format("  \"split_layers\": {},\n", FormatLines(lines));
  }
  std::string text = fmt::format(
      "{{\n  \"schema\": \"{}\",\n  \"version\": {},\n  \"model\": {{\"name\": "
      "{}, \"file\": {}, \"structure\": {}}},\n{}",
      kPlanSchema, kPlanVersion, QuoteJson(document.model_name),
      QuoteJson(document.model_file), QuoteJson(document.model_hash), splits);
  text += fmt::format(
      "  \"request\": {{\"strategy\": \"{}\", \"objective\": \"{}\", "
      "\"target_period_ns\": {}, \"max_devices\": {}, \"max_replicas\": {}, "
      "\"all_orders\": {}, \"host\": {}}},\n",
      StrategyName(document.strategy), ObjectiveName(document.objective),
      document.target_period.count(), document.max_devices,
      document.max_replicas, document.all_orders, QuoteJson(document.host));
  text += fmt::format(
      "  \"predicted\": {{\"throughput_rps\": {}, \"period_ns\": {}, "
      "\"latency_ns\": {}, \"devices\": {}}},\n",
      ThroughputOf(plan), plan.period.count(), plan.latency.count(),
      plan.num_devices());
  text += fmt::format(
      "  \"stages\": {},\n  \"certificate\": {},\n  \"devices\": {},\n"
      "  \"known_costs\": {},\n  \"optimism\": {},\n  \"only_known\": {}\n}}\n",
      FormatLines(stages), FormatCertificate(document, names),
      FormatLines(classes), FormatLines(known), document.optimism,
      document.only_known);
  return text;
}

}  // namespace coralline
