#include "coralline/runtime/planned_deployer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coralline/runtime/internal/device_choice.h"
#include "coralline/runtime/internal/kind_costs.h"
#include "coralline/runtime/internal/loaded_segments.h"
#include "coralline/runtime/internal/usable_devices.h"
#include "coralline/runtime/internal/whole_copies.h"
#include "coralline/tflite/writer.h"

namespace coralline {
namespace {

// Each takes a plan and a load; a model that is refused as often is not one for
// these devices.
constexpr int kMostRefused = 30;

// To look at other orders of the ops than the model's. The pipeline stands
// still while it is planned again.
constexpr std::chrono::milliseconds kFirstTime(500);
constexpr std::chrono::milliseconds kTimeAgain(50);

std::vector<std::string> NamesOf(const DevicePool& pool) {
  std::vector<std::string> names;
  for (const auto& device : pool.devices) names.push_back(device->name());
  const std::vector<std::string> plain = names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::count(plain.begin(), plain.end(), plain[i]) == 1) continue;
    names[i] += fmt::format(" #{}", i);
  }
  return names;
}

bool KeepsState(const Graph& graph) {
  return std::any_of(graph.tensors.begin(), graph.tensors.end(),
                     [](const Tensor& tensor) { return tensor.is_variable; });
}

std::vector<Segment> SegmentsOf(const std::vector<PlacedStage>& stages) {
  std::vector<Segment> segments;
  for (const PlacedStage& stage : stages) segments.push_back(stage.segment);
  return segments;
}

}  // namespace

PlannedDeployer::PlannedDeployer(const Model& model, DevicePool pool,
                                 PlannedDeployerOptions options)
    : model_(model),
      pool_(std::move(pool)),
      names_(NamesOf(pool_)),
      whole_(OpRange(0, model_.graph.num_ops())),
      max_replicas_(options.max_replicas),
      costs_(std::make_unique<internal::KindCosts>(
          model_, pool_.kinds, options.max_replicas, options.known)),
      loaded_(std::make_unique<internal::LoadedSegments>()),
      is_given_(options.first.has_value()) {
  if (!is_given_) return;
  Plan plan = PlanOf(*options.first);
  const auto period = plan.period;
  first_ = Choice{std::move(*options.first), std::move(plan), period};
}

PlannedDeployer::~PlannedDeployer() = default;

bool PlannedDeployer::IsPresent(int device) const {
  return pool_.devices[device]->is_present();
}

std::optional<double> PlannedDeployer::Temperature(int device) const {
  return pool_.devices[device]->temperature();
}

std::optional<Deployment> PlannedDeployer::Deploy(
    std::span<const DeviceHealth> devices) {
  std::vector<DeviceHealth> health(devices.begin(), devices.end());
  for (int i = 0; i < num_devices(); ++i) {
    // What hangs there must not run again.
    if (!health[i].usable) loaded_->Forget(i);
  }
  Deployment deployment{.can_rerun = !KeepsState(model_.graph)};
  while (auto choice = Choose(health)) {
    if (!Load(choice->stages, health, deployment)) continue;
    Finish(std::move(*choice), health, deployment);
    return deployment;
  }
  if (refusal_ && !has_deployed_) throw Error(*refusal_);
  return std::nullopt;
}

std::optional<PlannedDeployer::Choice> PlannedDeployer::Choose(
    std::span<const DeviceHealth> devices) const {
  const bool all_are_well = internal::AllAreWell(devices);
  if (first_ && all_are_well) return first_;
  const auto classes = internal::UsableClasses(pool_.kind_of, devices);
  auto planned =
      costs_->PlanOn(classes, has_deployed_ ? kTimeAgain : kFirstTime);
  auto copies =
      internal::CopiesOnUnequal(classes, whole_, max_replicas_, *costs_);
  if (copies && (!planned || copies->period <= planned->period)) {
    std::vector<PlacedStage> stages = {std::move(copies->stage)};
    Plan plan = PlanOf(stages);
    return Choice{std::move(stages), std::move(plan), copies->period};
  }
  if (!planned) return std::nullopt;
  auto stages = internal::ChooseDevices(
      *planned, classes, [this](int device, const Segment& segment) {
        return loaded_->Has(device, segment);
      });
  Plan plan = PlanOf(stages);
  if (all_are_well) plan.certificate = std::move(planned->certificate);
  return Choice{std::move(stages), std::move(plan), planned->period};
}

Plan PlannedDeployer::PlanOf(const std::vector<PlacedStage>& placed) const {
  std::vector<PlannedStage> stages;
  for (const PlacedStage& stage : placed) {
    const int kind = pool_.kind_of[stage.devices.front()];
    stages.push_back(
        {.segment = stage.segment,
         .device_class = kind,
         .replicas = static_cast<int>(stage.devices.size()),
         .cost = costs_->Of(stage.segment, kind).value_or(StageCost{})});
  }
  return MakePlan(std::move(stages),
                  std::vector<DeviceClass>(pool_.kinds.size()));
}

bool PlannedDeployer::IsLoaded(const std::vector<PlacedStage>& stages) const {
  return std::all_of(
      stages.begin(), stages.end(), [this](const PlacedStage& stage) {
        return std::all_of(
            stage.devices.begin(), stage.devices.end(),
            [&](int device) { return loaded_->Has(device, stage.segment); });
      });
}

bool PlannedDeployer::Load(const std::vector<PlacedStage>& stages,
                           std::vector<DeviceHealth>& devices,
                           Deployment& deployment) {
  deployment.stages.assign(stages.size(), {});
  const std::vector<Model> models =
      IsLoaded(stages) ? std::vector<Model>(stages.size())
                       : SplitModel(model_, SegmentsOf(stages));
  for (std::size_t i = 0; i < stages.size(); ++i) {
    for (const int device : stages[i].devices) {
      try {
        deployment.stages[i].push_back(
            LoadOn(device, stages[i].segment, models[i]));
      } catch (const Error& error) {
        TakeNote(error, device, stages[i].segment, devices, deployment);
        return false;
      }
    }
  }
  return true;
}

Replica PlannedDeployer::LoadOn(int device, const Segment& segment,
                                const Model& model) {
  Replica replica{.device = device,
                  .executable = loaded_->Find(device, segment)};
  if (!replica.executable) {
    // A device is not at fault where nobody can compile for it.
    if (has_deployed_ && !pool_.devices[device]->CanLoad(model)) {
      throw Error(ErrorKind::kModel,
                  fmt::format("{}: not compiled for {}, and there is no "
                              "compiler here; 'coralline compile' says what "
                              "to do",
                              model.name, names_[device]));
    }
    replica.executable = pool_.devices[device]->Load(model);
    loaded_->Add(device, segment, replica.executable);
  }
  const int kind = pool_.kind_of[device];
  const auto cost = costs_->Of(segment, kind);
  if (cost && costs_->OriginOf(segment, kind) != Origin::kEstimated) {
    replica.predicted = cost->busy;
  }
  return replica;
}

// Called while the error is handled.
void PlannedDeployer::TakeNote(const Error& error, int device,
                               const Segment& segment,
                               std::vector<DeviceHealth>& devices,
                               Deployment& deployment) {
  if (error.kind() == ErrorKind::kDevice && has_deployed_) {
    devices[device].usable = false;
    loaded_->Forget(device);
    deployment.failed.push_back(device);
    return;
  }
  const bool is_strict = is_given_ && !has_deployed_;
  if (error.kind() != ErrorKind::kModel || is_strict ||
      ++num_refused_ > kMostRefused) {
    throw;
  }
  refusal_ = error;
  costs_->Refuse(segment, pool_.kind_of[device]);
  first_.reset();
}

void PlannedDeployer::Finish(Choice choice,
                             std::span<const DeviceHealth> devices,
                             Deployment& deployment) {
  loaded_->Finish();
  has_deployed_ = true;
  origins_.clear();
  for (const PlannedStage& stage : choice.plan.stages) {
    origins_.push_back(costs_->OriginOf(stage.segment, stage.device_class));
  }
  const bool is_known =
      std::count(origins_.begin(), origins_.end(), Origin::kEstimated) == 0;
  if (is_known) deployment.period = choice.period;
  plan_ = choice.plan;
  if (!first_ && internal::AllAreWell(devices)) first_ = std::move(choice);
}

}  // namespace coralline
