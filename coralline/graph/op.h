#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/graph/op_kind.h"

namespace coralline {

/// One operator. Tensors are indices into Graph::tensors; an optional input
/// that is absent is kNoTensor.
struct Op {
  static constexpr int kNoTensor = -1;

  OpKind kind = OpKind::kCustom;
  int version = 1;
  /// Name of a custom operator; empty for the builtin ones.
  std::string custom_code;
  std::vector<int> inputs;
  std::vector<int> outputs;
  /// Scratch tensors that belong to the op (quantized LSTM).
  std::vector<int> intermediates;

  bool operator==(const Op&) const = default;
};

/// Whether the op is what Google's compiler makes of those that an Edge TPU
/// runs: one operator, opaque to all but the device's library.
inline bool IsEdgeTpuOp(const Op& op) {
  constexpr std::string_view kName = "edgetpu-custom-op";
  return op.custom_code == kName;
}

/// "CONV_2D", or the custom operator's own name.
inline std::string OpName(const Op& op) {
  return op.custom_code.empty() ? OpKindName(op.kind) : op.custom_code;
}

}  // namespace coralline
