#pragma once

#include <string>
#include <string_view>

namespace coralline {

/// Whose method cuts the model.
enum class Strategy {
  kOptimal,      ///< ours, with a certificate
  kCompiler,     ///< edgetpu_compiler --num_segments, compiler_partitioner.h
  kEqualLayers,  ///< the paper's for dense nets, equal_layers.h
  kBalanced,     ///< equal parameters, graph/balance.h
  kLibcoral,     ///< partition_with_profiling, libcoral_partitioner.h
  kExhaustive,   ///< the paper's profiled one, exhaustive_cuts.h
};

/// As the command line takes it: "equal-layers".
std::string StrategyName(Strategy strategy);

/// Throws Error(kUsage), which lists the names, for any other.
Strategy ParseStrategy(std::string_view name);

}  // namespace coralline
