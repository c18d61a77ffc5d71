#include "coralline/pipeline/internal/supervisor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace coralline::internal {

using std::chrono::nanoseconds;

static nanoseconds QuarantineOf(const PipelineOptions& options) {
  constexpr nanoseconds kWithoutWatchdog = std::chrono::seconds(1);
  return options.watchdog.count() > 0 ? options.watchdog : kWithoutWatchdog;
}

Supervisor::Supervisor(std::shared_ptr<Shared> shared,
                       std::unique_ptr<Deployer> deployer,
                       PipelineInterface interface)
    : shared_(std::move(shared)),
      window_(*shared_->window),
      deployer_(std::move(deployer)),
      interface_(std::move(interface)),
      devices_(deployer_->num_devices(), QuarantineOf(shared_->options)),
      events_(shared_->start, shared_->options.on_event),
      next_rebalance_(Clock::now() + shared_->options.rebalance) {
  auto deployment = AskDeployer();
  if (!deployment) {
    throw last_error_.value_or(
        Error(ErrorKind::kDevice, "the devices cannot run the model"));
  }
  current_ = Launch(std::move(*deployment));
  window_.Roll(current_);
  thread_ = std::thread([this] { Loop(); });
}

Supervisor::~Supervisor() {
  ending_ = true;
  shared_->reports.Notify();
  thread_.join();
  StopAll();
  for (const auto& generation : live_) {
    for (const auto& worker : generation->workers()) {
      if (worker->thread.joinable()) worker->thread.detach();
    }
  }
  window_.CancelAll();
}

void Supervisor::Loop() {
  while (!ending_) {
    auto faults = shared_->reports.Take(PollInterval());
    if (ending_) return;
    std::erase_if(faults, [this](const FaultReport& fault) {
      return !IsRunning(fault.generation);
    });
    Reap();
    for (const FaultReport& fault : faults) {
      MarkFailed(fault.device, EventKind::kDeviceFailed, fault.error);
    }
    for (FaultReport& stall : FindStalls()) {
      MarkFailed(stall.device, EventKind::kDeviceStalled, stall.error);
      faults.push_back(std::move(stall));
    }
    if (!faults.empty()) Recover(std::move(faults));
    Readmit();
    Rebalance();
  }
}

// Zero: only when something happens.
nanoseconds Supervisor::PollInterval() const {
  constexpr nanoseconds kLongest = std::chrono::milliseconds(250);
  const PipelineOptions& options = shared_->options;
  nanoseconds interval{0};
  const auto at_most = [&interval](nanoseconds limit) {
    interval = interval.count() > 0 ? std::min(interval, limit) : limit;
  };
  if (options.watchdog.count() > 0) at_most(options.watchdog / 4);
  if (options.rebalance.count() > 0) at_most(options.rebalance);
  if (!devices_.AllUsable() || !current_) {
    at_most(std::min(kLongest, devices_.quarantine() / 4));
  }
  return interval;
}

std::vector<FaultReport> Supervisor::FindStalls() const {
  std::vector<FaultReport> stalls;
  for (const auto& generation : live_) {
    if (generation->stopped()) continue;
    for (const auto& worker : generation->workers()) {
      if (!IsHung(*worker)) continue;
      const double watchdog_s =
          std::chrono::duration<double>(shared_->options.watchdog).count();
      stalls.push_back(
          {.generation = generation->number(),
           .device = worker->device(),
           .request = worker->request(),
           .in_request = !worker->is_uploading(),
           .error =
               Error(ErrorKind::kDevice,
                     fmt::format("{}: an inference has not ended within {} s",
                                 deployer_->device_name(worker->device()),
                                 watchdog_s))});
    }
  }
  return stalls;
}

void Supervisor::MarkFailed(int device, EventKind kind, const Error& error) {
  last_error_ = error;
  devices_.MarkFailed(device, Clock::now());
  events_.Add(kind, device, error.what());
}

void Supervisor::Recover(std::vector<FaultReport> faults) {
  StopAll();
  current_ = nullptr;
  auto deployment = can_rerun_ ? TryDeploy() : std::nullopt;
  if (deployment) {
    const std::string text = Describe(*deployment);
    try {
      current_ = Launch(std::move(*deployment));
      window_.Move(current_, faults);
      return events_.Add(EventKind::kDeployed, -1, text);
    } catch (const Error& error) {
      last_error_ = error;
    }
  }
  const Error error(
      ErrorKind::kDevice,
      fmt::format("{}: {}",
                  can_rerun_ ? "no device is left that runs the model"
                             : "the model's state is lost with its device",
                  last_error_->what()));
  events_.Add(EventKind::kNoDevice, -1, error.what());
  window_.FailAll(error);
}

// Until all threads have ended but for those that hang in an inference.
void Supervisor::StopAll() {
  for (const auto& generation : live_) generation->Stop();
  for (bool has_ended = false; !has_ended;) {
    has_ended = true;
    for (const auto& generation : live_) {
      for (const auto& worker : generation->workers()) {
        if (worker->exited) continue;
        has_ended = has_ended && IsHung(*worker);
        if (!IsHung(*worker)) continue;
        worker->replica().executable->Abandon();
        if (!devices_.is_usable(worker->device())) continue;
        MarkFailed(
            worker->device(), EventKind::kDeviceStalled,
            Error(ErrorKind::kDevice,
                  fmt::format("{}: an inference does not end",
                              deployer_->device_name(worker->device()))));
      }
    }
    if (!has_ended) std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  Reap();
}

bool Supervisor::IsHung(const Worker& worker) const {
  // A device that is opened for it may start its firmware first.
  constexpr nanoseconds kUpload = std::chrono::seconds(10);
  const nanoseconds watchdog = shared_->options.watchdog;
  const nanoseconds limit =
      worker.is_uploading() ? std::max(watchdog, kUpload) : watchdog;
  return watchdog.count() > 0 && worker.AtWork() > limit;
}

// Whether a thread of a generation that was given up still uses the device.
bool Supervisor::IsHung(int device) const {
  for (const auto& generation : live_) {
    if (!generation->stopped()) continue;
    for (const auto& worker : generation->workers()) {
      if (worker->device() == device && !worker->exited) return true;
    }
  }
  return false;
}

// Whether requests are still in the generation before the current one: another
// one could take devices that its threads wait for.
bool Supervisor::IsRolling() const {
  return std::any_of(live_.begin(), live_.end(), [this](const auto& each) {
    return each != current_ && !each->stopped();
  });
}

bool Supervisor::IsRunning(std::uint64_t number) const {
  return std::any_of(live_.begin(), live_.end(), [number](const auto& each) {
    return each->number() == number && !each->stopped();
  });
}

void Supervisor::Reap() {
  std::erase_if(live_, [](const auto& generation) {
    if (!generation->HasEnded()) return false;
    for (const auto& worker : generation->workers()) {
      if (worker->thread.joinable()) worker->thread.join();
    }
    return true;
  });
}

std::optional<Deployment> Supervisor::AskDeployer() {
  constexpr int kPause = 4;  // quarantines, as planning takes time
  next_try_ = Clock::now() + kPause * devices_.quarantine();
  try {
    auto deployment = deployer_->Deploy(devices_.HealthToPlanWith());
    if (!deployment) return std::nullopt;
    for (const int device : deployment->failed) {
      MarkFailed(device, EventKind::kDeviceFailed,
                 Error(ErrorKind::kDevice,
                       fmt::format("{}: does not load its segment",
                                   deployer_->device_name(device))));
    }
    return deployment;
  } catch (const Error& error) {
    last_error_ = error;
    return std::nullopt;
  }
}

// Where nothing runs without them: devices that answer and have not failed
// often of late.
bool Supervisor::GiveSecondChance() {
  bool is_given = false;
  for (int d = 0; d < devices_.size(); ++d) {
    if (!devices_.MayRetryAtOnce(d) || IsHung(d) || !deployer_->IsPresent(d)) {
      continue;
    }
    devices_.MarkUsable(d);
    is_given = true;
  }
  return is_given;
}

std::optional<Deployment> Supervisor::TryDeploy() {
  auto deployment = AskDeployer();
  if (!deployment && GiveSecondChance()) deployment = AskDeployer();
  return deployment;
}

std::shared_ptr<Generation> Supervisor::Launch(Deployment deployment) {
  can_rerun_ = deployment.can_rerun;
  auto generation =
      std::make_shared<Generation>(++num_generations_, shared_, interface_,
                                   std::move(deployment), window_.size());
  live_.push_back(generation);
  return generation;
}

// While requests go on.
void Supervisor::SwitchTo(Deployment deployment, EventKind kind) {
  const std::string text =
      (kind == EventKind::kRebalanced ? "times have drifted: " : "") +
      Describe(deployment);
  const bool was_running = current_ != nullptr;
  try {
    current_ = Launch(std::move(deployment));
  } catch (const Error& error) {
    return events_.Add(EventKind::kDeviceFailed, -1, error.what());
  }
  was_running ? window_.Roll(current_) : window_.Move(current_, {});
  events_.Add(kind, -1, text);
}

bool Supervisor::RunsAlready(const Deployment& deployment) const {
  if (!current_) return false;
  const auto& running = current_->deployment().stages;
  return std::equal(running.begin(), running.end(), deployment.stages.begin(),
                    deployment.stages.end(), [](const auto& a, const auto& b) {
                      return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                                        [](const Replica& x, const Replica& y) {
                                          return x.executable == y.executable;
                                        });
                    });
}

void Supervisor::Readmit() {
  if (!can_rerun_ || IsRolling()) return;
  bool has_returned = false;
  for (int d = 0; d < devices_.size(); ++d) {
    if (!devices_.MayRetry(d, Clock::now()) || IsHung(d) ||
        !deployer_->IsPresent(d)) {
      continue;
    }
    devices_.MarkUsable(d);
    has_returned = true;
    events_.Add(EventKind::kDeviceReturned, d,
                fmt::format("{} is used again", deployer_->device_name(d)));
  }
  // Devices that count as usable may not have loaded their segments last time.
  const bool is_to_try = !current_ && Clock::now() >= next_try_;
  if (!has_returned && !is_to_try) return;
  auto deployment = AskDeployer();
  if (!deployment || RunsAlready(*deployment)) return;
  SwitchTo(std::move(*deployment), EventKind::kDeployed);
}

void Supervisor::Rebalance() {
  const nanoseconds interval = shared_->options.rebalance;
  if (interval.count() == 0 || !can_rerun_ || !current_ || IsRolling() ||
      Clock::now() < next_rebalance_) {
    return;
  }
  next_rebalance_ = Clock::now() + interval;
  if (!devices_.Measure(current_->workers())) return;
  auto deployment = AskDeployer();
  const auto period = devices_.MeasuredPeriod(*current_);
  constexpr double kWorthwhile = 0.95;
  if (!deployment || RunsAlready(*deployment) || !period ||
      deployment->period > kWorthwhile * *period) {
    return;
  }
  SwitchTo(std::move(*deployment), EventKind::kRebalanced);
}

std::string Supervisor::Describe(const Deployment& deployment) const {
  std::string text;
  for (const auto& stage : deployment.stages) {
    if (!text.empty()) text += " | ";
    for (std::size_t r = 0; r < stage.size(); ++r) {
      text += r == 0 ? "" : ", ";
      text += deployer_->device_name(stage[r].device);
    }
  }
  const std::size_t num_stages = deployment.stages.size();
  text = fmt::format("now {} stage{}: {}", num_stages,
                     num_stages == 1 ? "" : "s", text);
  if (deployment.period.count() > 0) {
    text += fmt::format(
        "; {:.3f} ms between results planned",
        std::chrono::duration<double, std::milli>(deployment.period).count());
  }
  return text;
}

}  // namespace coralline::internal
