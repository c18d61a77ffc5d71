#include "coralline/plan/certificate_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "coralline/base/check.h"
#include "coralline/plan/internal/lattice.h"

namespace coralline {
namespace {

using Verdict = BoundCheck::Verdict;

// Ways compared: about a minute. Many classes of devices multiply them.
constexpr std::int64_t kMaxCompared = 5'000'000'000;
constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max() / 4;

// What a better plan stays within.
struct Limits {
  std::int64_t period = kNone;
  std::int64_t latency = kNone;
  std::int64_t devices = 0;
};

Limits LimitsBelow(std::int64_t bound, const PlanProblem& problem,
                   const PlanOptions& options) {
  Limits limits;
  for (const DeviceClass& device : problem.classes) {
    limits.devices += device.count;
  }
  if (options.max_devices > 0) {
    limits.devices =
        std::min<std::int64_t>(limits.devices, options.max_devices);
  }
  switch (options.objective) {
    case Objective::kThroughput:
      limits.period = bound - 1;
      break;
    case Objective::kLatency:
      limits.latency = bound - 1;
      break;
    case Objective::kDevices:
      limits.period = options.target_period.count();
      limits.devices = std::min(limits.devices, bound - 1);
      break;
  }
  return limits;
}

// Goes from the first boundary on, and keeps of all ways to a boundary what
// they use: latency, the host, devices in all and of each class, and each
// class's link. Ways that use no less than another of everything are dropped.
class BetterPlanSearch {
 public:
  BetterPlanSearch(const PlanProblem& problem, const Lattice& lattice,
                   const Limits& limits, const PlanOptions& options)
      : problem_(problem),
        lattice_(lattice),
        limits_(limits),
        options_(options),
        last_(lattice.num_boundaries() - 1),
        work_(lattice.num_boundaries(), 0),
        ways_(lattice.num_boundaries()),
        within_(kDevices + 1 + 2 * problem.classes.size(), limits.period) {
    within_[kLatency] = limits.latency;
    within_[kDevices] = limits.devices;
    for (std::size_t c = 0; c < problem.classes.size(); ++c) {
      within_[DevicesOf(c)] = problem.classes[c].count;
    }
    for (int b = 0; b < last_; ++b) {
      for (const Lattice::Step& step : lattice.StepsFrom(b)) {
        work_[step.to] = work_[b] + FloorOf(step.op);
      }
    }
  }

  // nullopt where it was stopped, or is too much work.
  std::optional<bool> Exists() {
    if (limits_.period < 1 || limits_.latency < 1) return false;
    ways_[0] = {Amounts(within_.size(), 0)};
    for (int from = 0; from < last_ && !is_stopped_; ++from) {
      if (ways_[from].empty()) continue;
      from_ = from;
      least_ = ways_[from].front();
      for (const Amounts& way : ways_[from]) {
        for (std::size_t k = 0; k < way.size(); ++k) {
          least_[k] = std::min(least_[k], way[k]);
        }
      }
      TakeRest();
      Visit(from, -1);
      ways_[from] = {};
    }
    if (is_stopped_) return std::nullopt;
    return !ways_[last_].empty();
  }

  std::int64_t num_segments() const { return num_segments_; }

 private:
  using Amounts = std::vector<std::int64_t>;
  static constexpr std::size_t kLatency = 0;
  static constexpr std::size_t kHost = 1;
  static constexpr std::size_t kDevices = 2;
  static std::size_t DevicesOf(std::size_t c) { return kDevices + 1 + 2 * c; }
  static std::size_t LinkOf(std::size_t c) { return kDevices + 2 + 2 * c; }

  std::int64_t FloorOf(int op) const {
    return problem_.floors.ops.empty() ? 0 : problem_.floors.ops[op].count();
  }

  std::int64_t ReplicasFor(std::int64_t busy) const {
    return limits_.period == kNone
               ? 1
               : (busy + limits_.period - 1) / limits_.period;
  }

  // What follows a boundary takes no less than this.
  std::int64_t RestAt(int boundary) const {
    return boundary == last_
               ? 0
               : work_[last_] - work_[boundary] + problem_.floors.stage.count();
  }

  // The segment from here to the end.
  void TakeRest() {
    if (ReplicasFor(RestAt(from_)) > problem_.max_replicas) return;
    std::vector<std::pair<int, int>> rest;  // rank and op
    for (int b = from_; b != last_;) {
      const Lattice::Step& step = lattice_.StepsFrom(b).front();
      rest.emplace_back(step.rank, step.op);
      b = step.to;
    }
    std::sort(rest.begin(), rest.end());
    for (const auto& [rank, op] : rest) ops_.push_back(op);
    TakeSegment(last_, RestAt(from_));
    ops_.clear();
  }

  // Every other boundary beyond this one once, ops are added by rank; one more
  // stage at least is to follow.
  void Visit(int boundary, int last_rank) {
    for (const Lattice::Step& step : lattice_.StepsFrom(boundary)) {
      if (step.rank <= last_rank || step.to == last_ || is_stopped_) continue;
      const std::int64_t floor =
          work_[step.to] - work_[from_] + problem_.floors.stage.count();
      // So does every longer segment.
      if (ReplicasFor(floor) > problem_.max_replicas ||
          least_[kDevices] + ReplicasFor(floor) + 1 > limits_.devices ||
          least_[kLatency] + floor + problem_.floors.stage.count() >
              limits_.latency) {
        continue;
      }
      ops_.push_back(step.op);
      TakeSegment(step.to, floor);
      Visit(step.to, step.rank);
      ops_.pop_back();
    }
  }

  void TakeSegment(int to, std::int64_t floor) {
    const std::int64_t rest = RestAt(to);
    const std::int64_t rest_devices = rest > 0 ? ReplicasFor(rest) : 0;
    if (least_[kDevices] + ReplicasFor(floor) + rest_devices >
            limits_.devices ||
        least_[kLatency] + floor + rest > limits_.latency) {
      return;
    }
    ++num_segments_;
    CountWork(1);
    for (std::size_t c = 0; c < problem_.classes.size(); ++c) {
      if (problem_.classes[c].count == 0) continue;
      const auto cost = problem_.costs->Of(ops_, static_cast<int>(c));
      if (cost) Extend(to, c, *cost, rest, rest_devices);
    }
  }

  void Extend(int to, std::size_t device_class, const StageCost& cost,
              std::int64_t rest, std::int64_t rest_devices) {
    const std::int64_t replicas = ReplicasFor(cost.busy.count());
    if (replicas > (cost.can_replicate ? problem_.max_replicas : 1)) return;
    Amounts used(within_.size(), 0);
    used[kDevices] = used[DevicesOf(device_class)] = replicas;
    // What has no limit is not compared.
    if (limits_.latency != kNone) used[kLatency] = cost.busy.count();
    if (limits_.period != kNone) {
      used[kHost] = cost.host.count();
      if (problem_.classes[device_class].shares_link) {
        used[LinkOf(device_class)] = cost.link.count();
      }
    }
    for (const Amounts& way : ways_[from_]) {
      if (is_stopped_) return;
      Amounts sum = used;
      bool is_within = true;
      for (std::size_t k = 0; k < sum.size(); ++k) {
        sum[k] += way[k];
        is_within = is_within && sum[k] <= within_[k];
      }
      if (is_within && sum[kDevices] + rest_devices <= limits_.devices &&
          (limits_.latency == kNone ||
           sum[kLatency] + rest <= limits_.latency)) {
        Keep(ways_[to], std::move(sum));
        CountWork(static_cast<std::int64_t>(ways_[to].size()));
      }
    }
  }

  void CountWork(std::int64_t compared) {
    constexpr std::int64_t kNowAndThen = 1024;
    const std::int64_t before = compared_ / kNowAndThen;
    compared_ += compared;
    if (compared_ / kNowAndThen == before) return;
    is_stopped_ = is_stopped_ || compared_ > kMaxCompared ||
                  (options_.should_stop && options_.should_stop());
  }

  static bool Covers(const Amounts& a, const Amounts& b) {
    return std::equal(a.begin(), a.end(), b.begin(), std::less_equal<>());
  }

  static void Keep(std::vector<Amounts>& ways, Amounts way) {
    for (const Amounts& known : ways) {
      if (Covers(known, way)) return;
    }
    std::erase_if(ways,
                  [&way](const Amounts& known) { return Covers(way, known); });
    ways.push_back(std::move(way));
  }

  const PlanProblem& problem_;
  const Lattice& lattice_;
  const Limits limits_;
  const PlanOptions& options_;
  const int last_;
  std::vector<std::int64_t> work_;  // floors of all that a boundary has done
  std::vector<std::vector<Amounts>> ways_;
  Amounts within_;
  int from_ = 0;
  Amounts least_;  // of the ways to from_
  std::vector<int> ops_;
  std::int64_t num_segments_ = 0;
  std::int64_t compared_ = 0;
  bool is_stopped_ = false;
};

}  // namespace

BoundCheck CheckBound(const PlanProblem& problem, const PlanOptions& options,
                      const Certificate& certificate) {
  CORALLINE_CHECK(problem.num_ops() > 0 && problem.costs != nullptr);
  const std::int64_t floor = FloorBound(problem, options);
  if (floor >= certificate.bound) {
    return {Verdict::kHolds,
            fmt::format("the ops cannot take less than {} together", floor)};
  }
  const bool one_order =
      certificate.claim == Claim::kOneOrder || !options.all_orders;
  const std::vector<int> order = OrderOf(problem);
  const auto lattice =
      one_order ? LatticeOfOrder(order)
                : LatticeOfAllOrders(
                      problem.precedence, order,
                      std::max(options.max_boundaries, certificate.boundaries));
  if (!lattice) {
    return {Verdict::kUndecided,
            fmt::format("too many orders to look at them all, and the ops "
                        "alone only take {} or more",
                        floor)};
  }
  BetterPlanSearch search(problem, *lattice,
                          LimitsBelow(certificate.bound, problem, options),
                          options);
  const auto exists = search.Exists();
  if (!exists)
    return {Verdict::kUndecided,
            "stopped, or too much work, before it was decided"};
  return {
      *exists ? Verdict::kBeaten : Verdict::kHolds,
      fmt::format("{} below {} among {} segments between the {} boundaries "
                  "of {}",
                  *exists ? "there is a plan" : "no plan is", certificate.bound,
                  search.num_segments(), lattice->num_boundaries(),
                  one_order ? "the order" : "all orders")};
}

}  // namespace coralline
