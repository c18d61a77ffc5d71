#include "coralline/device/internal/emulated_executable.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/device/precise_wait.h"

namespace coralline::internal {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

static nanoseconds Nanoseconds(double ms) {
  return nanoseconds(std::llround(ms * 1e6));
}

void ThrowLost(std::string_view device) {
  throw Error(ErrorKind::kDevice,
              fmt::format("{} is lost (fault injected)", device));
}

EmulatedExecutable::EmulatedExecutable(const Model& segment,
                                       const SegmentCost& cost,
                                       std::string device,
                                       std::unique_ptr<Executable> compute,
                                       std::shared_ptr<FaultState> faults)
    : first_(Nanoseconds(cost.first_ms())),
      warm_(Nanoseconds(cost.warm_ms())),
      device_(std::move(device)),
      compute_(std::move(compute)),
      inputs_(compute_ ? compute_->inputs()
                       : SpecsOf(segment.graph, segment.graph.inputs)),
      outputs_(compute_ ? compute_->outputs()
                        : SpecsOf(segment.graph, segment.graph.outputs)),
      faults_(std::move(faults)) {
  last_run_.computes = compute_ != nullptr;
}

std::string EmulatedExecutable::description() const {
  if (!compute_) return device_;
  return fmt::format("{}; outputs by {}", device_, compute_->description());
}

void EmulatedExecutable::BindThread() {
  SleepPunctually();
  if (compute_) compute_->BindThread();
}

void EmulatedExecutable::Run(std::span<const ConstBytes> inputs,
                             std::span<const MutableBytes> outputs) {
  auto start = steady_clock::now();
  CORALLINE_CHECK(inputs.size() == inputs_.size());
  CORALLINE_CHECK(outputs.size() == outputs_.size());
  const InferenceFaults faults = faults_->Start(start);
  if (faults.is_lost) ThrowLost(device_);
  // A device that was away has lost its parameters.
  if (std::exchange(num_losses_, faults.num_losses) != faults.num_losses) {
    is_first_ = true;
  }
  if (faults.fails) Fail(faults, "failed (fault injected)");
  if (faults.stall > nanoseconds(0)) {
    Stall(faults);
    start = steady_clock::now();
  }
  Infer(start, faults.factor, inputs, outputs);
  if (faults_->NumLosses(steady_clock::now()) != num_losses_) {
    ThrowLost(device_);
  }
}

void EmulatedExecutable::Fail(const InferenceFaults& faults,
                              std::string_view what) const {
  throw Error(ErrorKind::kDevice,
              fmt::format("{}: inference {} {}", device_, faults.number, what));
}

void EmulatedExecutable::Stall(const InferenceFaults& faults) {
  std::unique_lock lock(mutex_);
  if (abandoned_.wait_for(lock, faults.stall, [&] { return is_abandoned_; })) {
    Fail(faults, "hung (fault injected) and was abandoned");
  }
}

void EmulatedExecutable::Infer(TimePoint start, double factor,
                               std::span<const ConstBytes> inputs,
                               std::span<const MutableBytes> outputs) {
  last_run_.simulated = std::exchange(is_first_, false) ? first_ : warm_;
  const auto deadline =
      start + std::chrono::round<nanoseconds>(last_run_.simulated * factor);
  Fill(inputs, outputs);
  last_run_.overshoot.reset();
  if (compute_ && steady_clock::now() > deadline) return;
  last_run_.overshoot = WaitUntil(deadline) - deadline;
}

void EmulatedExecutable::Fill(std::span<const ConstBytes> inputs,
                              std::span<const MutableBytes> outputs) {
  if (compute_) return compute_->Run(inputs, outputs);
  for (const MutableBytes output : outputs) {
    std::fill(output.begin(), output.end(), std::byte{0});
  }
}

void EmulatedExecutable::Abandon() {
  const std::lock_guard lock(mutex_);
  is_abandoned_ = true;
  abandoned_.notify_all();
}

void EmulatedExecutable::ResetState() {
  if (compute_) compute_->ResetState();
}

}  // namespace coralline::internal
