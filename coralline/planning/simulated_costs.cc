#include "coralline/planning/simulated_costs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "coralline/sim/cost_floors.h"
#include "coralline/sim/cpu_cost.h"
#include "coralline/sim/growing_segment.h"
#include "coralline/sim/operator_support.h"
#include "coralline/tflite/bias.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;

constexpr double kNanosecondsPerMs = 1e6;
// Half a nanosecond for each of 200 stages, by rounding their times.
constexpr double kLostMs = 1e-4;

nanoseconds Rounded(double ms) {
  return nanoseconds(std::llround(ms * kNanosecondsPerMs));
}

nanoseconds RoundedDown(double ms) {
  return nanoseconds(static_cast<std::int64_t>(ms * kNanosecondsPerMs));
}

// The ops that use each state tensor.
std::vector<std::vector<int>> StateUsers(const Graph& graph) {
  std::map<int, std::vector<int>> users;
  for (int op = 0; op < graph.num_ops(); ++op) {
    for (const int tensor : graph.ops[op].inputs) {
      if (tensor < 0 || !graph.tensors[tensor].is_variable) continue;
      users[tensor].push_back(op);
    }
  }
  std::vector<std::vector<int>> groups;
  for (auto& [tensor, ops] : users) groups.push_back(std::move(ops));
  return groups;
}

}  // namespace

StageCost StageCostOf(double device_ms, double link_ms, const HostModel& host) {
  const double wake_up =
      device_ms >= host.wake_up_from_ms ? host.wake_up_ms : 0;
  return {.busy = std::max(nanoseconds(1),
                           Rounded(device_ms + wake_up + host.serialised_ms)),
          .host = Rounded(host.serialised_ms),
          .link = Rounded(link_ms)};
}

// The segment that was asked for last on one kind of device. Shared by classes
// of the same kind.
class SimulatedCosts::Walker {
 public:
  Walker(const Model& model, const CostModel& kind)
      : graph_(model.graph), mappings_(MapOps(model.graph)), kind_(kind) {
    for (int op = 0; op < graph_.num_ops(); ++op) {
      cpu_ms_.push_back(EstimateCpuMs(graph_, {{op}}));
    }
    if (!kind.spec) return;
    layers_ = MakeLayers(graph_, *kind.spec, OpsWithBias(model));
    segment_.emplace(graph_, layers_, *kind.spec);
  }

  std::optional<StageCost> Of(std::span<const int> ops, const HostModel& host) {
    return kind_.spec ? OnAccelerator(ops, host) : OnCpu(ops, host);
  }

  // Lower bounds in milliseconds; nullopt where the op never runs here.
  std::optional<double> FloorOf(int op) const {
    if (!kind_.spec) {
      if (kind_.unmapped_ops_only && mappings_[op].is_mapped()) {
        return std::nullopt;
      }
      return cpu_ms_[op] * (1 - 1e-9);
    }
    if (mappings_[op].is_mapped()) return floors().op_ms[op];
    if (kind_.cpu_fallback) return cpu_ms_[op] * (1 - 1e-9);
    return std::nullopt;
  }
  double StageFloor() const {
    return kind_.spec && !kind_.cpu_fallback ? floors().stage_ms : 0;
  }
  // Of a stage that has an op which runs here; 0 where there is none.
  double MappedStageFloor() const {
    const bool has_mapped =
        std::any_of(mappings_.begin(), mappings_.end(),
                    [](const OpMapping& op) { return op.is_mapped(); });
    return kind_.spec && has_mapped ? floors().stage_ms : 0;
  }
  double TogetherFloor(int num_stages) const {
    if (!kind_.spec) return 0;
    std::vector<Layer> mapped;
    for (std::size_t op = 0; op < layers_.size(); ++op) {
      if (mappings_[op].is_mapped()) mapped.push_back(layers_[op]);
    }
    return StreamingFloorMs(mapped, *kind_.spec, num_stages);
  }

 private:
  const SegmentFloors& floors() const {
    if (!floors_) floors_ = FloorsOfMapped();
    return *floors_;
  }

  // Of the ops that run here, as a graph of their own: what they take from
  // others, and give to them, crosses the link.
  SegmentFloors FloorsOfMapped() const {
    Graph mapped{.tensors = graph_.tensors, .outputs = graph_.outputs};
    std::vector<Layer> layers;
    for (int op = 0; op < graph_.num_ops(); ++op) {
      if (mappings_[op].is_mapped()) {
        mapped.ops.push_back(graph_.ops[op]);
        layers.push_back(layers_[op]);
      } else {
        for (const int tensor : graph_.ops[op].inputs) {
          if (tensor != Op::kNoTensor) mapped.outputs.push_back(tensor);
        }
      }
    }
    const SegmentFloors some = FloorsOf(mapped, layers, *kind_.spec);
    SegmentFloors all{.stage_ms = some.stage_ms};
    std::size_t next = 0;
    for (int op = 0; op < graph_.num_ops(); ++op) {
      all.op_ms.push_back(mappings_[op].is_mapped() ? some.op_ms[next++] : 0);
    }
    return all;
  }

  std::optional<StageCost> OnAccelerator(std::span<const int> ops,
                                         const HostModel& host) {
    MoveTo(ops);
    double fallback_ms = 0;
    if (num_unmapped_ > 0) {
      if (!kind_.cpu_fallback) return std::nullopt;
      for (const int op : ops) {
        if (!mappings_[op].is_mapped()) fallback_ms += cpu_ms_[op];
      }
      if (segment_->ops().empty()) return StageCostOf(fallback_ms, 0, host);
    }
    const SegmentCost cost = segment_->Cost();
    // What gives nothing to anybody is no segment.
    if (cost.output_ms <= 0) return std::nullopt;
    return StageCostOf(cost.warm_ms() + fallback_ms,
                       cost.instructions_ms + cost.input_ms +
                           cost.streaming_ms + cost.output_ms,
                       host);
  }

  // Pops what differs from the ops of the last segment, and pushes the rest.
  void MoveTo(std::span<const int> ops) {
    const std::size_t kept = NumKept(ops);
    while (ops_.size() > kept) {
      if (mappings_[ops_.back()].is_mapped()) {
        segment_->Pop();
      } else {
        --num_unmapped_;
      }
      ops_.pop_back();
    }
    for (const int op : ops.subspan(kept)) {
      if (mappings_[op].is_mapped()) {
        segment_->Push(op);
      } else {
        ++num_unmapped_;
      }
      ops_.push_back(op);
    }
  }

  // How many ops the last segment shares with this one. Mostly all but the
  // last: that is one comparison of memory.
  std::size_t NumKept(std::span<const int> ops) const {
    const std::size_t most = std::min(ops_.size(), ops.size() - 1);
    const auto end = ops_.begin() + static_cast<std::ptrdiff_t>(most);
    if (std::equal(ops_.begin(), end, ops.begin())) return most;
    const auto differs = std::mismatch(ops_.begin(), end, ops.begin()).first;
    return static_cast<std::size_t>(differs - ops_.begin());
  }

  std::optional<StageCost> OnCpu(std::span<const int> ops,
                                 const HostModel& host) const {
    if (kind_.unmapped_ops_only &&
        std::any_of(ops.begin(), ops.end(),
                    [this](int op) { return mappings_[op].is_mapped(); })) {
      return std::nullopt;
    }
    double ms = 0;
    for (const int op : ops) ms += cpu_ms_[op];
    return StageCostOf(ms, 0, host);
  }

  const Graph& graph_;
  std::vector<OpMapping> mappings_;
  CostModel kind_;
  std::vector<double> cpu_ms_;  // of each op
  std::vector<Layer> layers_;
  std::optional<GrowingSegment> segment_;
  mutable std::optional<SegmentFloors> floors_;
  std::vector<int> ops_;  // of the last segment; segment_ has the mapped ones
  int num_unmapped_ = 0;
};

SimulatedCosts::SimulatedCosts(const Model& model,
                               std::vector<CostModel> models,
                               const HostModel& host)
    : model_(model),
      models_(std::move(models)),
      host_(host),
      is_compiled_(IsCompiled(model.graph)),
      state_users_(StateUsers(model.graph)) {
  for (std::size_t c = 0; c < models_.size(); ++c) {
    const auto& spec = models_[c].spec;
    const auto same = std::find_if(
        models_.begin(), models_.begin() + static_cast<std::ptrdiff_t>(c),
        [&spec](const CostModel& other) {
          return spec && other.spec && *spec == *other.spec;
        });
    const auto at = static_cast<std::size_t>(same - models_.begin());
    walkers_.push_back(at < c ? walkers_[at]
                              : std::make_shared<Walker>(model_, models_[c]));
  }
}

SimulatedCosts::~SimulatedCosts() = default;

std::optional<StageCost> SimulatedCosts::Of(std::span<const int> ops,
                                            int device_class) {
  if (is_compiled_ && static_cast<int>(ops.size()) < model_.graph.num_ops()) {
    return std::nullopt;
  }
  auto cost = walkers_[device_class]->Of(ops, host_);
  if (!cost) return cost;
  for (const auto& users : state_users_) {
    const auto inside = std::count_if(users.begin(), users.end(), [&](int op) {
      return std::find(ops.begin(), ops.end(), op) != ops.end();
    });
    if (inside == 0) continue;
    cost->can_replicate = false;
    if (inside != static_cast<std::ptrdiff_t>(users.size())) return {};
  }
  return cost;
}

// Of each set of classes that some op is bound to. Rounded as in Floors.
std::vector<ClassFloor> SimulatedCosts::FloorsByClasses() const {
  std::map<std::vector<int>, double> ms_of;
  for (int op = 0; op < model_.graph.num_ops(); ++op) {
    std::vector<int> classes;
    double least = std::numeric_limits<double>::max();
    for (std::size_t c = 0; c < walkers_.size(); ++c) {
      const auto floor = walkers_[c]->FloorOf(op);
      if (!floor) continue;
      classes.push_back(static_cast<int>(c));
      least = std::min(least, *floor);
    }
    const bool is_bound = !classes.empty() && classes.size() < walkers_.size();
    if (is_bound) ms_of[classes] += least;
  }
  std::vector<ClassFloor> floors;
  for (const auto& [classes, ops_ms] : ms_of) {
    double stage_ms = std::numeric_limits<double>::max();
    bool are_takers = true;
    for (const int c : classes) {
      stage_ms = std::min(stage_ms, walkers_[c]->StageFloor());
      are_takers = are_takers && !models_[c].unmapped_ops_only;
    }
    // Only where these are all of them.
    for (std::size_t c = 0; c < models_.size(); ++c) {
      const bool is_among = std::find(classes.begin(), classes.end(),
                                      static_cast<int>(c)) != classes.end();
      are_takers = are_takers && (is_among || models_[c].unmapped_ops_only);
    }
    stage_ms += host_.serialised_ms * (1 - 1e-9);
    const double ms = stage_ms + ops_ms;
    const nanoseconds busy = RoundedDown(stage_ms).count() > 0
                                 ? Rounded(ms)
                                 : RoundedDown(std::max(0.0, ms - kLostMs));
    floors.push_back(
        {.classes = classes, .busy = busy, .with_together = are_takers});
  }
  return floors;
}

CostFloors SimulatedCosts::Floors() const {
  CostFloors floors;
  const double host_ms = host_.serialised_ms;
  double stage_ms = walkers_.front()->StageFloor();
  for (const auto& walker : walkers_) {
    stage_ms = std::min(stage_ms, walker->StageFloor());
  }
  stage_ms += host_ms * (1 - 1e-9);
  floors.stage = RoundedDown(stage_ms);
  double all_ms = stage_ms;
  for (int op = 0; op < model_.graph.num_ops(); ++op) {
    std::optional<double> least;
    for (const auto& walker : walkers_) {
      const auto floor = walker->FloorOf(op);
      if (floor) least = std::min(least.value_or(*floor), *floor);
    }
    floors.ops.push_back(RoundedDown(least.value_or(0)));
    all_ms += least.value_or(0);
  }
  // Of one stage: its busy time is rounded as this is. Each further stage adds
  // its floor, and is at most half a nanosecond below what it takes.
  if (floors.stage.count() > 0) {
    floors.all = Rounded(all_ms);
  } else {
    // One stage at least has what CPUs do not take.
    std::optional<double> once;
    for (std::size_t c = 0; c < walkers_.size(); ++c) {
      if (models_[c].unmapped_ops_only) continue;
      const double ms = walkers_[c]->MappedStageFloor();
      once = std::min(once.value_or(ms), ms);
    }
    floors.all =
        RoundedDown(std::max(0.0, all_ms + once.value_or(0) - kLostMs));
  }
  floors.by_classes = FloorsByClasses();
  // A CPU that takes nothing but what accelerators leave changes nothing.
  std::vector<std::shared_ptr<Walker>> takers;
  for (std::size_t c = 0; c < walkers_.size(); ++c) {
    if (!models_[c].unmapped_ops_only) takers.push_back(walkers_[c]);
  }
  floors.together = [takers](int num_stages) {
    std::optional<double> least;
    for (const auto& taker : takers) {
      const double ms = taker->TogetherFloor(num_stages);
      least = std::min(least.value_or(ms), ms);
    }
    return RoundedDown(least.value_or(0));
  };
  return floors;
}

}  // namespace coralline
