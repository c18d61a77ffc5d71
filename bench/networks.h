#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "coralline/graph/graph.h"

namespace coralline {

/// A network of shapes without weights that is built op by op; `last_` is the
/// tensor made last.
class Network {
 protected:
  explicit Network(std::vector<int> input) : last_(Add(std::move(input))) {
    graph_.inputs = {last_};
  }

  int Add(std::vector<int> shape) {
    graph_.tensors.push_back(
        {.type = DataType::kInt8, .shape = std::move(shape)});
    return static_cast<int>(graph_.tensors.size()) - 1;
  }

  void AddOp(OpKind kind, std::vector<int> inputs, std::vector<int> shape) {
    last_ = Add(std::move(shape));
    graph_.ops.push_back(
        {.kind = kind, .inputs = std::move(inputs), .outputs = {last_}});
  }

  void AddConv(int outputs, int height, int width, int side) {
    const int weights = AddConstant({outputs, height, width, channels()});
    AddOp(OpKind::kConv2d, {last_, weights}, {1, side, side, outputs});
  }
  void AddConv(int outputs, int kernel, int side) {
    AddConv(outputs, kernel, kernel, side);
  }

  int AddConstant(std::vector<int> shape) {
    const int index = Add(std::move(shape));
    Tensor& tensor = graph_.tensors[index];
    tensor.constant_bytes = NumBytes(tensor);
    return index;
  }

  int channels() const { return graph_.tensors[last_].shape.back(); }

  Graph Finish() {
    graph_.outputs = graph_.ops.back().outputs;
    return std::move(graph_);
  }

  Graph graph_;
  int last_ = 0;
};

/// Residual blocks of many sizes, as in a ResNet: three convolutions and the
/// sum with what the block began with. Widths grow from 32 to over 400, so that
/// 209 ops take about three times what one Edge TPU holds.
class ResidualNetwork : Network {
 public:
  static constexpr int kOps = 209;

  ResidualNetwork() : Network({1, 64, 64, 32}) {}

  Graph Make() {
    for (int block = 0; graph_.num_ops() < kOps; ++block) AddBlock(block);
    graph_.ops.resize(kOps);
    return Finish();
  }

 private:
  // Where the map gets wider or smaller, a convolution brings it there.
  void AddBlock(int block) {
    const int width = 32 + 32 * (block * 15 / 52);
    const int side = 64 >> (block / 14);
    if (graph_.tensors[last_].shape != std::vector{1, side, side, width}) {
      AddConv(width, 1, side);
    }
    const int skip = last_;
    AddConv(width * 5 / 8, 1, side);
    AddConv(width * 3 / 4 + 4 * (block % 5), 3, side);
    AddConv(width, 1, side);
    AddOp(OpKind::kAdd, {last_, skip}, {1, side, side, width});
  }
};

/// 3x3 convolutions of several widths, one after another. A thousand take 1.4
/// times what 16 Edge TPUs hold.
class ConvChain : Network {
 public:
  ConvChain() : Network({1, 16, 16, 144}) {}

  Graph Make(int num_ops) {
    for (int i = 0; i < num_ops; ++i) AddConv(112 + 16 * (i % 5), 3, 16);
    return Finish();
  }
};

/// Inception-v4 for images of 299 x 299, without its weights: Szegedy et al.,
/// "Inception-v4, Inception-ResNet and the Impact of Residual Connections on
/// Learning", AAAI 2017. 42 MB of parameters in 189 ops.
class InceptionV4 : Network {
 public:
  InceptionV4() : Network({1, 299, 299, 3}) {}

  Graph Make() {
    AddStem();
    for (int i = 0; i < 4; ++i) AddBlockA();
    AddReductionA();
    for (int i = 0; i < 7; ++i) AddBlockB();
    AddReductionB();
    for (int i = 0; i < 3; ++i) AddBlockC();
    AddOp(OpKind::kAveragePool2d, {last_}, {1, 1, 1, channels()});
    const int weights = AddConstant({1000, channels()});
    AddOp(OpKind::kFullyConnected, {last_, weights}, {1, 1000});
    AddOp(OpKind::kSoftmax, {last_}, {1, 1000});
    return Finish();
  }

 private:
  struct Conv {
    int outputs = 0;
    int height = 1;
    int width = 1;
    int side = 0;
  };

  // Begins the branches of a block at what was made last.
  void Split() {
    input_ = last_;
    branches_.clear();
  }
  void AddBranch(const std::vector<Conv>& convs) {
    last_ = input_;
    AddConvs(convs);
    EndBranch();
  }
  void AddPool(OpKind kind, int side) {
    last_ = input_;
    AddOp(kind, {input_}, {1, side, side, channels()});
  }
  void AddConvs(const std::vector<Conv>& convs) {
    for (const Conv& conv : convs) {
      AddConv(conv.outputs, conv.height, conv.width, conv.side);
    }
  }
  void EndBranch() { branches_.push_back(last_); }
  void Join(int side) {
    int sum = 0;
    for (const int branch : branches_) {
      sum += graph_.tensors[branch].shape.back();
    }
    AddOp(OpKind::kConcatenation, branches_, {1, side, side, sum});
  }

  void AddStem() {
    AddConvs({{32, 3, 3, 149}, {32, 3, 3, 147}, {64, 3, 3, 147}});
    Split();
    AddPool(OpKind::kMaxPool2d, 73);
    EndBranch();
    AddBranch({{96, 3, 3, 73}});
    Join(73);
    Split();
    AddBranch({{64, 1, 1, 73}, {96, 3, 3, 71}});
    AddBranch({{64, 1, 1, 73}, {64, 7, 1, 73}, {64, 1, 7, 73}, {96, 3, 3, 71}});
    Join(71);
    Split();
    AddBranch({{192, 3, 3, 35}});
    AddPool(OpKind::kMaxPool2d, 35);
    EndBranch();
    Join(35);
  }

  void AddBlockA() {
    constexpr int kSide = 35;
    Split();
    AddPool(OpKind::kAveragePool2d, kSide);
    AddConvs({{96, 1, 1, kSide}});
    EndBranch();
    AddBranch({{96, 1, 1, kSide}});
    AddBranch({{64, 1, 1, kSide}, {96, 3, 3, kSide}});
    AddBranch({{64, 1, 1, kSide}, {96, 3, 3, kSide}, {96, 3, 3, kSide}});
    Join(kSide);
  }

  void AddReductionA() {
    Split();
    AddPool(OpKind::kMaxPool2d, 17);
    EndBranch();
    AddBranch({{384, 3, 3, 17}});
    AddBranch({{192, 1, 1, 35}, {224, 3, 3, 35}, {256, 3, 3, 17}});
    Join(17);
  }

  void AddBlockB() {
    constexpr int kSide = 17;
    Split();
    AddPool(OpKind::kAveragePool2d, kSide);
    AddConvs({{128, 1, 1, kSide}});
    EndBranch();
    AddBranch({{384, 1, 1, kSide}});
    AddBranch({{192, 1, 1, kSide}, {224, 1, 7, kSide}, {256, 7, 1, kSide}});
    AddBranch({{192, 1, 1, kSide},
               {192, 1, 7, kSide},
               {224, 7, 1, kSide},
               {224, 1, 7, kSide},
               {256, 7, 1, kSide}});
    Join(kSide);
  }

  void AddReductionB() {
    Split();
    AddPool(OpKind::kMaxPool2d, 8);
    EndBranch();
    AddBranch({{192, 1, 1, 17}, {192, 3, 3, 8}});
    AddBranch(
        {{256, 1, 1, 17}, {256, 1, 7, 17}, {320, 7, 1, 17}, {320, 3, 3, 8}});
    Join(8);
  }

  void AddBlockC() {
    constexpr int kSide = 8;
    Split();
    AddPool(OpKind::kAveragePool2d, kSide);
    AddConvs({{256, 1, 1, kSide}});
    EndBranch();
    AddBranch({{256, 1, 1, kSide}});
    AddForkedBranch({{384, 1, 1, kSide}});
    AddForkedBranch(
        {{384, 1, 1, kSide}, {448, 1, 3, kSide}, {512, 3, 1, kSide}});
    Join(kSide);
  }

  // Ends in two convolutions beside one another.
  void AddForkedBranch(const std::vector<Conv>& convs) {
    last_ = input_;
    AddConvs(convs);
    const int fork = last_;
    AddConv(256, 1, 3, 8);
    EndBranch();
    last_ = fork;
    AddConv(256, 3, 1, 8);
    EndBranch();
  }

  int input_ = 0;
  std::vector<int> branches_;
};

}  // namespace coralline
