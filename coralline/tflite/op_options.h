#pragma once

#include <cstdint>
#include <variant>

namespace coralline {

/// Applied to a layer's result inside the op; values of the file format.
enum class Activation : std::int8_t { kNone = 0, kRelu = 1, kRelu6 = 3 };
enum class Padding : std::int8_t { kSame = 0, kValid = 1 };

struct Conv2dOptions {
  int stride_h = 1;
  int stride_w = 1;
  Padding padding = Padding::kSame;
  Activation activation = Activation::kNone;
  int dilation_h = 1;
  int dilation_w = 1;
};

/// The multiplier is output over input channels.
struct DepthwiseConv2dOptions {
  int stride_h = 1;
  int stride_w = 1;
  Padding padding = Padding::kSame;
  Activation activation = Activation::kNone;
  int dilation_h = 1;
  int dilation_w = 1;
  int multiplier = 1;
};

struct TransposeConvOptions {
  int stride_h = 1;
  int stride_w = 1;
  Padding padding = Padding::kSame;
};

/// Of AVERAGE_POOL_2D and MAX_POOL_2D.
struct Pool2dOptions {
  int kernel_h = 2;
  int kernel_w = 2;
  int stride_h = 1;
  int stride_w = 1;
  Padding padding = Padding::kValid;
};

struct FullyConnectedOptions {
  Activation activation = Activation::kNone;
};

struct SoftmaxOptions {
  float beta = 1;
};

struct ConcatenationOptions {
  int axis = 3;
};

struct AddOptions {
  Activation activation = Activation::kNone;
};

struct MulOptions {
  Activation activation = Activation::kNone;
};

struct SubOptions {
  Activation activation = Activation::kNone;
};

/// Of RESIZE_BILINEAR.
struct ResizeBilinearOptions {
  bool align_corners = false;
  bool half_pixel_centers = false;
};

struct ResizeNearestNeighborOptions {
  bool align_corners = false;
  bool half_pixel_centers = false;
};

/// Of MEAN, SUM, REDUCE_MAX and REDUCE_MIN.
struct ReducerOptions {
  bool keep_dims = false;
};

struct StridedSliceOptions {
  int begin_mask = 0;
  int end_mask = 0;
  int ellipsis_mask = 0;
  int new_axis_mask = 0;
  int shrink_axis_mask = 0;
};

/// Options of one op; monostate for kinds that have none, or whose options
/// repeat what a constant input says (RESHAPE).
using OpOptions = std::variant<
    std::monostate, Conv2dOptions, DepthwiseConv2dOptions, TransposeConvOptions,
    Pool2dOptions, FullyConnectedOptions, SoftmaxOptions, ConcatenationOptions,
    AddOptions, MulOptions, SubOptions, ResizeBilinearOptions,
    ResizeNearestNeighborOptions, ReducerOptions, StridedSliceOptions>;

}  // namespace coralline
