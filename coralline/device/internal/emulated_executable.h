#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "coralline/device/device.h"
#include "coralline/device/internal/fault_state.h"
#include "coralline/sim/segment_cost.h"

namespace coralline::internal {

/// What EmulatedDevice loads.
class EmulatedExecutable : public Executable {
 public:
  /// `device` names the device in errors and reports. `compute` may be null.
  EmulatedExecutable(const Model& segment, const SegmentCost& cost,
                     std::string device, std::unique_ptr<Executable> compute,
                     std::shared_ptr<FaultState> faults);

  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  std::string description() const override;
  const EmulatedRun* last_emulated_run() const override { return &last_run_; }
  void BindThread() override;
  void Run(std::span<const ConstBytes> inputs,
           std::span<const MutableBytes> outputs) override;
  void Abandon() override;
  void ResetState() override;

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  [[noreturn]] void Fail(const InferenceFaults& faults,
                         std::string_view what) const;
  void Stall(const InferenceFaults& faults);
  void Infer(TimePoint start, double factor, std::span<const ConstBytes> inputs,
             std::span<const MutableBytes> outputs);
  void Fill(std::span<const ConstBytes> inputs,
            std::span<const MutableBytes> outputs);

  std::chrono::nanoseconds first_;
  std::chrono::nanoseconds warm_;
  bool is_first_ = true;
  EmulatedRun last_run_;
  std::string device_;
  std::unique_ptr<Executable> compute_;
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  std::shared_ptr<FaultState> faults_;
  int num_losses_ = 0;  // of the device until the last Run

  std::mutex mutex_;  // over what follows
  std::condition_variable abandoned_;
  bool is_abandoned_ = false;
};

/// Of a device that is lost, named as in errors.
[[noreturn]] void ThrowLost(std::string_view device);

}  // namespace coralline::internal
