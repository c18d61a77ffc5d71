#include "coralline/report/graph_layout.h"

#include <algorithm>

namespace coralline {
namespace {

std::vector<int> Depths(const std::vector<std::vector<int>>& inputs) {
  std::vector<int> depths;
  for (const auto& ops : inputs) {
    int depth = 0;
    for (const int op : ops) depth = std::max(depth, depths[op] + 1);
    depths.push_back(depth);
  }
  return depths;
}

// Which depths of each lane are taken, by ops and the edges to them.
class Lanes {
 public:
  explicit Lanes(int num_depths) : num_depths_(num_depths) {}

  bool IsFree(int lane, int first, int last) const {
    if (lane >= static_cast<int>(taken_.size())) return true;
    const auto begin = taken_[lane].begin();
    return std::find(begin + first, begin + last + 1, true) == begin + last + 1;
  }

  int LowestFree(int first, int last) const {
    int lane = 0;
    while (!IsFree(lane, first, last)) ++lane;
    return lane;
  }

  void Take(int lane, int first, int last) {
    if (lane >= static_cast<int>(taken_.size())) {
      taken_.resize(lane + 1, std::vector<bool>(num_depths_, false));
    }
    const auto begin = taken_[lane].begin();
    std::fill(begin + first, begin + last + 1, true);
  }

 private:
  int num_depths_;
  std::vector<std::vector<bool>> taken_;
};

}  // namespace

std::vector<std::vector<int>> InputOps(const Graph& graph) {
  const std::vector<int> producers = Producers(graph);
  std::vector<std::vector<int>> inputs(graph.ops.size());
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    for (const int tensor : graph.ops[i].inputs) {
      if (tensor == Op::kNoTensor || producers[tensor] < 0) continue;
      const int op = producers[tensor];
      const bool is_known =
          std::find(inputs[i].begin(), inputs[i].end(), op) != inputs[i].end();
      if (!is_known) inputs[i].push_back(op);
    }
  }
  return inputs;
}

std::vector<OpPlace> LayOut(const Graph& graph) {
  const auto inputs = InputOps(graph);
  const std::vector<int> depths = Depths(inputs);
  std::vector<OpPlace> places(depths.size());
  if (depths.empty()) return places;
  Lanes lanes(*std::max_element(depths.begin(), depths.end()) + 1);
  std::vector<bool> is_followed(depths.size(), false);
  for (std::size_t i = 0; i < depths.size(); ++i) {
    const auto deepest =
        std::max_element(inputs[i].begin(), inputs[i].end(),
                         [&](int a, int b) { return depths[a] < depths[b]; });
    const bool has_input = deepest != inputs[i].end();
    const int first = has_input ? depths[*deepest] + 1 : depths[i];
    int lane = -1;
    if (has_input && !is_followed[*deepest] &&
        lanes.IsFree(places[*deepest].lane, first, depths[i])) {
      lane = places[*deepest].lane;
    }
    for (const int op : inputs[i]) is_followed[op] = true;
    if (lane < 0) lane = lanes.LowestFree(first, depths[i]);
    lanes.Take(lane, first, depths[i]);
    places[i] = {depths[i], lane};
  }
  return places;
}

}  // namespace coralline
