#include <fmt/format.h>

#include "coralline/cli/format.h"
#include "coralline/cli/inspect_compiled.h"
#include "coralline/cli/internal/inspect_tensors.h"
#include "coralline/cli/table.h"

namespace coralline::cli {
namespace {

void PrintExecutables(const CompiledPackage& package) {
  Table table({"executable", "type", "chip", "batch>", "parameters>",
               "instructions>", "chunks>", "scratch>", "narrow/tile>",
               "cycles>", "token"});
  for (const CompiledExecutable& executable : package.executables) {
    table.AddRow({executable.name, ExecutableTypeText(executable.type),
                  executable.chip, std::to_string(executable.batch),
                  std::to_string(executable.parameter_bytes),
                  std::to_string(executable.instruction_bytes),
                  std::to_string(executable.num_instruction_chunks),
                  std::to_string(executable.scratch_bytes),
                  std::to_string(executable.narrow_memory_bytes_per_tile),
                  executable.estimated_cycles == 0
                      ? "-"
                      : std::to_string(executable.estimated_cycles),
                  TokenText(executable.parameter_caching_token)});
  }
  fmt::print("{}\n", table.Format());
}

void PrintTraffic(const CompiledPackage& package) {
  fmt::print("Bytes on the link of one run:\n");
  Table table({"executable", "transfers>", "instructions>", "inputs>",
               "parameters>", "scratch out>", "scratch in>", "outputs>",
               "all>"});
  for (const CompiledExecutable& executable : package.executables) {
    if (!executable.traffic) {
      table.AddRow({executable.name, "?", "?", "?", "?", "?", "?", "?", "?"});
      continue;
    }
    const DmaTraffic& traffic = *executable.traffic;
    table.AddRow(
        {executable.name, std::to_string(traffic.num_transfers),
         std::to_string(traffic.instructions), std::to_string(traffic.inputs),
         std::to_string(traffic.parameters),
         std::to_string(traffic.scratch_out),
         std::to_string(traffic.scratch_in), std::to_string(traffic.outputs),
         std::to_string(traffic.total())});
  }
  fmt::print("{}\n", table.Format());
}

void PrintLayers(const CompiledPackage& package) {
  Table table({"device tensor", "bytes>", "name"});
  for (const CompiledExecutable& executable : package.executables) {
    for (const CompiledLayer& layer : executable.inputs) {
      table.AddRow({"input", std::to_string(layer.bytes), layer.name});
    }
    for (const CompiledLayer& layer : executable.outputs) {
      table.AddRow({"output", std::to_string(layer.bytes), layer.name});
    }
  }
  fmt::print("{}\n", table.Format());
}

void PrintPackage(const CompiledPackage& package) {
  fmt::print(
      "Op {}, for the Edge TPU: runtime {} or newer, compiler {}; in bytes:\n",
      package.op, package.min_runtime_version,
      package.compiler_version.empty() ? "not told" : package.compiler_version);
  PrintExecutables(package);
  PrintTraffic(package);
  PrintLayers(package);
}

void PrintCpuOps(const Graph& graph) {
  const std::vector<int> ops = CpuOps(graph);
  if (ops.empty()) return;
  fmt::print("Ops on the CPU:\n");
  Table table({"op>", "kind", "output", "shape", "type"});
  for (const int i : ops) {
    const Op& op = graph.ops[i];
    const Tensor output =
        op.outputs.empty() ? Tensor() : graph.tensors[op.outputs[0]];
    table.AddRow({std::to_string(i), OpName(op), output.name,
                  FormatShape(output.shape), DataTypeName(output.type)});
  }
  fmt::print("{}\n", table.Format());
}

}  // namespace

void PrintCompiledText(const Model& model) {
  const std::vector<CompiledPackage> packages = ReadPackages(model);
  PrintInterface(model.graph);
  fmt::print("\n");
  for (const CompiledPackage& package : packages) PrintPackage(package);
  PrintCpuOps(model.graph);
  const CompiledTotals totals = TotalsOf(packages);
  fmt::print(
      "{}, compiled: ops: {} for the Edge TPU, {} on the CPU; parameters: {} "
      "cached, {} streamed\nOn the link: {} per inference, {} to load the "
      "cached parameters\n",
      model.name, packages.size(), CpuOps(model.graph).size(),
      FormatBytes(totals.cached), FormatBytes(totals.streamed),
      FormatBytes(totals.inference), FormatBytes(totals.upload));
}

}  // namespace coralline::cli
