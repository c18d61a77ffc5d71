#include "coralline/plan/equal_layers.h"

#include <fmt/format.h>

#include <algorithm>

#include "coralline/base/check.h"
#include "coralline/base/error.h"

namespace coralline {

std::vector<Segment> EqualLayerSegments(const Graph& graph, int num_segments) {
  CORALLINE_CHECK(num_segments >= 1);
  if (num_segments == 1) return {OpRange(0, graph.num_ops())};
  std::vector<int> layers;  // the first op of each
  for (int op = 0; op < graph.num_ops(); ++op) {
    if (ParameterBytes(graph, graph.ops[op]) > 0) layers.push_back(op);
  }
  const int num_layers = static_cast<int>(layers.size());
  if (num_layers < num_segments) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} segments of equal layers asked for, {} ops "
                            "have parameters; ask for {} segments or fewer",
                            num_segments, num_layers, std::max(num_layers, 1)));
  }
  const int larger_from = num_segments - num_layers % num_segments;
  std::vector<int> cuts;
  int layer = 0;
  for (int segment = 0; segment < num_segments - 1; ++segment) {
    layer += num_layers / num_segments + (segment >= larger_from ? 1 : 0);
    cuts.push_back(layers[layer]);
  }
  return SegmentsAt(graph.num_ops(), cuts);
}

}  // namespace coralline
