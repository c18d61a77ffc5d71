#include "coralline/cli/comparison_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "coralline/cli/format.h"
#include "coralline/cli/table.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;
using Number = std::optional<std::int64_t>;

struct Quantity {
  const char* name;  ///< in JSON
  const char* title;
  Number Compilation::*member;
};

constexpr Quantity kQuantities[] = {
    {"cached_bytes", "parameters on the chip", &Compilation::cached_bytes},
    {"streamed_bytes", "parameters streamed", &Compilation::streamed_bytes},
    {"streamed_bytes_per_inference", "streamed per inference",
     &Compilation::streamed_bytes_per_inference},
    {"input_bytes", "inputs per inference", &Compilation::input_bytes},
    {"output_bytes", "outputs per inference", &Compilation::output_bytes},
    {"instruction_bytes", "instructions per inference",
     &Compilation::instruction_bytes},
    {"scratch_bytes", "scratch", &Compilation::scratch_bytes},
};
constexpr Quantity kCpuOps = {"cpu_ops", "ops on the CPU",
                              &Compilation::cpu_ops};

std::string Text(const Number& number) {
  return number ? std::to_string(*number) : "-";
}

std::string LogText(const Number& number) {
  return number ? LogBytes(*number) : "-";
}

// How much more than predicted the compiler made of it.
Number Difference(const Number& predicted, const Number& compiled) {
  if (!predicted || !compiled) return std::nullopt;
  return *compiled - *predicted;
}

std::string DifferenceText(const Number& predicted, const Number& compiled) {
  const Number difference = Difference(predicted, compiled);
  if (!difference) return "-";
  return *difference == 0 ? "0" : fmt::format("{:+}", *difference);
}

void PrintQuantities(const CompilationComparison& comparison) {
  Table table({"bytes", "predicted>", "compiled>", "difference>",
               "predicted, as logged>", "compiled, as logged>"});
  for (const Quantity& quantity : kQuantities) {
    const Number& predicted = comparison.predicted.*quantity.member;
    const Number& compiled = comparison.compiled.*quantity.member;
    table.AddRow({quantity.title, Text(predicted), Text(compiled),
                  DifferenceText(predicted, compiled), LogText(predicted),
                  LogText(compiled)});
  }
  const Number& predicted = comparison.predicted.cpu_ops;
  const Number& compiled = comparison.compiled.cpu_ops;
  table.AddRow({kCpuOps.title, Text(predicted), Text(compiled),
                DifferenceText(predicted, compiled), "", ""});
  fmt::print("{}\n", table.Format());
}

const char* PlacementText(const PredictedLayer& layer) {
  return layer.is_cached ? "on-chip" : "off-chip";
}

std::int64_t Sum(const CompilationComparison& comparison, bool is_cached) {
  std::int64_t bytes = 0;
  for (const PredictedLayer& layer : comparison.layers) {
    if (layer.is_cached == is_cached) bytes += layer.bytes;
  }
  return bytes;
}

void PrintLayers(const CompilationComparison& comparison, const Graph& graph) {
  Table table({"op>", "kind", "bytes>", "placement"});
  for (const PredictedLayer& layer : comparison.layers) {
    table.AddRow({std::to_string(layer.op), OpName(graph.ops[layer.op]),
                  std::to_string(layer.bytes), PlacementText(layer)});
  }
  for (const bool is_cached : {true, false}) {
    const Number& compiled = is_cached ? comparison.compiled.cached_bytes
                                       : comparison.compiled.streamed_bytes;
    table.AddRow(
        {"", "sum", std::to_string(Sum(comparison, is_cached)),
         fmt::format("{}; compiled: {}", is_cached ? "on-chip" : "off-chip",
                     Text(compiled))});
  }
  fmt::print("Layers, predicted; a compiled file does not tell them apart:\n{}",
             table.Format());
}

Json NumberJson(const Number& number) {
  return number ? Json(*number) : Json(nullptr);
}

Json QuantityJson(const CompilationComparison& comparison,
                  const Quantity& quantity) {
  const Number& predicted = comparison.predicted.*quantity.member;
  const Number& compiled = comparison.compiled.*quantity.member;
  return {{"predicted", NumberJson(predicted)},
          {"compiled", NumberJson(compiled)},
          {"difference", NumberJson(Difference(predicted, compiled))}};
}

}  // namespace

void PrintComparisonText(const CompilationComparison& comparison,
                         const ComparedModels& models) {
  fmt::print(
      "{}: predicted for {}, beside what the compiler made of it in {}\n"
      "Layout: {} compiler ({} estimate of cycles in the file), {} B for a "
      "softmax, few output channels padded to {}\n\n",
      models.model.name, models.spec.name, models.compiled.name,
      comparison.is_newer_compiler ? "newer" : "older",
      comparison.is_newer_compiler ? "no" : "an",
      comparison.softmax_table_bytes, comparison.few_outputs_multiple);
  PrintQuantities(comparison);
  PrintLayers(comparison, models.model.graph);
}

void PrintComparisonJson(const CompilationComparison& comparison,
                         const ComparedModels& models) {
  Json json = {{"model", models.model.name},
               {"compiled_model", models.compiled.name},
               {"device", models.spec.name},
               {"layout",
                {{"is_newer_compiler", comparison.is_newer_compiler},
                 {"softmax_table_bytes", comparison.softmax_table_bytes},
                 {"few_outputs_multiple", comparison.few_outputs_multiple}}}};
  for (const Quantity& quantity : kQuantities) {
    json[quantity.name] = QuantityJson(comparison, quantity);
  }
  json[kCpuOps.name] = QuantityJson(comparison, kCpuOps);
  json["layers"] = Json::array();
  for (const PredictedLayer& layer : comparison.layers) {
    json["layers"].push_back(
        {{"op", layer.op},
         {"name", OpName(models.model.graph.ops[layer.op])},
         {"bytes", layer.bytes},
         {"placement", PlacementText(layer)}});
  }
  fmt::print("{}\n", json.dump(2));
}

}  // namespace coralline::cli
