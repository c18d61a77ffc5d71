#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "coralline/cli/inspect_compiled.h"
#include "coralline/cli/internal/inspect_tensors.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

Json LayersJson(const std::vector<CompiledLayer>& layers) {
  Json json = Json::array();
  for (const CompiledLayer& layer : layers) {
    json.push_back({{"name", layer.name}, {"size_bytes", layer.bytes}});
  }
  return json;
}

Json TrafficJson(const std::optional<DmaTraffic>& traffic) {
  if (!traffic) return nullptr;
  return {{"transfers", traffic->num_transfers},
          {"instruction_bytes", traffic->instructions},
          {"input_bytes", traffic->inputs},
          {"parameter_bytes", traffic->parameters},
          {"scratch_out_bytes", traffic->scratch_out},
          {"scratch_in_bytes", traffic->scratch_in},
          {"output_bytes", traffic->outputs},
          {"total_bytes", traffic->total()}};
}

// Tokens as text: JSON readers take numbers beyond 2^53 for others.
Json ExecutableJson(const CompiledExecutable& executable) {
  return {
      {"name", executable.name},
      {"type", ExecutableTypeText(executable.type)},
      {"chip", executable.chip},
      {"batch", executable.batch},
      {"parameter_bytes", executable.parameter_bytes},
      {"instruction_bytes", executable.instruction_bytes},
      {"instruction_chunks", executable.num_instruction_chunks},
      {"scratch_bytes", executable.scratch_bytes},
      {"narrow_memory_bytes_per_tile", executable.narrow_memory_bytes_per_tile},
      {"estimated_cycles", executable.estimated_cycles},
      {"parameter_caching_token",
       TokenText(executable.parameter_caching_token)},
      {"inputs", LayersJson(executable.inputs)},
      {"outputs", LayersJson(executable.outputs)},
      {"traffic", TrafficJson(executable.traffic)}};
}

Json PackageJson(const CompiledPackage& package) {
  Json executables = Json::array();
  for (const CompiledExecutable& executable : package.executables) {
    executables.push_back(ExecutableJson(executable));
  }
  return {{"op", package.op},
          {"min_runtime_version", package.min_runtime_version},
          {"compiler_version", package.compiler_version},
          {"cached_bytes", package.cached_bytes()},
          {"streamed_bytes", package.streamed_bytes()},
          {"executables", executables}};
}

Json CpuOpsJson(const Graph& graph) {
  Json json = Json::array();
  for (const int i : CpuOps(graph)) {
    const Op& op = graph.ops[i];
    json.push_back({{"index", i},
                    {"name", OpName(op)},
                    {"outputs", TensorsJson(graph, op.outputs)}});
  }
  return json;
}

}  // namespace

void PrintCompiledJson(const Model& model) {
  const std::vector<CompiledPackage> packages = ReadPackages(model);
  const Graph& graph = model.graph;
  Json list = Json::array();
  for (const CompiledPackage& package : packages) {
    list.push_back(PackageJson(package));
  }
  const CompiledTotals totals = TotalsOf(packages);
  const Json json = {{"model", model.name},
                     {"file_bytes", model.bytes.size()},
                     {"compiled", true},
                     {"inputs", TensorsJson(graph, graph.inputs)},
                     {"outputs", TensorsJson(graph, graph.outputs)},
                     {"packages", list},
                     {"cpu_ops", CpuOpsJson(graph)},
                     {"total",
                      {{"ops", graph.num_ops()},
                       {"cached_bytes", totals.cached},
                       {"streamed_bytes", totals.streamed},
                       {"bytes_per_inference", totals.inference},
                       {"upload_bytes", totals.upload}}}};
  fmt::print("{}\n", json.dump(2));
}

}  // namespace coralline::cli
