#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "coralline/graph/graph.h"

namespace coralline {

/// Content of one activation, in the layout of the model.
using TensorData = std::vector<std::byte>;

/// What a caller must know of an activation to fill or read it.
struct TensorSpec {
  std::string name;
  DataType type = DataType::kInt8;
  std::size_t bytes = 0;

  bool operator==(const TensorSpec&) const = default;
};

/// The specs of some tensors of a graph, sizes as their shapes state them.
std::vector<TensorSpec> SpecsOf(const Graph& graph,
                                const std::vector<int>& tensors);

/// Random content for each tensor: any byte for 8-bit types, uniform in
/// [-1, 1] for float32, 0 or 1 for wider integers (which are often indices).
std::vector<TensorData> RandomData(const std::vector<TensorSpec>& specs,
                                   std::mt19937_64& random);

}  // namespace coralline
