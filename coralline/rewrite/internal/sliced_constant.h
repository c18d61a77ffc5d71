#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "coralline/tflite/model.h"

namespace coralline::internal {

/// A part of a constant along one dimension.
class SlicedConstant {
 public:
  /// The slices [begin, end) along `axis`, which is the first or the last
  /// dimension. Keeps a reference to the model. Requires 8-bit elements or
  /// more, and content of the size that the shape tells.
  SlicedConstant(const Model& model, int tensor, int axis, int begin, int end);
  SlicedConstant(const SlicedConstant&) = delete;
  SlicedConstant& operator=(const SlicedConstant&) = delete;

  /// Under the name of the whole.
  const Tensor& tensor() const { return tensor_; }
  std::span<const std::byte> data() const { return data_; }

 private:
  Tensor tensor_;
  std::vector<std::byte> storage_;  // empty where the slices lie together
  std::span<const std::byte> data_;
};

}  // namespace coralline::internal
