#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coralline/device/device.h"

namespace coralline::internal {

/// Parts of a segment that run one after another as if they were one, such as
/// an accelerator's and what its host computes. Joined by the tensors' names.
class JoinedExecutable : public Executable {
 public:
  /// `inputs` and `outputs` are the segment's. Requires that each tensor that a
  /// part takes is one of the inputs or comes from a part in front of it, and
  /// that a part gives each output.
  JoinedExecutable(std::vector<std::unique_ptr<Executable>> parts,
                   std::vector<TensorSpec> inputs,
                   std::vector<TensorSpec> outputs);

  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  std::string description() const override;
  void BindThread() override;
  void Upload() override;
  void Run(std::span<const ConstBytes> inputs,
           std::span<const MutableBytes> outputs) override;
  void Abandon() override;
  void ResetState() override;
  /// Of the part that is emulated.
  const EmulatedRun* last_emulated_run() const override;

 private:
  // Where a tensor lies: an input or output of the segment, or between parts.
  struct Place {
    enum Kind { kInput, kOutput, kBetween } kind = kBetween;
    std::size_t index = 0;
  };
  Place PlaceOf(const TensorSpec& tensor);

  std::vector<std::unique_ptr<Executable>> parts_;
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  std::vector<std::string> names_;  // of the tensors between parts
  std::vector<TensorData> between_;
  std::vector<std::vector<Place>> takes_;  // of each part
  std::vector<std::vector<Place>> gives_;
};

}  // namespace coralline::internal
