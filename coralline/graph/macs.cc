#include "coralline/graph/macs.h"

#include <algorithm>
#include <limits>

namespace coralline {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

std::int64_t Multiply(std::int64_t a, std::int64_t b) {
  return b != 0 && a > kMax / b ? kMax : a * b;
}

std::int64_t Add(std::int64_t a, std::int64_t b) {
  return a > kMax - b ? kMax : a + b;
}

// The shapes of one op, with 0 elements for whatever is absent or unknown.
class Shapes {
 public:
  Shapes(const Graph& graph, const Op& op) : graph_(graph), op_(op) {}

  std::int64_t Elements(const Tensor* tensor) const {
    return tensor ? NumElements(tensor->shape).value_or(0) : 0;
  }
  std::int64_t InputElements(std::size_t i) const {
    return Elements(Get(op_.inputs, i));
  }
  std::int64_t OutputElements() const { return Elements(Get(op_.outputs, 0)); }
  // The size of dimension i, counted from the end where i is negative.
  std::int64_t InputSize(std::size_t input, int i) const {
    return Size(Get(op_.inputs, input), i);
  }
  std::int64_t OutputSize(int i) const { return Size(Get(op_.outputs, 0), i); }

  // Elements of all constant matrices among the inputs.
  std::int64_t WeightMatrixElements() const {
    std::int64_t elements = 0;
    for (std::size_t i = 0; i < op_.inputs.size(); ++i) {
      const Tensor* tensor = Get(op_.inputs, i);
      if (tensor && tensor->is_constant() && tensor->shape.size() == 2) {
        elements = Add(elements, Elements(tensor));
      }
    }
    return elements;
  }

 private:
  const Tensor* Get(const std::vector<int>& list, std::size_t i) const {
    if (i >= list.size() || list[i] == Op::kNoTensor) return nullptr;
    return &graph_.tensors[list[i]];
  }
  static std::int64_t Size(const Tensor* tensor, int i) {
    if (!tensor) return 0;
    const int rank = static_cast<int>(tensor->shape.size());
    const int index = i < 0 ? rank + i : i;
    return index >= 0 && index < rank ? tensor->shape[index] : 0;
  }

  const Graph& graph_;
  const Op& op_;
};

std::int64_t Ratio(std::int64_t a, std::int64_t b) { return b > 0 ? a / b : 0; }

}  // namespace

std::int64_t MacCount(const Graph& graph, const Op& op) {
  const Shapes shapes(graph, op);
  switch (op.kind) {
    case OpKind::kConv2d:  // weights: cout, kh, kw, cin
      return Multiply(shapes.OutputElements(),
                      Ratio(shapes.InputElements(1), shapes.InputSize(1, 0)));
    case OpKind::kDepthwiseConv2d:  // weights: 1, kh, kw, cout
    case OpKind::kConv3d:           // weights: kd, kh, kw, cin, cout
      return Multiply(shapes.OutputElements(),
                      Ratio(shapes.InputElements(1), shapes.InputSize(1, -1)));
    case OpKind::kTransposeConv:  // weights: cout, kh, kw, cin; input is third
      return Multiply(shapes.InputElements(2),
                      Ratio(shapes.InputElements(1), shapes.InputSize(1, -1)));
    case OpKind::kFullyConnected:  // weights: out, in
      return Multiply(shapes.OutputElements(), shapes.InputSize(1, -1));
    case OpKind::kBatchMatmul:  // batch, m, k times batch, k, n
      return Multiply(shapes.InputElements(0), shapes.OutputSize(-1));
    case OpKind::kLstm:
    case OpKind::kRnn:
    case OpKind::kSvdf:
    case OpKind::kUnidirectionalSequenceRnn:
    case OpKind::kUnidirectionalSequenceLstm:
    case OpKind::kBidirectionalSequenceRnn:
    case OpKind::kBidirectionalSequenceLstm:  // every matrix at every step
      return Multiply(Ratio(shapes.InputElements(0), shapes.InputSize(0, -1)),
                      shapes.WeightMatrixElements());
    default:
      return 0;
  }
}

std::int64_t MacCount(const Graph& graph) {
  std::int64_t macs = 0;
  for (const Op& op : graph.ops) macs = Add(macs, MacCount(graph, op));
  return macs;
}

}  // namespace coralline
