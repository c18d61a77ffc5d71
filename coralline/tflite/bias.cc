#include "coralline/tflite/bias.h"

#include <algorithm>

namespace coralline {
namespace {

bool HasBias(const Model& model, const Op& op) {
  if (op.inputs.size() < 3 || op.inputs[2] == Op::kNoTensor) return false;
  if (!model.graph.tensors[op.inputs[2]].is_constant()) return false;
  const auto bytes = ConstantData(model, op.inputs[2]);
  return std::any_of(bytes.begin(), bytes.end(),
                     [](std::byte byte) { return byte != std::byte{0}; });
}

}  // namespace

std::vector<bool> OpsWithBias(const Model& model) {
  std::vector<bool> has_bias;
  for (const Op& op : model.graph.ops) has_bias.push_back(HasBias(model, op));
  return has_bias;
}

}  // namespace coralline
