#include "coralline/plan/exhaustive_cuts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/plan/internal/order_costs.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;

constexpr double kMaxCuts = 20e6;

// num_ops - 1 over num_segments - 1. A double, as it can be of any size.
double NumCuts(int num_ops, int num_segments) {
  double cuts = num_ops >= num_segments ? 1 : 0;
  for (int i = 1; i < num_segments; ++i) {
    cuts = cuts * (num_ops - i) / i;
  }
  return cuts;
}

// What LoadOf and MakePlan find for stages on one device each of one class.
struct Sum {
  nanoseconds slowest{0};
  nanoseconds host{0};
  nanoseconds link{0};
  nanoseconds latency{0};

  Sum With(const StageCost& cost, bool shares_link) const {
    return {std::max(slowest, cost.busy), host + cost.host,
            shares_link ? link + cost.link : link, latency + cost.busy};
  }
  std::pair<nanoseconds, nanoseconds> value() const {
    return {std::max({slowest, host, link}), latency};
  }
};

class AllCuts {
 public:
  AllCuts(OrderCosts& costs, bool shares_link)
      : costs_(costs), shares_link_(shares_link) {}

  // Completes `cuts_`, whose segments cost `sum`, in every way: earlier cuts
  // come first, so that among equals the first found stays.
  void Try(int begin, int num_left, const Sum& sum) {
    const int num_ops = costs_.num_ops();
    if (num_left == 1) {
      if (const auto cost = costs_.Of(begin, num_ops)) {
        Keep(sum.With(*cost, shares_link_));
      }
      return;
    }
    for (int cut = begin + 1; cut <= num_ops - (num_left - 1); ++cut) {
      const auto cost = costs_.Of(begin, cut);
      if (!cost) continue;
      cuts_.push_back(cut);
      Try(cut, num_left - 1, sum.With(*cost, shares_link_));
      cuts_.pop_back();
    }
  }

  const std::optional<std::vector<int>>& best() const { return best_; }

 private:
  void Keep(const Sum& sum) {
    if (best_ && sum.value() >= best_sum_.value()) return;
    best_ = cuts_;
    best_sum_ = sum;
  }

  OrderCosts& costs_;
  bool shares_link_;
  std::vector<int> cuts_;
  std::optional<std::vector<int>> best_;
  Sum best_sum_;
};

}  // namespace

std::optional<std::vector<Segment>> ExhaustiveSegments(
    const PlanProblem& problem, int num_segments) {
  CORALLINE_CHECK(problem.costs != nullptr && !problem.classes.empty());
  CORALLINE_CHECK(num_segments >= 1);
  const double num_cuts = NumCuts(problem.num_ops(), num_segments);
  if (num_cuts > kMaxCuts) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{:.3g} ways to cut {} ops into {} segments, at "
                    "most {:.0f} are tried; use --strategy optimal",
                    num_cuts, problem.num_ops(), num_segments, kMaxCuts));
  }
  if (num_cuts == 0) return std::nullopt;
  OrderCosts costs(OrderOf(problem), *problem.costs);
  AllCuts cuts(costs, problem.classes[0].shares_link);
  cuts.Try(0, num_segments, {});
  if (!cuts.best()) return std::nullopt;
  return SegmentsOfOrder(costs.order(), *cuts.best());
}

}  // namespace coralline
