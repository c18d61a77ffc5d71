#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "coralline/cli/command.h"
#include "coralline/cli/format.h"
#include "coralline/cli/inspect_compiled.h"
#include "coralline/cli/internal/inspect_tensors.h"
#include "coralline/cli/table.h"
#include "coralline/graph/boundary.h"
#include "coralline/graph/macs.h"
#include "coralline/tflite/reader.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter =
    "Column 'crossing' is what a cut before that op sends from one device to\n"
    "the next, in bytes per inference.\n"
    "Of a model that is compiled for the Edge TPU: its executables, what they\n"
    "keep on the chip, and what each inference moves.\n\n"
    "Example:\n  coralline inspect model.tflite --json | jq .total";

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
  PrintInterface(graph);
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
  app.add_option("MODEL", options->model,
                 "A quantized .tflite file, or a compiled one")
      ->required();
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(kFooter);
  return [options] {
    const Model model = ReadTflite(options->model, Compiled::kAllow);
    if (IsCompiled(model.graph)) {
      options->json ? PrintCompiledJson(model) : PrintCompiledText(model);
      return 0;
    }
    options->json ? PrintJson(model) : PrintText(model);
    return 0;
  };
}

}  // namespace coralline::cli
