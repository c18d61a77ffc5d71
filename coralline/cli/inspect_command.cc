#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "coralline/cli/command.h"
#include "coralline/cli/format.h"
#include "coralline/cli/table.h"
#include "coralline/graph/boundary.h"
#include "coralline/graph/macs.h"
#include "coralline/tflite/reader.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter =
    "Column 'crossing' is what a cut before that op sends from one device to\n"
    "the next, in bytes per inference.\n\n"
    "Example:\n  coralline inspect model.tflite --json | jq .total";

Json TensorJson(const Graph& graph, int index) {
  const Tensor& tensor = graph.tensors[index];
  return {{"name", tensor.name},
          {"type", DataTypeName(tensor.type)},
          {"shape", tensor.shape},
          {"size_bytes", NumBytes(tensor).value_or(0)},
          {"scale", tensor.quantization.scale},
          {"zero_point", tensor.quantization.zero_point}};
}

Json TensorsJson(const Graph& graph, const std::vector<int>& tensors) {
  Json json = Json::array();
  for (const int tensor : tensors) json.push_back(TensorJson(graph, tensor));
  return json;
}

int NumVariables(const Graph& graph) {
  int count = 0;
  for (const Tensor& tensor : graph.tensors) count += tensor.is_variable;
  return count;
}

void PrintJson(const Model& model) {
  const Graph& graph = model.graph;
  const auto crossing = CrossingBytes(graph);
  Json ops = Json::array();
  for (int i = 0; i < graph.num_ops(); ++i) {
    const Op& op = graph.ops[i];
    ops.push_back({{"index", i},
                   {"name", OpName(op)},
                   {"version", op.version},
                   {"outputs", TensorsJson(graph, op.outputs)},
                   {"parameter_bytes", ParameterBytes(graph, op)},
                   {"macs", MacCount(graph, op)},
                   {"crossing_bytes", crossing[i]}});
  }
  const Json json = {{"model", model.name},
                     {"file_bytes", model.bytes.size()},
                     {"inputs", TensorsJson(graph, graph.inputs)},
                     {"outputs", TensorsJson(graph, graph.outputs)},
                     {"ops", ops},
                     {"total",
                      {{"ops", graph.num_ops()},
                       {"parameter_bytes", ParameterBytes(graph)},
                       {"macs", MacCount(graph)},
                       {"variable_tensors", NumVariables(graph)}}}};
  fmt::print("{}\n", json.dump(2));
}

void PrintInterface(const Graph& graph, const std::vector<int>& tensors,
                    std::string_view what) {
  for (const int index : tensors) {
    const Tensor& tensor = graph.tensors[index];
    fmt::print("{}  {} {} {}\n", what, tensor.name, DataTypeName(tensor.type),
               FormatShape(tensor.shape));
  }
}

void PrintText(const Model& model) {
  const Graph& graph = model.graph;
  const auto crossing = CrossingBytes(graph);
  Table table({"op>", "kind", "output", "shape", "type", "parameters>", "MACs>",
               "crossing>"});
  for (int i = 0; i < graph.num_ops(); ++i) {
    const Op& op = graph.ops[i];
    const Tensor output =
        op.outputs.empty() ? Tensor() : graph.tensors[op.outputs[0]];
    table.AddRow({std::to_string(i), OpName(op), output.name,
                  FormatShape(output.shape), DataTypeName(output.type),
                  FormatBytes(ParameterBytes(graph, op)),
                  FormatCount(MacCount(graph, op)),
                  i == 0 ? "-" : FormatBytes(crossing[i])});
  }
  PrintInterface(graph, graph.inputs, "input ");
  PrintInterface(graph, graph.outputs, "output");
  fmt::print("\n{}\n", table.Format());
  fmt::print("{}: {} ops, {} of parameters, {} MACs, {} state tensors\n",
             model.name, graph.num_ops(), FormatBytes(ParameterBytes(graph)),
             FormatCount(MacCount(graph)), NumVariables(graph));
}

}  // namespace

Action ConfigureInspect(CLI::App& app) {
  struct Options {
    std::string model;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->model, "A quantized .tflite file")
      ->required();
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(kFooter);
  return [options] {
    const Model model = ReadTflite(options->model);
    options->json ? PrintJson(model) : PrintText(model);
    return 0;
  };
}

}  // namespace coralline::cli
