#include "coralline/cli/inspect_compiled.h"

#include <fmt/format.h>

namespace coralline::cli {

CompiledTotals TotalsOf(const std::vector<CompiledPackage>& packages) {
  CompiledTotals totals;
  for (const CompiledPackage& package : packages) {
    totals.cached += package.cached_bytes();
    totals.streamed += package.streamed_bytes();
    for (const CompiledExecutable& executable : package.executables) {
      if (!executable.traffic) continue;
      const std::int64_t bytes = executable.traffic->total();
      if (executable.type == ExecutableType::kParameterCaching) {
        totals.upload += bytes;
      } else if (&executable == package.inference()) {
        totals.inference += bytes;
      }
    }
  }
  return totals;
}

std::vector<int> CpuOps(const Graph& graph) {
  std::vector<int> ops;
  for (int i = 0; i < graph.num_ops(); ++i) {
    if (!IsEdgeTpuOp(graph.ops[i])) ops.push_back(i);
  }
  return ops;
}

std::string TokenText(std::uint64_t token) {
  return token == 0 ? "-" : fmt::format("{:016x}", token);
}

}  // namespace coralline::cli
