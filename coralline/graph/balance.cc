#include "coralline/graph/balance.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "coralline/base/error.h"
#include "coralline/graph/boundary.h"

namespace coralline {
namespace {

constexpr std::int64_t kInfinite = std::numeric_limits<std::int64_t>::max();

// Interval dynamic programming over covers of ops [0, end) by a number of
// segments. `join` combines the cost of a cover with that of one more segment
// [begin, end); kInfinite means impossible.
class IntervalCover {
 public:
  using Join =
      std::function<std::int64_t(std::int64_t cover, int begin, int end)>;

  IntervalCover(int num_ops, int num_stages, const Join& join)
      : best_(num_stages + 1,
              std::vector<std::int64_t>(num_ops + 1, kInfinite)),
        begin_(num_stages + 1, std::vector<int>(num_ops + 1, 0)) {
    best_[0][0] = 0;
    for (int stages = 1; stages <= num_stages; ++stages) {
      for (int end = stages; end <= num_ops; ++end) {
        for (int begin = stages - 1; begin < end; ++begin) {
          const std::int64_t cover = best_[stages - 1][begin];
          if (cover == kInfinite) continue;
          const std::int64_t cost = join(cover, begin, end);
          if (cost >= best_[stages][end]) continue;
          best_[stages][end] = cost;
          begin_[stages][end] = begin;
        }
      }
    }
  }

  std::int64_t cost() const { return best_.back().back(); }

  std::vector<int> Cuts() const {
    std::vector<int> cuts;
    int end = static_cast<int>(best_[0].size()) - 1;
    for (int stages = static_cast<int>(best_.size()) - 1; stages > 1;
         --stages) {
      end = begin_[stages][end];
      cuts.push_back(end);
    }
    std::reverse(cuts.begin(), cuts.end());
    return cuts;
  }

 private:
  std::vector<std::vector<std::int64_t>> best_;  // [stages][end]
  std::vector<std::vector<int>> begin_;          // of the last segment
};

}  // namespace

std::vector<int> EqualParameterCuts(const Graph& graph, int num_stages) {
  const int num_ops = graph.num_ops();
  if (num_stages < 1 || num_stages > num_ops) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} stages asked for; a model of {} ops takes 1 "
                            "to {}",
                            num_stages, num_ops, num_ops));
  }
  std::vector<std::int64_t> total(num_ops + 1, 0);
  for (int op = 0; op < num_ops; ++op) {
    total[op + 1] = total[op] + ParameterBytes(graph, graph.ops[op]);
  }
  const IntervalCover smallest(
      num_ops, num_stages, [&](std::int64_t cover, int begin, int end) {
        return std::max(cover, total[end] - total[begin]);
      });
  const std::int64_t limit = smallest.cost();
  const std::vector<std::int64_t> crossing = CrossingBytes(graph);
  return IntervalCover(num_ops, num_stages,
                       [&](std::int64_t cover, int begin, int end) {
                         const bool fits = total[end] - total[begin] <= limit;
                         return fits ? cover + crossing[begin] : kInfinite;
                       })
      .Cuts();
}

}  // namespace coralline
