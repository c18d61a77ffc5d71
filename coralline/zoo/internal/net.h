#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/tflite/model.h"
#include "coralline/tflite/op_options.h"

namespace coralline::internal {

/// An activation on its way through the layers.
struct Value {
  int tensor = -1;
  /// Standard deviation of its real values over channels and positions,
  /// roughly: what the scales of the next weights are chosen by.
  float deviation = 1;
};

/// Height and width; an integer is both.
struct Extent {
  int h = 1;
  int w = 1;

  constexpr Extent(int side) : h(side), w(side) {}  // NOLINT: implicit
  constexpr Extent(int height, int width) : h(height), w(width) {}
};

/// What follows a layer's products, and what authors count for it. All but
/// kNothing end as one bias in the quantized model.
enum class Norm {
  kBatch,          ///< batch normalization: 4 numbers a channel
  kBatchNoScale,   ///< without its scale: 3
  kBatchTrained,   ///< what is trained of it: 2
  kBatchWithBias,  ///< behind a layer that has a bias too: 5
  kBias,           ///< 1
  kNothing,        ///< a bias of zeros, which nobody counts
};

struct Conv {
  int filters = 0;
  Extent kernel = 1;
  Extent stride = 1;
  Padding padding = Padding::kSame;
  Activation activation = Activation::kRelu;
  Norm norm = Norm::kBatch;
  int dilation = 1;
  float gain = 1;  ///< what the output is multiplied by before the activation
  std::string shared;  ///< see Net
};

struct Depthwise {
  Extent kernel = 3;
  Extent stride = 1;
  Padding padding = Padding::kSame;
  Activation activation = Activation::kRelu;
  Norm norm = Norm::kBatch;
  int dilation = 1;
  int multiplier = 1;
  std::string shared;  ///< see Net
};

struct Pool {
  Extent kernel = 3;
  Extent stride = 2;
  Padding padding = Padding::kSame;
};

/// Where the content of a constant comes from.
struct Filling {
  int tensor = 0;
  std::vector<std::byte> literal;  ///< as it is; else random:
  int limit = 0;                   ///< integers from -limit to limit
};

/// Describes a network layer by layer. Shapes, batch normalization's folding
/// and quantization follow; the content of the constants is made later
/// (FillNet), so that the shapes alone cost nothing.
///
/// Layers that say the same name in `shared` have the same weights, which count
/// once, as do biases. They are one constant, unless a batch normalization of
/// each layer is folded into them.
///
/// Layers are called SCOPE/KIND_N. Throws Error(kUsage) where a layer's map
/// vanishes or maps that are joined differ.
class Net {
 public:
  /// `title` is for messages; `type` is kInt8 or kUint8.
  Net(std::string title, DataType type);

  /// Goes before the names of the layers that follow.
  void SetScope(std::string scope) { scope_ = std::move(scope); }

  /// height x width x channels; images take values from -1 to 1.
  Value Input(Extent size, int channels = 3);

  Value AddConv(const Value& input, const Conv& conv);
  Value AddDepthwise(const Value& input, const Depthwise& conv);
  /// Twice the size and the stride by default: the way up of a U-Net.
  Value AddTransposeConv(const Value& input, const Conv& conv);
  Value AddDense(const Value& input, int units,
                 Activation activation = Activation::kNone);

  Value AddMaxPool(const Value& input, const Pool& pool);
  Value AddAveragePool(const Value& input, const Pool& pool);
  /// Over the map: 1 x channels, or 1x1x1 x channels.
  Value AddGlobalMean(const Value& input, bool keep_map = false);

  Value AddSum(const Value& a, const Value& b,
               Activation activation = Activation::kNone);
  /// A batch normalization that no layer takes in: a MUL and an ADD.
  Value AddScaleAndShift(const Value& input,
                         Activation activation = Activation::kRelu,
                         Norm norm = Norm::kBatch);
  Value AddRelu(const Value& input);

  /// Along the last dimension by default. Inputs of other scales are quantized
  /// again before, as the op wants them equal.
  Value AddConcat(const std::vector<Value>& inputs, int axis = -1);
  /// Zeros around the map.
  Value AddPad(const Value& input, int top, int bottom, int left, int right);
  /// The part of the map that begins at (top, left) and ends before the last
  /// `bottom` rows and `right` columns.
  Value AddCrop(const Value& input, int top, int bottom, int left, int right);
  Value AddReshape(const Value& input, const std::vector<int>& shape);
  Value AddResizeNearest(const Value& input, Extent size);
  Value AddResizeBilinear(const Value& input, Extent size);

  Value AddSoftmax(const Value& input);
  Value AddLogistic(const Value& input);
  /// To float32.
  Value AddDequantize(const Value& input);

  /// Any other op with one output: the caller says all of it. Versions count
  /// as in the file format.
  Value AddOp(OpKind kind, int version, const std::vector<int>& inputs,
              const Tensor& output, float deviation,
              const OpOptions& options = {});
  int AddConstant(std::string name, const std::vector<std::int32_t>& shape,
                  const std::vector<std::int32_t>& values);
  int AddConstant(std::string name, const std::vector<std::int32_t>& shape,
                  const std::vector<float>& values);

  void SetOutputs(const std::vector<Value>& outputs);

  const Tensor& TensorOf(const Value& value) const {
    return graph_.tensors[value.tensor];
  }
  /// Size of the map, and its channels.
  Extent MapOf(const Value& value) const;
  int ChannelsOf(const Value& value) const {
    return TensorOf(value).shape.back();
  }
  /// "SCOPE/KIND_N", with the next N of the kind.
  std::string NextName(const std::string& kind);

  const Graph& graph() const { return graph_; }
  std::int64_t parameters() const { return parameters_; }
  const std::vector<Filling>& fillings() const { return fillings_; }
  const std::vector<OpOptions>& options() const { return options_; }

 private:
  // Of a convolution or a pool, on its way over a map.
  struct Window {
    Extent kernel;
    Extent stride;
    Padding padding;
    int dilation = 1;
  };
  // Weights and bias of a layer.
  struct Weights {
    std::vector<int> shape;
    int channels_at = 0;  // dimension of the output channels
    float fan_in = 0;     // products that one output sums up
    bool per_channel = true;
    Norm norm = Norm::kBias;
    float deviation = 1;  // of what comes out, before the activation
    std::string shared = {};
  };

  bool is_int8() const { return type_ == DataType::kInt8; }
  int Version(int of_int8, int of_uint8 = 1) const {
    return is_int8() ? of_int8 : of_uint8;
  }
  Tensor Activated(std::string name, std::vector<int> shape, float deviation,
                   Activation activation) const;
  Tensor Like(const Value& input, std::string name,
              std::vector<int> shape) const;
  Tensor Probabilities(std::string name, std::vector<int> shape) const;

  Extent Slide(const std::string& name, const Value& input,
               const Window& window) const;
  float PointsUnder(const Value& input, const Window& window) const;
  std::vector<int> AddWeights(const std::string& name, const Value& input,
                              const Weights& weights);
  int AddKernel(const std::string& name, const Value& input,
                const Weights& weights);
  void CheckBytes(const Tensor& tensor) const;
  int AddTensor(const Tensor& tensor);
  int AddLiteral(Tensor tensor, std::vector<std::byte> data);
  int AddFactor(const std::string& name, int channels, float deviation);
  Value AddPool(OpKind kind, const Value& input, const Pool& pool);
  Value AddResize(OpKind kind, const Value& input, Extent size,
                  const OpOptions& options);
  Value Requantize(const Value& input, const Quantization& quantization);
  void Count(Norm norm, int channels);
  [[noreturn]] void Fail(const std::string& name, const std::string& why) const;

  std::string title_;
  DataType type_;
  std::string scope_;
  std::map<std::string, int> next_;
  std::map<std::string, int> shared_;  // tensors of weights
  Graph graph_;
  std::vector<OpOptions> options_;  // of each op
  std::vector<Filling> fillings_;   // of each constant
  std::int64_t parameters_ = 0;
};

/// The model with random weights. Throws Error(kUsage) when they take 2 GB or
/// more.
Model FillNet(const Net& net, const std::string& name, std::uint64_t seed);

}  // namespace coralline::internal
