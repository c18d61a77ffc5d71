#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "coralline/pipeline/internal/device_book.h"
#include "coralline/pipeline/internal/event_log.h"
#include "coralline/pipeline/internal/window.h"

namespace coralline::internal {

/// Looks after what runs: deploys at the start, notices devices that fail or
/// hang, deploys again on the others and moves the requests there, takes
/// devices back, and deploys again where times drift. A thread of its own,
/// which sleeps where there is nothing to look at.
class Supervisor {
 public:
  /// Throws Error(kDevice) where there is no deployment.
  Supervisor(std::shared_ptr<Shared> shared, std::unique_ptr<Deployer> deployer,
             PipelineInterface interface);
  /// Ends all threads but those that hang.
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  const Deployer& deployer() const { return *deployer_; }
  const PipelineInterface& interface() const { return interface_; }
  std::vector<PipelineEvent> events() const { return events_.All(); }

 private:
  void Loop();
  std::chrono::nanoseconds PollInterval() const;

  void Recover(std::vector<FaultReport> faults);
  std::vector<FaultReport> FindStalls() const;
  void MarkFailed(int device, EventKind kind, const Error& error);
  void StopAll();
  bool IsHung(const Worker& worker) const;
  bool IsHung(int device) const;
  bool IsRolling() const;
  bool IsRunning(std::uint64_t generation) const;
  void Reap();

  std::optional<Deployment> AskDeployer();
  bool GiveSecondChance();
  std::shared_ptr<Generation> Launch(Deployment deployment);
  std::optional<Deployment> TryDeploy();
  bool RunsAlready(const Deployment& deployment) const;
  void SwitchTo(Deployment deployment, EventKind kind);
  std::string Describe(const Deployment& deployment) const;

  void Readmit();
  void Rebalance();

  std::shared_ptr<Shared> shared_;
  Window& window_;
  std::unique_ptr<Deployer> deployer_;
  PipelineInterface interface_;
  DeviceBook devices_;
  EventLog events_;
  std::uint64_t num_generations_ = 0;
  std::vector<std::shared_ptr<Generation>> live_;  // with threads
  std::shared_ptr<Generation> current_;            // null without any
  std::optional<Error> last_error_;
  bool can_rerun_ = true;
  Clock::time_point next_rebalance_;
  Clock::time_point next_try_;  // where nothing runs

  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace coralline::internal
