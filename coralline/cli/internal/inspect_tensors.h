#pragma once

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "coralline/graph/graph.h"

namespace coralline::cli {

/// Name, type, shape, size and quantization of each tensor.
nlohmann::ordered_json TensorsJson(const Graph& graph,
                                   const std::vector<int>& tensors);

/// Prints a line for each input and each output of the model.
void PrintInterface(const Graph& graph);

}  // namespace coralline::cli
