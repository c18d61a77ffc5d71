#pragma once

#include <cstdint>
#include <vector>

#include "coralline/graph/graph.h"

namespace coralline {

/// What an op is to the Edge TPU's memory and matrix unit.
enum class LayerKind {
  kConv,
  kDepthwiseConv,
  kFullyConnected,
  kSoftmax,
  kOther,  ///< no parameters of its own, no cycles that are known
};

/// The systolic array of a device: a map is divided over so many rows and
/// columns of tiles, and channels are padded to what a tile takes and to what
/// all tiles give at once. By default that of the Edge TPU.
struct SystolicArray {
  int tile_rows = 4;
  int tile_columns = 4;
  int input_channels = 4;
  int output_channels = 64;

  bool operator==(const SystolicArray&) const = default;
};

/// The size and the work of one op as Google's compiler lays it out: maps and
/// channels are padded to the array. Sizes were read off compiled files and
/// compiler logs; cycles are the lower bound of the systolic array.
struct Layer {
  LayerKind kind = LayerKind::kOther;
  /// Parameters in on-chip memory, in bytes, and as so many equal blocks, each
  /// of which lies in one bank.
  std::int64_t cached_bytes = 0;
  std::int64_t num_blocks = 0;
  /// Parameters as they are sent when they are not on chip, in bytes. Without
  /// blocks they always are: the constant operand of an element-wise op.
  std::int64_t streamed_bytes = 0;
  /// Of the matrix unit in one inference, at the chip's clock.
  std::int64_t cycles = 0;
  /// Of a depthwise layer, as if it took one for each position of a tile and of
  /// the kernel and each group of the array's output channels.
  std::int64_t depthwise_cycles = 0;
  /// Activations that an op without a matrix moves, in and out of all tiles, in
  /// bytes: of poolings, additions, concatenations. 0 where only the shape
  /// changes.
  std::int64_t vector_bytes = 0;
  /// Whether the weights are int8, and not uint8.
  bool is_int8 = false;
  /// How often the array starts anew: per position of a tile and of the kernel,
  /// and per group of the array's output channels.
  std::int64_t fills = 0;
  /// Whether the output map does not divide over the tiles.
  bool is_uneven = false;
  /// In how many parts more than one it is run, since its maps do not fit the
  /// activation memory together.
  std::int64_t extra_bands = 0;
  /// The largest input and output, in bytes per tile.
  std::int64_t input_tile_bytes = 0;
  std::int64_t output_tile_bytes = 0;

  bool is_always_streamed() const {
    return num_blocks == 0 && streamed_bytes > 0;
  }
  bool operator==(const Layer&) const = default;
};

/// What the shapes do not tell.
struct LayoutOptions {
  /// Compilers since 2020 leave out biases that are all zero.
  bool has_bias = true;
  /// To what fewer output channels than the array's are padded: 16 in the
  /// compiled files of real networks, 64 in the published convolution series.
  int few_outputs_multiple = 16;
  /// Parameters that the compiler adds for a softmax, in bytes.
  std::int64_t softmax_table_bytes = 0;
  /// Activation memory of a tile; 0: maps of any size fit.
  std::int64_t activation_tile_bytes = 0;
  SystolicArray array;
};

/// The layer of one op. An op whose shapes do not fit its kind is kOther.
Layer MakeLayer(const Graph& graph, const Op& op,
                const LayoutOptions& options = {});

}  // namespace coralline
