#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "coralline/tflite/model.h"
#include "coralline/tflite/op_options.h"
#include "coralline/tflite/reader.h"

namespace coralline {

/// Assembles a model: tensors first, then the ops that use them, in execution
/// order. Shapes and quantization are the caller's to get right.
class ModelBuilder {
 public:
  /// `expected_bytes` reserves storage, so that large constants are not moved.
  explicit ModelBuilder(std::size_t expected_bytes = 1 << 16);
  ~ModelBuilder();
  ModelBuilder(const ModelBuilder&) = delete;
  ModelBuilder& operator=(const ModelBuilder&) = delete;

  /// These return the index of the new tensor. Tensor::constant_bytes is
  /// ignored: it follows from the function.
  int AddInput(const Tensor& tensor);
  int AddActivation(const Tensor& tensor);
  int AddConstant(const Tensor& tensor, std::span<const std::byte> data);

  /// A tensor of another model with all that it has; its content is written
  /// once for all tensors of that model that share it. An input becomes one by
  /// SetInputs only. The model must outlive the builder.
  int AddCopy(const Model& source, int tensor);

  void AddOp(const Op& op, const OpOptions& options = {});
  /// With the options of an op of another model. Throws Error(kModel) where
  /// they cannot be copied (see ExtractSegment).
  void AddOpLike(const Op& op, const Model& source, int source_op);
  /// A custom operator, with its options as its library takes them.
  void AddCustomOp(const Op& op, std::span<const std::byte> options);
  /// Instead of those of AddInput, in their order.
  void SetInputs(std::vector<int> inputs);
  void SetOutputs(std::vector<int> outputs);

  /// Finishes and verifies the model; the builder is used up. Throws
  /// Error(kModel) as ParseTflite does, where the parts do not fit.
  Model Build(const std::string& name, Compiled compiled = Compiled::kRefuse);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace coralline
