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

// Ops on the longest path from each op to an end of the graph.
std::vector<int> Heights(const std::vector<std::vector<int>>& inputs) {
  std::vector<int> heights(inputs.size(), 0);
  for (std::size_t i = inputs.size(); i-- > 0;) {
    for (const int op : inputs[i]) {
      heights[op] = std::max(heights[op], heights[i] + 1);
    }
  }
  return heights;
}

// The first of the deepest inputs of each op; -1 without any.
std::vector<int> DeepestInputs(const std::vector<std::vector<int>>& inputs,
                               const std::vector<int>& depths) {
  std::vector<int> deepest;
  for (const auto& ops : inputs) {
    const auto found = std::max_element(
        ops.begin(), ops.end(),
        [&depths](int a, int b) { return depths[a] < depths[b]; });
    deepest.push_back(found == ops.end() ? -1 : *found);
  }
  return deepest;
}

// The op that goes on in the lane of each: of those whose deepest input it is,
// the first with the longest way to go; -1 without any.
std::vector<int> Followers(const std::vector<int>& deepest,
                           const std::vector<int>& heights) {
  std::vector<int> followers(deepest.size(), -1);
  for (std::size_t i = 0; i < deepest.size(); ++i) {
    if (deepest[i] < 0) continue;
    int& follower = followers[deepest[i]];
    if (follower < 0 || heights[i] > heights[follower]) {
      follower = static_cast<int>(i);
    }
  }
  return followers;
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
  const std::vector<int> deepest = DeepestInputs(inputs, depths);
  const std::vector<int> followers = Followers(deepest, Heights(inputs));
  Lanes lanes(*std::max_element(depths.begin(), depths.end()) + 1);
  std::vector<int> kept(depths.size(), -1);  // lanes for ops that follow others
  for (int op = 0; op < graph.num_ops(); ++op) {
    const int depth = depths[op];
    int lane = kept[op];
    if (lane < 0) {
      const int first = deepest[op] < 0 ? depth : depths[deepest[op]] + 1;
      lane = lanes.LowestFree(first, depth);
      lanes.Take(lane, first, depth);
    }
    places[op] = {depth, lane};
    const int next = followers[op];
    if (next < 0 || !lanes.IsFree(lane, depth + 1, depths[next])) continue;
    lanes.Take(lane, depth + 1, depths[next]);
    kept[next] = lane;
  }
  return places;
}

}  // namespace coralline
