#include "coralline/tflite/internal/write_options.h"

namespace coralline::internal {
namespace {

std::int8_t Code(Padding padding) { return static_cast<std::int8_t>(padding); }

std::int8_t Code(Activation activation) {
  return static_cast<std::int8_t>(activation);
}

// One function for each alternative. The numbers are the members of union
// BuiltinOptions.
struct Writer {
  flatbuffers::FlatBufferBuilder& builder;

  WrittenOptions operator()(std::monostate) const { return {}; }
  WrittenOptions operator()(const Conv2dOptions& o) const {
    return {1, wire::CreateConv2DOptions(builder, Code(o.padding), o.stride_w,
                                         o.stride_h, Code(o.activation),
                                         o.dilation_w, o.dilation_h)
                   .o};
  }
  WrittenOptions operator()(const DepthwiseConv2dOptions& o) const {
    return {2, wire::CreateDepthwiseConv2DOptions(
                   builder, Code(o.padding), o.stride_w, o.stride_h,
                   o.multiplier, Code(o.activation), o.dilation_w, o.dilation_h)
                   .o};
  }
  WrittenOptions operator()(const TransposeConvOptions& o) const {
    return {49, wire::CreateTransposeConvOptions(builder, Code(o.padding),
                                                 o.stride_w, o.stride_h)
                    .o};
  }
  WrittenOptions operator()(const Pool2dOptions& o) const {
    return {5, wire::CreatePool2DOptions(builder, Code(o.padding), o.stride_w,
                                         o.stride_h, o.kernel_w, o.kernel_h)
                   .o};
  }
  WrittenOptions operator()(const FullyConnectedOptions& o) const {
    return {8,
            wire::CreateFullyConnectedOptions(builder, Code(o.activation)).o};
  }
  WrittenOptions operator()(const SoftmaxOptions& o) const {
    return {9, wire::CreateSoftmaxOptions(builder, o.beta).o};
  }
  WrittenOptions operator()(const ConcatenationOptions& o) const {
    return {10, wire::CreateConcatenationOptions(builder, o.axis).o};
  }
  WrittenOptions operator()(const AddOptions& o) const {
    return {11, wire::CreateElementwiseOptions(builder, Code(o.activation)).o};
  }
  WrittenOptions operator()(const MulOptions& o) const {
    return {21, wire::CreateElementwiseOptions(builder, Code(o.activation)).o};
  }
  WrittenOptions operator()(const SubOptions& o) const {
    return {28, wire::CreateElementwiseOptions(builder, Code(o.activation)).o};
  }
  WrittenOptions operator()(const ResizeBilinearOptions& o) const {
    return {15, wire::CreateResizeBilinearOptions(builder, o.align_corners,
                                                  o.half_pixel_centers)
                    .o};
  }
  WrittenOptions operator()(const ResizeNearestNeighborOptions& o) const {
    return {69, wire::CreateResizeNearestNeighborOptions(
                    builder, o.align_corners, o.half_pixel_centers)
                    .o};
  }
  WrittenOptions operator()(const ReducerOptions& o) const {
    return {27, wire::CreateReducerOptions(builder, o.keep_dims).o};
  }
  WrittenOptions operator()(const StridedSliceOptions& o) const {
    return {32, wire::CreateStridedSliceOptions(
                    builder, o.begin_mask, o.end_mask, o.ellipsis_mask,
                    o.new_axis_mask, o.shrink_axis_mask)
                    .o};
  }
};

}  // namespace

WrittenOptions WriteOptions(flatbuffers::FlatBufferBuilder& builder,
                            const OpOptions& options) {
  return std::visit(Writer{builder}, options);
}

}  // namespace coralline::internal
