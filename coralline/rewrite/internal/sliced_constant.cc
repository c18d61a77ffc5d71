#include "coralline/rewrite/internal/sliced_constant.h"

namespace coralline::internal {
namespace {

template <typename T>
void Slice(std::vector<T>& values, int begin, int end) {
  if (values.size() <= 1) return;
  values = {values.begin() + begin, values.begin() + end};
}

}  // namespace

SlicedConstant::SlicedConstant(const Model& model, int tensor, int axis,
                               int begin, int end)
    : tensor_(model.graph.tensors[tensor]) {
  const auto whole = ConstantData(model, tensor);
  const auto channels = static_cast<std::size_t>(tensor_.shape[axis]);
  const auto first = static_cast<std::size_t>(begin);
  const auto count = static_cast<std::size_t>(end - begin);
  tensor_.shape[axis] = end - begin;
  tensor_.shape_signature.clear();
  Quantization& quantization = tensor_.quantization;
  if (quantization.dimension == axis) {
    Slice(quantization.scale, begin, end);
    Slice(quantization.zero_point, begin, end);
  }
  if (axis == 0) {
    const std::size_t bytes = whole.size() / channels;  // of a slice
    data_ = whole.subspan(first * bytes, count * bytes);
    return;
  }
  const auto element =
      static_cast<std::size_t>(ElementBits(tensor_.type).value() / 8);
  const std::size_t row = channels * element;
  storage_.reserve(whole.size() / row * count * element);
  for (std::size_t at = first * element; at < whole.size(); at += row) {
    const auto slice = whole.subspan(at, count * element);
    storage_.insert(storage_.end(), slice.begin(), slice.end());
  }
  data_ = storage_;
}

}  // namespace coralline::internal
