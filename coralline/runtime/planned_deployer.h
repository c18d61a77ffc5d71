#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/pipeline/deployment.h"
#include "coralline/plan/plan.h"
#include "coralline/planning/plan_document.h"
#include "coralline/runtime/device_pool.h"
#include "coralline/runtime/placed_stage.h"

namespace coralline {

namespace internal {
class KindCosts;
class LoadedSegments;
}  // namespace internal

struct PlannedDeployerOptions {
  int max_replicas = 16;
  /// Costs that are known; KnownCost::device_class is a kind of the pool.
  std::vector<KnownCost> known;
  /// What to run as long as all devices are usable and none is slowed down.
  /// Absent: what is planned then. Requires that it covers the model, and each
  /// device at most once.
  std::optional<std::vector<PlacedStage>> first;
};

/// Plans for the throughput of the usable devices, each with its slowdown, and
/// loads what is not loaded yet. Devices keep the segments that they have
/// loaded where the plan allows it.
///
/// A device that fails to load is left out; a segment that one refuses is left
/// to other kinds of devices, or cut otherwise. The first deployment is strict:
/// a device that fails throws its Error(kDevice), and a segment that is refused
/// its Error(kModel), where it is of PlannedDeployerOptions::first or leaves no
/// plan.
///
/// Planning again takes 50 ms at most, or what the model's own order of ops
/// takes where that is more. Once all is well again, the first deployment is
/// used again.
class PlannedDeployer : public Deployer {
 public:
  PlannedDeployer(const Model& model, DevicePool pool,
                  PlannedDeployerOptions options);
  ~PlannedDeployer() override;

  int num_devices() const override { return pool_.num_devices(); }
  /// "cpu:0"; "emulated:edgetpu-pcie #1" where several have the name.
  std::string device_name(int device) const override { return names_[device]; }
  std::optional<Deployment> Deploy(
      std::span<const DeviceHealth> devices) override;
  bool IsPresent(int device) const override;
  std::optional<double> Temperature(int device) const override;

  /// The newest deployment, as it was planned: device classes are kinds of the
  /// pool, costs those of devices that are not slowed down. Has a certificate
  /// where it was planned for devices that all are well.
  const Plan& plan() const { return plan_; }
  /// Of its stages' costs.
  const std::vector<Origin>& origins() const { return origins_; }
  const DevicePool& pool() const { return pool_; }

 private:
  // What is to be loaded.
  struct Choice {
    std::vector<PlacedStage> stages;
    Plan plan;
    std::chrono::nanoseconds period{0};  // with slowdowns
  };

  std::optional<Choice> Choose(std::span<const DeviceHealth> devices) const;
  // Without what devices are slowed down by.
  Plan PlanOf(const std::vector<PlacedStage>& stages) const;
  // False where something failed, which is taken note of in both.
  bool Load(const std::vector<PlacedStage>& stages,
            std::vector<DeviceHealth>& devices, Deployment& deployment);
  Replica LoadOn(int device, const Segment& segment, const Model& model);
  bool IsLoaded(const std::vector<PlacedStage>& stages) const;
  void TakeNote(const Error& error, int device, const Segment& segment,
                std::vector<DeviceHealth>& devices, Deployment& deployment);
  void Finish(Choice choice, std::span<const DeviceHealth> devices,
              Deployment& deployment);

  const Model model_;
  const DevicePool pool_;
  const std::vector<std::string> names_;
  const Segment whole_;
  const int max_replicas_;
  std::unique_ptr<internal::KindCosts> costs_;
  std::unique_ptr<internal::LoadedSegments> loaded_;
  std::optional<Choice> first_;
  bool is_given_;  // first_, by the options
  bool has_deployed_ = false;
  int num_refused_ = 0;
  std::optional<Error> refusal_;  // the last one
  Plan plan_;
  std::vector<Origin> origins_;
};

}  // namespace coralline
