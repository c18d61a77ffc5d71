#include "coralline/compiled/comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "coralline/base/error.h"
#include "coralline/graph/boundary.h"
#include "coralline/sim/operator_support.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/bias.h"

namespace coralline {
namespace {

std::string Description(const Tensor& tensor) {
  return fmt::format("'{}' ({} {})", tensor.name, DataTypeName(tensor.type),
                     FormatShape(tensor.shape));
}

std::string Descriptions(const Graph& graph, const std::vector<int>& tensors) {
  std::string text;
  for (const int tensor : tensors) {
    text += (text.empty() ? "" : ", ") + Description(graph.tensors[tensor]);
  }
  return text.empty() ? "nothing" : text;
}

// By name, as the compiler may write them in another order.
bool HaveSameTensors(const Graph& a, std::vector<int> of_a, const Graph& b,
                     std::vector<int> of_b) {
  const auto sort = [](const Graph& graph, std::vector<int>& tensors) {
    std::sort(tensors.begin(), tensors.end(), [&](int left, int right) {
      return graph.tensors[left].name < graph.tensors[right].name;
    });
  };
  sort(a, of_a);
  sort(b, of_b);
  return std::equal(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                    [&](int left, int right) {
                      const Tensor& x = a.tensors[left];
                      const Tensor& y = b.tensors[right];
                      return x.name == y.name && x.type == y.type &&
                             x.shape == y.shape;
                    });
}

void CheckSameTensors(const Model& model, const Model& compiled,
                      std::vector<int> Graph::*side, const char* verb) {
  if (HaveSameTensors(model.graph, model.graph.*side, compiled.graph,
                      compiled.graph.*side)) {
    return;
  }
  throw Error(ErrorKind::kModel,
              fmt::format("{} {} {}; {} {} {}: it was not compiled of that "
                          "model",
                          compiled.name, verb,
                          Descriptions(compiled.graph, compiled.graph.*side),
                          model.name, verb,
                          Descriptions(model.graph, model.graph.*side)));
}

CompiledPackage OnlyPackage(const Model& compiled) {
  std::vector<CompiledPackage> packages = ReadPackages(compiled);
  if (packages.size() != 1) {
    throw Error(
        ErrorKind::kModel,
        fmt::format("{}: {} of its {} ops are compiled for the Edge "
                    "TPU, expected one; a prediction is for one",
                    compiled.name, packages.size(), compiled.graph.num_ops()));
  }
  return std::move(packages[0]);
}

// The constants of newer compilers are those of a built-in spec, where each
// has its source.
DeviceSpec SpecWithLayout(DeviceSpec spec, bool is_newer_compiler) {
  const DeviceSpec newer = ReadDeviceSpec("edgetpu-pcie");
  spec.few_outputs_multiple = 16;
  spec.softmax_table_bytes = is_newer_compiler ? newer.softmax_table_bytes : 0;
  spec.softmax_program_bytes =
      is_newer_compiler ? newer.softmax_program_bytes : 0;
  return spec;
}

std::int64_t TotalBytes(const Graph& graph, const std::vector<int>& tensors) {
  std::int64_t bytes = 0;
  for (const int tensor : tensors) {
    bytes += NumBytes(graph.tensors[tensor]).value_or(0);
  }
  return bytes;
}

std::int64_t PredictedInstructions(std::span<const Layer> layers,
                                   const DeviceSpec& spec) {
  const bool has_softmax = std::any_of(
      layers.begin(), layers.end(),
      [](const Layer& layer) { return layer.kind == LayerKind::kSoftmax; });
  return InstructionBytes(layers) +
         (has_softmax ? static_cast<std::int64_t>(spec.softmax_program_bytes)
                      : 0);
}

void Predict(const Model& model, const DeviceSpec& spec,
             CompilationComparison& result) {
  const Graph& graph = model.graph;
  const Segment mapped = PartsOf(graph, MapOps(graph)).mapped;
  const auto all_layers = MakeLayers(graph, spec, OpsWithBias(model));
  const SegmentCost cost = CostOf(graph, mapped, all_layers, spec);
  const Boundary boundary = FindBoundary(graph, mapped);
  std::vector<Layer> layers;
  std::int64_t streamed_per_inference = 0;
  for (std::size_t i = 0; i < mapped.ops.size(); ++i) {
    const Layer& layer = all_layers[mapped.ops[i]];
    layers.push_back(layer);
    const bool is_cached = cost.placement.is_cached[i];
    const std::int64_t bytes =
        is_cached ? layer.cached_bytes : layer.streamed_bytes;
    if (bytes > 0) result.layers.push_back({mapped.ops[i], bytes, is_cached});
    if (!is_cached) streamed_per_inference += bytes * cost.layers[i].passes;
  }
  result.predicted = {
      .cached_bytes = cost.placement.cached_bytes,
      .streamed_bytes = cost.placement.streamed_bytes,
      .streamed_bytes_per_inference = streamed_per_inference,
      .input_bytes = TotalBytes(graph, boundary.inputs),
      .output_bytes = TotalBytes(graph, boundary.outputs),
      .instruction_bytes = PredictedInstructions(layers, spec),
      .cpu_ops = graph.num_ops() - static_cast<int>(mapped.ops.size())};
}

Compilation Read(const CompiledPackage& package, const Graph& graph) {
  const CompiledExecutable& inference = *package.inference();
  Compilation result{.cached_bytes = package.cached_bytes(),
                     .streamed_bytes = package.streamed_bytes(),
                     .instruction_bytes = inference.instruction_bytes,
                     .scratch_bytes = inference.scratch_bytes,
                     .cpu_ops = graph.num_ops() - 1};
  if (const auto& traffic = inference.traffic) {
    result.streamed_bytes_per_inference = traffic->parameters;
    result.input_bytes = traffic->inputs;
    result.output_bytes = traffic->outputs;
  }
  return result;
}

}  // namespace

CompilationComparison CompareWithCompiled(const Model& model,
                                          const Model& compiled,
                                          const DeviceSpec& spec) {
  const CompiledPackage package = OnlyPackage(compiled);
  CheckSameTensors(model, compiled, &Graph::inputs, "takes");
  CheckSameTensors(model, compiled, &Graph::outputs, "gives");
  CompilationComparison result;
  result.is_newer_compiler = package.inference()->estimated_cycles == 0;
  const DeviceSpec layout = SpecWithLayout(spec, result.is_newer_compiler);
  result.softmax_table_bytes =
      static_cast<std::int64_t>(layout.softmax_table_bytes);
  result.few_outputs_multiple = layout.few_outputs_multiple;
  result.compiled = Read(package, compiled.graph);
  Predict(model, layout, result);
  return result;
}

}  // namespace coralline
