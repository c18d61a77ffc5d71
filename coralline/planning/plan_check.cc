#include "coralline/planning/plan_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/plan/certificate_check.h"
#include "coralline/plan/scaled_costs.h"
#include "coralline/planning/simulated_costs.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;

std::vector<CostModel> CostModelsOf(const PlanDocument& document) {
  std::vector<CostModel> models;
  for (const ClassDocument& device : document.classes) {
    models.push_back({.unmapped_ops_only = device.unmapped_ops_only,
                      .cpu_fallback = device.cpu_fallback});
    if (device.spec.empty()) continue;
    models.back().spec = ParseDeviceSpec(device.spec, device.device.name);
  }
  return models;
}

HostModel HostOf(const PlanDocument& document) {
  const auto host = FindHost(document.host);
  CORALLINE_CHECK(host.has_value());
  return *host;
}

// What is written of a segment, and else what the simulator says.
class DocumentCosts : public SegmentCosts {
 public:
  DocumentCosts(const PlanDocument& document, SegmentCosts& simulated)
      : document_(document), simulated_(simulated) {
    for (const KnownCost& known : document.known) {
      known_[{known.device_class, known.segment.ops}] = &known;
    }
  }

  std::optional<StageCost> Of(std::span<const int> ops,
                              int device_class) override {
    const KnownCost* known = Find(ops, device_class);
    if (known != nullptr) return known->cost;
    if (document_.only_known && device_class == 0) return std::nullopt;
    const auto cost = simulated_.Of(ops, device_class);
    return cost ? std::optional(Scaled(*cost, document_.optimism))
                : std::nullopt;
  }

  const KnownCost* Find(std::span<const int> ops, int device_class) const {
    if (known_.empty()) return nullptr;
    std::vector<int> sorted(ops.begin(), ops.end());
    std::sort(sorted.begin(), sorted.end());
    const auto found = known_.find({device_class, std::move(sorted)});
    return found == known_.end() ? nullptr : found->second;
  }

 private:
  const PlanDocument& document_;
  SegmentCosts& simulated_;
  std::map<std::pair<int, std::vector<int>>, const KnownCost*> known_;
};

class Checker {
 public:
  Checker(const PlanDocument& document, const Model& model,
          std::function<bool()> should_stop)
      : document_(document),
        plan_(document.plan),
        model_(model),
        should_stop_(std::move(should_stop)),
        simulated_(model, CostModelsOf(document), HostOf(document)),
        costs_(document, simulated_),
        problem_{.precedence = PrecedenceOf(model.graph),
                 .order = document.order,
                 .max_replicas = document.max_replicas,
                 .costs = &costs_} {
    for (const ClassDocument& device : document.classes) {
      problem_.classes.push_back(device.device);
    }
    if (!document.only_known) {
      problem_.floors = Scaled(simulated_.Floors(), document.optimism);
    }
  }

  CheckResult Run() {
    Add("segments", CheckSegmentation());
    if (!result_.ok()) return std::move(result_);
    Add("costs", CheckCosts());
    Add("prediction", CheckPrediction());
    Add("devices", CheckDevices());
    if (!document_.known.empty()) Add("known costs", CheckKnown());
    AddCertificate();
    return std::move(result_);
  }

 private:
  // What is wrong with something, or, where nothing is, how it was found out.
  struct Finding {
    bool ok = true;
    std::string detail;
  };
  static Finding Wrong(std::string detail) {
    return {false, std::move(detail)};
  }

  void Add(std::string what, Finding finding) {
    result_.items.push_back(
        {std::move(what), finding.ok, std::move(finding.detail)});
  }

  Finding CheckSegmentation() const {
    const std::vector<Segment> segments = plan_.segments();
    try {
      CheckSegments(model_.graph, segments);
    } catch (const Error& error) {
      return Wrong(error.what());
    }
    return {true, fmt::format("{} segments hold each of {} ops once, in an "
                              "order in which they run",
                              segments.size(), model_.graph.num_ops())};
  }

  Finding CheckCosts() {
    for (std::size_t i = 0; i < plan_.stages.size(); ++i) {
      const PlannedStage& stage = plan_.stages[i];
      const auto& ops = stage.segment.ops;
      const KnownCost* known = costs_.Find(ops, stage.device_class);
      const auto cost = known != nullptr
                            ? known->cost
                            : simulated_.Of(ops, stage.device_class);
      const std::string place = fmt::format("stage {}", i);
      if (!cost) return Wrong(place + " does not run on its devices");
      const auto differs = [](nanoseconds a, nanoseconds b) {
        return std::chrono::abs(a - b) > nanoseconds(1);
      };
      if (differs(cost->busy, stage.cost.busy) ||
          differs(cost->host, stage.cost.host) ||
          differs(cost->link, stage.cost.link) ||
          cost->can_replicate != stage.cost.can_replicate) {
        return Wrong(fmt::format(
            "{}: found busy {} ns, host {} ns, link {} ns; expected {}, {}, {}",
            place, stage.cost.busy.count(), stage.cost.host.count(),
            stage.cost.link.count(), cost->busy.count(), cost->host.count(),
            cost->link.count()));
      }
      const Origin origin = document_.origins[i];
      const bool is_run =
          origin == Origin::kMeasured || origin == Origin::kEmulated;
      if (known != nullptr ? origin != known->origin : is_run) {
        return Wrong(fmt::format("{} is called {}, and no such cost is known",
                                 place, OriginText(origin)));
      }
    }
    return {true, fmt::format("{} stages cost what the devices' specs and the "
                              "known costs tell, to 1 ns",
                              plan_.stages.size())};
  }

  Finding CheckPrediction() const {
    const Plan made = MakePlan(plan_.stages, problem_.classes);
    if (made.period != plan_.period || made.latency != plan_.latency) {
      return Wrong(fmt::format(
          "found a period of {} ns and a latency of {} ns; expected {} and {}",
          plan_.period.count(), plan_.latency.count(), made.period.count(),
          made.latency.count()));
    }
    return {true, fmt::format("a result every {} ns, latency {} ns",
                              made.period.count(), made.latency.count())};
  }

  Finding CheckDevices() const {
    std::vector<int> used(problem_.classes.size(), 0);
    for (std::size_t i = 0; i < plan_.stages.size(); ++i) {
      const PlannedStage& stage = plan_.stages[i];
      used[stage.device_class] += stage.replicas;
      const int most = stage.cost.can_replicate ? document_.max_replicas : 1;
      if (stage.replicas <= most) continue;
      return Wrong(fmt::format("stage {} has {} replicas; expected {} or fewer",
                               i, stage.replicas, most));
    }
    for (std::size_t c = 0; c < used.size(); ++c) {
      const DeviceClass& device = problem_.classes[c];
      if (used[c] <= device.count) continue;
      return Wrong(fmt::format("{} devices of '{}'; there are {}", used[c],
                               device.name, device.count));
    }
    const int devices = plan_.num_devices();
    if (document_.max_devices > 0 && devices > document_.max_devices) {
      return Wrong(fmt::format("{} devices; expected {} or fewer", devices,
                               document_.max_devices));
    }
    if (document_.objective == Objective::kDevices &&
        plan_.period > document_.target_period) {
      return Wrong(fmt::format("a result every {} ns; the target is {} ns",
                               plan_.period.count(),
                               document_.target_period.count()));
    }
    return {true, fmt::format("{} in use, within all limits", devices)};
  }

  // The proof takes other segments' costs for no less than `optimism` of the
  // simulated ones; what is known must not contradict that.
  Finding CheckKnown() {
    for (const KnownCost& known : document_.known) {
      if (!known.cost || document_.only_known) continue;
      const auto simulated =
          simulated_.Of(known.segment.ops, known.device_class);
      const std::string place =
          fmt::format("{} on '{}'", FormatSegment(known.segment),
                      problem_.classes[known.device_class].name);
      if (!simulated) return Wrong(place + " does not run there");
      if (known.cost->busy < Scaled(simulated->busy, document_.optimism)) {
        return Wrong(
            fmt::format("{} takes {} ns, less than {} of the "
                        "simulated {} ns",
                        place, known.cost->busy.count(), document_.optimism,
                        simulated->busy.count()));
      }
    }
    return {true, fmt::format("{}, taken as they are written; {}",
                              document_.known.size(),
                              document_.only_known
                                  ? "other segments are left out"
                                  : fmt::format("others as {} of the simulated "
                                                "ones or more",
                                                document_.optimism))};
  }

  void AddCertificate() {
    if (plan_.certificate) {
      Add("certificate", CheckCertificate(*plan_.certificate));
    } else if (document_.strategy == Strategy::kOptimal) {
      Add("certificate", Wrong("there is none"));
    } else {
      Add("certificate", {true, fmt::format("none: cut by strategy '{}'",
                                            StrategyName(document_.strategy))});
    }
  }

  Finding CheckCertificate(const Certificate& certificate) const {
    const std::int64_t value = std::get<0>(ValueOf(plan_, document_.objective));
    const std::string claim = ClaimText(certificate, value);
    const bool is_optimal = certificate.claim != Claim::kWithin;
    if (certificate.bound > value ||
        (is_optimal && certificate.bound != value)) {
      return Wrong(fmt::format("'{}': the bound is {}, the plan's own {} is {}",
                               claim, certificate.bound,
                               ObjectiveName(document_.objective), value));
    }
    const BoundCheck check =
        CheckBound(problem_,
                   {.objective = document_.objective,
                    .target_period = document_.target_period,
                    .max_devices = document_.max_devices,
                    .all_orders = document_.all_orders,
                    .should_stop = should_stop_},
                   certificate);
    return {check.verdict == BoundCheck::Verdict::kHolds,
            fmt::format("'{}': {}", claim, check.detail)};
  }

  const PlanDocument& document_;
  const Plan& plan_;
  const Model& model_;
  std::function<bool()> should_stop_;
  SimulatedCosts simulated_;
  DocumentCosts costs_;
  PlanProblem problem_;
  CheckResult result_;
};

}  // namespace

bool CheckResult::ok() const {
  return std::all_of(items.begin(), items.end(),
                     [](const CheckItem& item) { return item.ok; });
}

CheckResult CheckPlan(const PlanDocument& document, const Model& model,
                      const std::function<bool()>& should_stop) {
  const Model planned = ModelOf(document, model);
  return Checker(document, planned, should_stop).Run();
}

}  // namespace coralline
