#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "coralline/device/cpu_device.h"
#include "coralline/device/tensor_data.h"
#include "coralline/tflite/model.h"

namespace coralline::cli {

/// Compares the outputs of a run with those of a model on the CPU.
class OutputCheck {
 public:
  /// What the model gives for each input set. Throws Error(kModel) where its
  /// interface is another one than `inputs` and `outputs`, and as
  /// CpuDevice::Load does.
  OutputCheck(const Model& reference, const std::vector<TensorSpec>& inputs,
              const std::vector<TensorSpec>& outputs,
              const std::vector<std::vector<TensorData>>& input_sets,
              CpuKernels kernels);

  /// The outputs of one request, whose inputs were this set.
  void Add(std::size_t set, std::span<const ConstBytes> outputs);

  const std::string& reference() const { return reference_; }
  std::int64_t compared() const { return compared_; }
  std::int64_t different() const { return different_; }
  /// Of 8-bit values, in steps of the quantization; of other types, in bytes.
  int largest() const { return largest_; }
  /// The first difference in words; empty where all are equal.
  const std::string& first() const { return first_; }

 private:
  void Compare(std::size_t output, ConstBytes expected, ConstBytes found);

  std::string reference_;
  std::vector<TensorSpec> specs_;
  std::vector<std::vector<TensorData>> expected_;  // of each set
  std::int64_t compared_ = 0;
  std::int64_t different_ = 0;
  int largest_ = 0;
  std::string first_;
};

}  // namespace coralline::cli
