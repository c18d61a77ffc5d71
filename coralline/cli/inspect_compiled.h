#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coralline/compiled/compiled_model.h"

namespace coralline::cli {

/// What a compiled model holds. Both throw Error(kModel) as ReadPackages does.
void PrintCompiledText(const Model& model);
void PrintCompiledJson(const Model& model);

/// Over all packages, in bytes.
struct CompiledTotals {
  std::int64_t cached = 0;
  std::int64_t streamed = 0;
  /// On the link, as far as the hints tell.
  std::int64_t inference = 0;
  std::int64_t upload = 0;
};
CompiledTotals TotalsOf(const std::vector<CompiledPackage>& packages);

/// Ops that are not the Edge TPU's.
std::vector<int> CpuOps(const Graph& graph);

/// Sixteen digits; "-" for none.
std::string TokenText(std::uint64_t token);

}  // namespace coralline::cli
