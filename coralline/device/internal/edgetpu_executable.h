#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/device/device.h"
#include "coralline/device/edgetpu_device.h"
#include "coralline/device/internal/edgetpu_library.h"
#include "coralline/device/internal/edgetpu_slot.h"

namespace coralline::internal {

/// How an Edge TPU is opened, and what it is called in messages.
struct EdgeTpuOpening {
  const EdgeTpuLibrary& library;
  std::string name;  ///< "edgetpu:pci:0"
  EdgeTpuAddress address;
  EdgeTpuOptions options;

  /// "edgetpu:pci:0 (/dev/apex_0)".
  std::string Text() const;
  bool IsListed() const;
  /// "edgetpu:pci:0 (/dev/apex_0) is lost: why".
  [[noreturn]] void ThrowLost(std::string_view why) const;
};

/// Opened by the Turn of the slot that it runs in, unless it is open already.
class EdgeTpuExecutable : public Executable {
 public:
  /// `segment` has the interface, in its order; `compiled` runs, with the same
  /// tensors by name. Opens the device, unless another executable has it open.
  /// Throws as EdgeTpuDevice::Load does.
  EdgeTpuExecutable(const Graph& segment, Model compiled,
                    EdgeTpuOpening opening, std::shared_ptr<EdgeTpuSlot> slot);
  ~EdgeTpuExecutable() override;

  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  std::string description() const override;
  void Upload() override;
  void Run(std::span<const ConstBytes> inputs,
           std::span<const MutableBytes> outputs) override;
  void Abandon() override { slot_->Abandon(this); }
  void ResetState() override;

 private:
  Interpreter& OpenIn(EdgeTpuSlot::Turn& turn);
  Interpreter CreateInterpreter() const;
  Interpreter::Owned<TfLiteDelegate> CreateDelegate() const;
  void CheckSizes(const Interpreter& interpreter) const;
  void Invoke(EdgeTpuSlot::Turn& turn, Interpreter& interpreter);

  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  Model compiled_;
  // The compiled model's index of each of ours.
  std::vector<int> input_of_;
  std::vector<int> output_of_;
  EdgeTpuOpening opening_;
  std::shared_ptr<EdgeTpuSlot> slot_;
};

}  // namespace coralline::internal
