#include "coralline/cli/internal/inspect_tensors.h"

#include <fmt/format.h>

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

Json TensorJson(const Graph& graph, int index) {
  const Tensor& tensor = graph.tensors[index];
  return {{"name", tensor.name},
          {"type", DataTypeName(tensor.type)},
          {"shape", tensor.shape},
          {"size_bytes", NumBytes(tensor).value_or(0)},
          {"scale", tensor.quantization.scale},
          {"zero_point", tensor.quantization.zero_point}};
}

void PrintTensors(const Graph& graph, const std::vector<int>& tensors,
                  std::string_view what) {
  for (const int index : tensors) {
    const Tensor& tensor = graph.tensors[index];
    fmt::print("{}  {} {} {}\n", what, tensor.name, DataTypeName(tensor.type),
               FormatShape(tensor.shape));
  }
}

}  // namespace

Json TensorsJson(const Graph& graph, const std::vector<int>& tensors) {
  Json json = Json::array();
  for (const int tensor : tensors) json.push_back(TensorJson(graph, tensor));
  return json;
}

void PrintInterface(const Graph& graph) {
  PrintTensors(graph, graph.inputs, "input ");
  PrintTensors(graph, graph.outputs, "output");
}

}  // namespace coralline::cli
