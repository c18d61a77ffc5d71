#include "coralline/pipeline/internal/supervisor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace coralline::internal {

using std::chrono::nanoseconds;

Supervisor::Supervisor(std::shared_ptr<Shared> shared,
                       std::unique_ptr<Deployer> deployer,
                       PipelineInterface interface)
    : shared_(std::move(shared)),
      window_(*shared_->window),
      deployer_(std::move(deployer)),
      interface_(std::move(interface)),
      devices_(deployer_->num_devices()),
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

nanoseconds Supervisor::PollInterval() const {
  constexpr nanoseconds kLongest = std::chrono::milliseconds(250);
  const PipelineOptions& options = shared_->options;
  const bool is_all_well =
      std::all_of(devices_.begin(), devices_.end(),
                  [](const auto& device) { return device.health.usable; });
  nanoseconds interval{0};
  const auto at_most = [&interval](nanoseconds limit) {
    interval = interval.count() > 0 ? std::min(interval, limit) : limit;
  };
  if (options.watchdog.count() > 0) at_most(options.watchdog / 4);
  if (options.rebalance.count() > 0) at_most(options.rebalance);
  if (!is_all_well) at_most(std::min(kLongest, Quarantine(1) / 4));
  return interval;
}

nanoseconds Supervisor::Quarantine(int failures) const {
  constexpr nanoseconds kWithoutWatchdog = std::chrono::seconds(1);
  const nanoseconds watchdog = shared_->options.watchdog;
  const nanoseconds once = watchdog.count() > 0 ? watchdog : kWithoutWatchdog;
  return once * (1 << std::min(failures - 1, 6));
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
  DeviceState& state = devices_[device];
  last_error_ = error;
  const auto now = Clock::now();
  if (now > state.retry_at + 8 * Quarantine(1)) state.failures = 0;
  ++state.failures;
  state.retry_at = now + Quarantine(state.failures);
  state.health = {.usable = false};
  Tell(kind, device, error.what());
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
      return Tell(EventKind::kDeployed, -1, text);
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
  Tell(EventKind::kNoDevice, -1, error.what());
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
        if (!devices_[worker->device()].health.usable) continue;
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
  const nanoseconds watchdog = shared_->options.watchdog;
  return watchdog.count() > 0 && worker.AtWork() > watchdog;
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
  for (const auto& generation : live_) {
    for (const auto& worker : generation->workers()) {
      if (worker->exited && worker->thread.joinable()) worker->thread.join();
    }
  }
  std::erase_if(live_, [](const auto& each) { return each->AllExited(); });
}

std::optional<Deployment> Supervisor::AskDeployer() {
  std::vector<DeviceHealth> health;
  for (DeviceState& device : devices_) {
    health.push_back(device.health);
    device.planned_slowdown = device.health.slowdown;
  }
  try {
    auto deployment = deployer_->Deploy(health);
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
  constexpr int kMostFailures = 3;
  bool is_given = false;
  for (std::size_t d = 0; d < devices_.size(); ++d) {
    DeviceState& device = devices_[d];
    const int number = static_cast<int>(d);
    if (device.health.usable || device.failures >= kMostFailures ||
        IsHung(number) || !deployer_->IsPresent(number)) {
      continue;
    }
    device.health.usable = true;
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
  const std::string text = Describe(deployment);
  const bool was_running = current_ != nullptr;
  try {
    current_ = Launch(std::move(deployment));
  } catch (const Error& error) {
    return Tell(EventKind::kDeviceFailed, -1, error.what());
  }
  was_running ? window_.Roll(current_) : window_.Move(current_, {});
  Tell(kind, -1, text);
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
  const auto now = Clock::now();
  bool has_returned = false;
  for (std::size_t d = 0; d < devices_.size(); ++d) {
    DeviceState& device = devices_[d];
    const int number = static_cast<int>(d);
    if (device.health.usable || now < device.retry_at) continue;
    if (IsHung(number) || !deployer_->IsPresent(number)) continue;
    device.health.usable = true;
    has_returned = true;
    Tell(EventKind::kDeviceReturned, number,
         fmt::format("{} is used again", deployer_->device_name(number)));
  }
  if (!has_returned) return;
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
  if (!NoticeDrift()) return;
  auto deployment = AskDeployer();
  const auto period = MeasuredPeriod();
  constexpr double kWorthwhile = 0.95;
  if (!deployment || RunsAlready(*deployment) || !period ||
      deployment->period > kWorthwhile * *period) {
    return;
  }
  SwitchTo(std::move(*deployment), EventKind::kRebalanced);
}

// Times far from what the last deployment was planned with. Devices that are
// not used are taken to recover slowly.
bool Supervisor::NoticeDrift() {
  constexpr int kEnough = 8;
  constexpr double kRecovery = 0.9;
  constexpr double kDrift = 0.15;
  std::vector<bool> is_used(devices_.size());
  for (const auto& worker : current_->workers()) {
    const Histogram recent = worker->TakeRecent();
    const nanoseconds predicted = worker->replica().predicted;
    is_used[worker->device()] = true;
    if (recent.count() < kEnough || predicted.count() == 0) continue;
    DeviceState& device = devices_[worker->device()];
    device.measured = recent.Percentile(50);
    device.health.slowdown = static_cast<double>(device.measured.count()) /
                             static_cast<double>(predicted.count());
  }
  bool has_drifted = false;
  for (std::size_t d = 0; d < devices_.size(); ++d) {
    double& slowdown = devices_[d].health.slowdown;
    if (!is_used[d]) slowdown = 1 + (slowdown - 1) * kRecovery;
    const double drift = slowdown / devices_[d].planned_slowdown;
    has_drifted = has_drifted || drift > 1 + kDrift || drift < 1 / (1 + kDrift);
  }
  return has_drifted;
}

// Time between results that the measured times allow what runs now.
std::optional<nanoseconds> Supervisor::MeasuredPeriod() const {
  std::vector<double> per_ns(current_->num_stages());
  for (const auto& worker : current_->workers()) {
    const nanoseconds measured = devices_[worker->device()].measured;
    if (measured.count() == 0) return std::nullopt;
    per_ns[worker->stage()] += 1 / static_cast<double>(measured.count());
  }
  const double slowest = *std::min_element(per_ns.begin(), per_ns.end());
  return nanoseconds(static_cast<std::int64_t>(1 / slowest));
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

void Supervisor::Tell(EventKind kind, int device, std::string text) {
  constexpr std::size_t kMostEvents = 1000;
  const PipelineEvent event{.at = Clock::now() - shared_->start,
                            .kind = kind,
                            .device = device,
                            .text = std::move(text)};
  {
    const std::lock_guard lock(events_mutex_);
    events_.push_back(event);
    if (events_.size() > kMostEvents) events_.pop_front();
  }
  if (shared_->options.on_event) shared_->options.on_event(event);
}

std::vector<PipelineEvent> Supervisor::events() const {
  const std::lock_guard lock(events_mutex_);
  return {events_.begin(), events_.end()};
}

}  // namespace coralline::internal
