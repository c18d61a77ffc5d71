#include "coralline/plan/planner.h"

#include <fmt/format.h>

#include <algorithm>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/plan/internal/lattice.h"
#include "coralline/plan/internal/lattice_planner.h"
#include "coralline/plan/internal/order_search.h"

namespace coralline {
namespace {

int NumDevices(const PlanProblem& problem, int max_devices) {
  int devices = 0;
  for (const DeviceClass& device : problem.classes) devices += device.count;
  return max_devices > 0 ? std::min(devices, max_devices) : devices;
}

std::int64_t CeilDiv(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// All busy times of a plan of at most so many stages together.
std::int64_t WorkFloor(const PlanProblem& problem, int num_stages) {
  const CostFloors& floors = problem.floors;
  std::int64_t work = floors.stage.count();
  for (const auto& op : floors.ops) work += op.count();
  work = std::max(work, floors.all.count());
  if (floors.together) work += floors.together(num_stages).count();
  return work;
}

// Of the stages on some of the classes.
std::int64_t PeriodFloor(const PlanProblem& problem, const ClassFloor& floor,
                         int num_devices) {
  int count = 0;
  for (const int c : floor.classes) count += problem.classes[c].count;
  count = std::min(count, num_devices);
  if (count == 0) return 0;  // there is no plan
  std::int64_t busy = floor.busy.count();
  if (floor.with_together && problem.floors.together) {
    busy += problem.floors.together(count).count();
  }
  return CeilDiv(busy, count);
}

std::int64_t PeriodFloor(const PlanProblem& problem, int num_devices) {
  const CostFloors& floors = problem.floors;
  const std::int64_t together =
      CeilDiv(WorkFloor(problem, num_devices), num_devices);
  std::int64_t longest = 0;
  for (const auto& op : floors.ops) longest = std::max(longest, op.count());
  const int replicas = std::min(problem.max_replicas, num_devices);
  std::int64_t period =
      std::max(together, CeilDiv(longest + floors.stage.count(), replicas));
  for (const ClassFloor& floor : floors.by_classes) {
    period = std::max(period, PeriodFloor(problem, floor, num_devices));
  }
  return period;
}

int FewestDevices(const PlanProblem& problem, const PlanOptions& options) {
  const int devices = NumDevices(problem, options.max_devices);
  int fewest = 1;
  while (fewest < devices &&
         PeriodFloor(problem, fewest) > options.target_period.count()) {
    ++fewest;
  }
  return fewest;
}

// No plan has a smaller value, as the floors tell; a plan that has this one is
// the best in everything that the objective compares.
PlanValue LeastValue(const PlanProblem& problem, const PlanOptions& options) {
  const bool has_target = options.objective == Objective::kDevices;
  const int devices = has_target ? FewestDevices(problem, options)
                                 : NumDevices(problem, options.max_devices);
  const std::int64_t period = PeriodFloor(problem, devices);
  const std::int64_t latency = WorkFloor(problem, devices);
  const std::int64_t used = CeilDiv(latency, std::max<std::int64_t>(1, period));
  switch (options.objective) {
    case Objective::kThroughput:
      return {period, latency, used};
    case Objective::kLatency:
      return {latency, period, used};
    case Objective::kDevices:
      return {devices, period, latency};
  }
  return {};
}

// So many take longer to search than some orders do.
constexpr int kManyBoundaries = 20'000;

// Sets up what all searches of one FindPlan share.
class Planner {
 public:
  Planner(const PlanProblem& problem, const PlanOptions& options)
      : problem_(problem),
        options_(options),
        order_(OrderOf(problem)),
        least_(LeastValue(problem, options)) {}

  std::optional<Plan> Run() {
    Certificate certificate = SearchOrder(order_);
    if (options_.all_orders) certificate = SearchAllOrders(certificate);
    if (!best_) return std::nullopt;
    best_->certificate = std::move(certificate);
    return std::move(best_);
  }

 private:
  Certificate SearchOrder(const std::vector<int>& order) {
    const Lattice lattice = LatticeOfOrder(order);
    Certificate certificate = Search(lattice, {.plan = options_});
    certificate.claim = Claim::kOneOrder;
    certificate.method = fmt::format(
        "dynamic programming over the {} boundaries of one order of the ops",
        certificate.boundaries);
    if (best_) certificate.bound = std::get<0>(Value());
    return certificate;
  }

  // Keeps the plan where it is better than what there is.
  Certificate Search(const Lattice& lattice, LatticePlanner::Options options) {
    if (best_) options.incumbent = Value();
    LatticePlanner planner(problem_, lattice, options);
    auto plan = planner.Best();
    is_better_ =
        plan && (!best_ || ValueOf(*plan, options_.objective) < Value());
    if (is_better_) best_ = std::move(plan);
    is_complete_ = planner.is_complete();
    return {.boundaries = lattice.num_boundaries(),
            .segments = planner.num_segments()};
  }

  Certificate SearchAllOrders(Certificate certificate) {
    if (IsLeast()) return AsLeast(certificate);
    if (NumDevices(problem_, options_.max_devices) == 1) {
      certificate.claim = Claim::kAllOrders;
      certificate.method = "one device runs all ops";
      return certificate;
    }
    for (const std::vector<int>& order : problem_.other_orders) {
      AddOrder(order, certificate);
    }
    if (IsLeast()) return AsLeast(certificate);
    const auto lattice =
        LatticeOfAllOrders(problem_.precedence, order_, options_.max_boundaries,
                           options_.should_stop);
    if (!lattice) return SearchSomeOrders(certificate);
    const bool is_chain =
        lattice->num_boundaries() == static_cast<int>(order_.size()) + 1;
    if (is_chain) {
      certificate.claim = Claim::kAllOrders;
      certificate.method = fmt::format(
          "dynamic programming over the {} boundaries of the only order",
          certificate.boundaries);
      return certificate;
    }
    // The better the best plan so far, the less there is to look at.
    const bool has_many = lattice->num_boundaries() > kManyBoundaries;
    if (has_many) certificate = SearchSomeOrders(certificate);
    if (certificate.claim == Claim::kAllOrders) return certificate;
    Certificate all = Search(*lattice, {.plan = options_,
                                        .max_segments = options_.max_segments,
                                        .should_stop = options_.should_stop});
    if (!is_complete_) {
      certificate.boundaries = all.boundaries;
      certificate.segments += all.segments;
      return has_many ? certificate : SearchSomeOrders(certificate);
    }
    all.claim = Claim::kAllOrders;
    all.method = fmt::format(
        "dynamic programming over the {} boundaries of all orders of the ops",
        all.boundaries);
    if (best_) all.bound = std::get<0>(Value());
    return all;
  }

  // Whether more orders cannot bring a ten thousandth.
  bool IsLeast() const {
    if (!best_) return false;
    const auto is_near = [](std::int64_t value, std::int64_t least) {
      constexpr std::int64_t kPart = 10'000;
      return value <= least + least / kPart;
    };
    const auto& [first, second, third] = least_;
    const PlanValue value = Value();
    return is_near(std::get<0>(value), first) &&
           is_near(std::get<1>(value), second) &&
           is_near(std::get<2>(value), third);
  }

  void AddOrder(const std::vector<int>& order, Certificate& certificate) {
    certificate.segments += SearchOrder(order).segments;
    ++certificate.orders;
  }

  Certificate AsLeast(Certificate certificate) const {
    certificate.bound = std::get<0>(least_);
    certificate.claim = std::get<0>(Value()) == certificate.bound
                            ? Claim::kAllOrders
                            : Claim::kWithin;
    certificate.method = "its ops cannot cost less together";
    return certificate;
  }

  Certificate SearchSomeOrders(Certificate certificate) {
    const std::int64_t bound = std::get<0>(least_);
    if (best_ && std::get<0>(Value()) == bound) return AsLeast(certificate);
    OrderSearch orders(problem_.precedence, order_);
    const std::int64_t most = certificate.segments + options_.max_segments;
    while (certificate.orders < options_.max_orders &&
           certificate.segments < most &&
           !(options_.should_stop && options_.should_stop())) {
      AddOrder(orders.Next(), certificate);
      if (is_better_) orders.Keep();
    }
    certificate.claim = Claim::kWithin;
    certificate.bound = bound;
    certificate.method = fmt::format(
        "the best of {} orders of the ops, against the sum of the least that "
        "they can cost",
        certificate.orders);
    return certificate;
  }

  PlanValue Value() const { return ValueOf(*best_, options_.objective); }

  const PlanProblem& problem_;
  const PlanOptions& options_;
  const std::vector<int> order_;
  const PlanValue least_;
  std::optional<Plan> best_;
  // Of the last search.
  bool is_better_ = false;
  bool is_complete_ = true;
};

bool Beats(const Plan& a, const Plan& b) {
  return a.period <= b.period && a.latency <= b.latency &&
         a.num_devices() <= b.num_devices();
}

std::vector<Plan> WithoutBeaten(std::vector<Plan> plans) {
  std::sort(plans.begin(), plans.end(), [](const Plan& a, const Plan& b) {
    return ValueOf(a, Objective::kThroughput) <
           ValueOf(b, Objective::kThroughput);
  });
  std::vector<Plan> front;
  for (Plan& plan : plans) {
    const bool is_beaten =
        std::any_of(front.begin(), front.end(),
                    [&](const Plan& other) { return Beats(other, plan); });
    if (!is_beaten) front.push_back(std::move(plan));
  }
  return front;
}

}  // namespace

std::string ObjectiveName(Objective objective) {
  switch (objective) {
    case Objective::kThroughput:
      return "throughput";
    case Objective::kLatency:
      return "latency";
    case Objective::kDevices:
      return "devices";
  }
  CORALLINE_CHECK(false);
}

Objective ParseObjective(std::string_view name) {
  for (const Objective objective :
       {Objective::kThroughput, Objective::kLatency, Objective::kDevices}) {
    if (ObjectiveName(objective) == name) return objective;
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("no objective '{}'; expected throughput, latency or "
                          "devices",
                          name));
}

PlanValue ValueOf(const Plan& plan, Objective objective) {
  const std::int64_t period = plan.period.count();
  const std::int64_t latency = plan.latency.count();
  switch (objective) {
    case Objective::kThroughput:
      return {period, latency, plan.num_devices()};
    case Objective::kLatency:
      return {latency, period, plan.num_devices()};
    case Objective::kDevices:
      return {plan.num_devices(), period, latency};
  }
  return {};
}

std::int64_t FloorBound(const PlanProblem& problem,
                        const PlanOptions& options) {
  return std::get<0>(LeastValue(problem, options));
}

std::optional<Plan> FindPlan(const PlanProblem& problem,
                             const PlanOptions& options) {
  CORALLINE_CHECK(problem.num_ops() > 0);
  CORALLINE_CHECK(!problem.classes.empty() && problem.costs != nullptr);
  CORALLINE_CHECK(options.objective != Objective::kDevices ||
                  options.target_period.count() > 0);
  return Planner(problem, options).Run();
}

// From no limit on the period down to what is infeasible; each time the plans
// that are best in latency and devices, then a little less than the slowest.
std::vector<Plan> ParetoFront(const PlanProblem& problem, int max_devices) {
  const Lattice lattice = LatticeOfOrder(OrderOf(problem));
  LatticePlanner planner(problem, lattice,
                         {.plan = {.max_devices = max_devices}});
  std::vector<Plan> found;
  PlanLimits limits = planner.limits();
  while (true) {
    const auto plans = planner.PlansWithin(limits);
    if (plans.empty()) break;
    std::int64_t slowest = 0;
    for (const Plan& plan : plans) {
      slowest = std::max(slowest, plan.period.count());
    }
    found.insert(found.end(), plans.begin(), plans.end());
    limits.period = slowest - std::max<std::int64_t>(1, slowest / 100);
    if (limits.period < 1) break;
  }
  return WithoutBeaten(std::move(found));
}

}  // namespace coralline
