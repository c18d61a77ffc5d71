#include "coralline/tflite/op_support.h"

#include <fmt/format.h>

#include <array>

#include "coralline/base/error.h"

namespace coralline {
namespace {

// Indexed by builtin code, ten in a row.
constexpr std::array<int, 152> kMaxVersions = {
    4, 3, 3, 5, 6, 2, 5, 3, 1, 9,  // ADD ...
    1, 2, 1, 1, 3, 1, 4, 3, 5, 3,  // HASHTABLE_LOOKUP ...
    1, 3, 1, 4, 3, 3, 2, 4, 3, 0,  // RELU_N1_TO_1 ...
    1, 0, 0, 1, 4, 3, 5, 3, 3, 5,  // SKIP_GRAM ...
    3, 5, 2, 2, 3, 6, 3, 1, 2, 4,  // MEAN ...
    2, 0, 3, 3, 1, 4, 3, 4, 2, 1,  // LOG_SOFTMAX ...
    4, 2, 2, 2, 2, 5, 1, 3, 3, 3,  // PADV2 ...
    1, 3, 3, 1, 2, 1, 2, 1, 1, 3,  // EXPAND_DIMS ...
    2, 2, 3, 3, 1, 1, 1, 1, 4, 3,  // FAKE_QUANT ...
    2, 1, 1, 1, 3, 1, 1, 4, 2, 2,  // FLOOR_DIV ...
    2, 4, 2, 1, 1, 3, 1, 3, 1, 2,  // MIRROR_PAD ...
    1, 1, 1, 1, 3, 1, 1, 1, 1, 1,  // RANK ...
    1, 1, 1, 1, 1, 1, 4, 0, 1, 1,  // NON_MAX_SUPPRESSION_V4 ...
    3, 1, 1, 1, 1, 1, 1, 1, 1, 1,  // BROADCAST_TO ...
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1,  // REDUCE_ALL ...
    2, 1};                         // GELU ...

std::string Found(const Model& model, int index) {
  const Op& op = model.graph.ops[index];
  return fmt::format("{}: op {} ({})", model.name, index, OpName(op));
}

}  // namespace

int MinOpVersion(OpKind kind) { return kind == OpKind::kBroadcastTo ? 2 : 1; }

int MaxOpVersion(OpKind kind) {
  const auto code = static_cast<std::size_t>(kind);
  return code < kMaxVersions.size() ? kMaxVersions[code] : 0;
}

void CheckRuntimeSupport(const Model& model, std::string_view tflite_version) {
  for (int i = 0; i < model.graph.num_ops(); ++i) {
    const Op& op = model.graph.ops[i];
    if (op.kind == OpKind::kCustom) {
      throw Error(ErrorKind::kModel,
                  fmt::format("{} is a custom operator, which the CPU kernels "
                              "of TFLite do not have; cut it off",
                              Found(model, i)));
    }
    const int max_version = MaxOpVersion(op.kind);
    const int min_version = MinOpVersion(op.kind);
    if (!tflite_version.starts_with("2.9.") ||
        (min_version <= op.version && op.version <= max_version)) {
      continue;
    }
    throw Error(
        ErrorKind::kModel,
        fmt::format("{} has version {}; TFLite {} runs {}: convert the model "
                    "with TensorFlow 2.9 or older, or set CORALLINE_TFLITE to "
                    "a newer library",
                    Found(model, i), op.version, tflite_version,
                    max_version > 0 ? fmt::format("versions {} to {}",
                                                  min_version, max_version)
                                    : std::string("none")));
  }
}

}  // namespace coralline
