#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/graph/balance.h"
#include "coralline/graph/boundary.h"
#include "coralline/graph/macs.h"
#include "coralline/tflite/reader.h"
#include "coralline/tflite/writer.h"

namespace coralline::testing_util {

/// A copy in storage of its own, aligned as ParseTflite requires and exactly
/// as long as the content, so that reading past the end is noticed.
inline SharedBytes AlignedCopy(std::span<const std::byte> content) {
  void* storage = nullptr;
  if (posix_memalign(&storage, 16, std::max<std::size_t>(content.size(), 1))) {
    std::abort();
  }
  auto* bytes = static_cast<std::byte*>(storage);
  std::copy(content.begin(), content.end(), bytes);
  return {std::shared_ptr<const void>(storage, std::free),
          {bytes, content.size()}};
}

/// Does with any bytes all that needs no execution: reads them, and where they
/// are a model, walks and splits it. Returns whether they were a model.
/// Nothing but Error may come out of it.
inline bool ReadAndSplit(std::span<const std::byte> content) {
  try {
    const Model model = ParseTflite(AlignedCopy(content), "fuzz");
    const Graph& graph = model.graph;
    static_cast<void>(MacCount(graph));
    static_cast<void>(CrossingBytes(graph));
    constexpr int kManyOps = 64;
    if (graph.num_ops() > kManyOps) return true;
    Rewrite(model);
    const int stages = std::min(3, graph.num_ops());
    SplitModel(model,
               SegmentsAt(graph.num_ops(), EqualParameterCuts(graph, stages)));
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace coralline::testing_util
