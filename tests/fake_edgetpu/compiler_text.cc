#include "tests/fake_edgetpu/compiler_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace coralline::fake_edgetpu {
namespace {

std::string SizeText(std::int64_t bytes) {
  const double kib = static_cast<double>(bytes) / 1024;
  if (bytes < 1024) return fmt::format("{}.00B", bytes);
  return kib < 1024 ? fmt::format("{:.2f}KiB", kib)
                    : fmt::format("{:.2f}MiB", kib / 1024);
}

std::string PartlyMappedText(std::int64_t mapped, std::int64_t total) {
  if (mapped == total) return "";
  return fmt::format(
      "\nModel successfully compiled but not all operations are supported by "
      "the Edge TPU.\n"
      "Number of operations that will run on Edge TPU: {}\n"
      "Number of operations that will run on CPU: {}\n",
      mapped, total - mapped);
}

}  // namespace

std::string OperatorsText(const Graph& graph, const Compilation& compilation) {
  std::map<std::pair<std::string, std::string>, int> counts;
  for (int op = 0; op < graph.num_ops(); ++op) {
    const auto status = MappingText(compilation.mappings[op].mapping);
    ++counts[{OpName(graph.ops[op]), std::string(status)}];
  }
  std::string text =
      fmt::format("{:<30} {:<10} {}\n\n", "Operator", "Count", "Status");
  for (const auto& [row, count] : counts) {
    text += fmt::format("{:<30} {:<10} {}\n", row.first, count, row.second);
  }
  return text;
}

std::string SummaryText(const CompilationText& names, const Graph& graph,
                        const Compilation& compilation) {
  const Placement& placement = compilation.placement;
  const auto mapped =
      std::count_if(compilation.mappings.begin(), compilation.mappings.end(),
                    [](const OpMapping& op) { return op.is_mapped(); });
  std::string text = fmt::format(
      "Model compiled successfully in 0 ms.\n\n"
      "Input model: {}\nInput size: {}\nOutput model: {}\nOutput size: {}\n"
      "On-chip memory used for caching model parameters: {}\n"
      "On-chip memory remaining for caching model parameters: {}\n"
      "Off-chip memory used for streaming uncached model parameters: {}\n"
      "Number of Edge TPU subgraphs: {}\n"
      "Total number of operations: {}\nOperation log: {}\n",
      names.input, SizeText(names.input_bytes), names.output,
      SizeText(static_cast<std::int64_t>(compilation.model.bytes.size())),
      SizeText(placement.cached_bytes), SizeText(placement.remaining_bytes),
      SizeText(placement.streamed_bytes), compilation.num_subgraphs,
      graph.num_ops(), names.log);
  text += PartlyMappedText(mapped, graph.num_ops());
  if (names.show_operations) {
    text += fmt::format("\n{}", OperatorsText(graph, compilation));
  } else {
    text += "See the operation log file for individual operation details.\n";
  }
  text += "\nCompilation child process completed within timeout period.\n";
  return text += "Compilation succeeded!\n";
}

}  // namespace coralline::fake_edgetpu
