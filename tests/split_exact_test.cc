// Models with split layers give the outputs of the whole ones, bit for bit, on
// both kernel sets.

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "coralline/device/cpu_device.h"
#include "coralline/device/testing.h"
#include "coralline/rewrite/split_layers.h"
#include "coralline/tflite/model_builder.h"
#include "coralline/tflite/reader.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

class SplitLayersIsExact : public testing::TestWithParam<CpuKernels> {
 protected:
  void SetUp() override {
    if (!testing_util::CanExecute()) GTEST_SKIP() << "no TFLite library";
  }

  void ExpectExact(const Model& model, const std::vector<LayerSplit>& splits,
                   int num_inputs = 20) {
    const CpuDevice device({}, GetParam());
    const auto whole = device.Load(model);
    const auto parts = device.Load(SplitLayers(model, splits));
    EXPECT_EQ(parts->description(), whole->description());
    ASSERT_EQ(parts->inputs(), whole->inputs());
    ASSERT_EQ(parts->outputs(), whole->outputs());
    std::mt19937_64 random(2026);
    for (int i = 0; i < num_inputs; ++i) {
      const auto inputs = RandomData(whole->inputs(), random);
      ASSERT_EQ(RunOnce(*parts, inputs), RunOnce(*whole, inputs)) << i;
    }
  }
};

std::string KernelsName(const testing::TestParamInfo<CpuKernels>& info) {
  return info.param == CpuKernels::kBuiltin ? "builtin" : "xnnpack";
}
INSTANTIATE_TEST_SUITE_P(Kernels, SplitLayersIsExact,
                         testing::Values(CpuKernels::kBuiltin,
                                         CpuKernels::kXnnpack),
                         KernelsName);

TEST_P(SplitLayersIsExact, FullyConnected) {
  for (const auto activation :
       {HiddenActivation::kRelu, HiddenActivation::kTanh}) {
    const Model model = GenerateFullyConnected(
        {.width = 300, .input = 37, .activation = activation});
    ExpectExact(model, {{"dense_1/output", 3},
                        {"dense_2/output", 2},
                        {"dense_3/output", 9},
                        {"dense_5/output", 2}});
  }
}

// Scales of many kinds, as only few would be exact without care for them.
TEST_P(SplitLayersIsExact, FullyConnectedAsConvolutions) {
  for (int width = 200; width < 220; ++width) {
    const Model model = GenerateFullyConnected(
        {.width = width,
         .activation =
             width % 2 == 0 ? HiddenActivation::kRelu : HiddenActivation::kTanh,
         .seed = static_cast<std::uint64_t>(width)});
    std::vector<LayerSplit> splits;
    for (int layer = 1; layer <= 5; ++layer) {
      splits.push_back(
          {"dense_" + std::to_string(layer) + "/output", 1 + layer, true});
    }
    ExpectExact(model, splits);
  }
}

// Two layers with the same weights, the first without a bias; both results are
// outputs of the model.
Model SharedWeightsModel(DataType type) {
  constexpr int kSize = 96;
  constexpr int kCenter = 128;
  const bool is_signed = type == DataType::kInt8;
  ModelBuilder builder;
  std::mt19937_64 random(7);
  const auto tensor = [&](const std::string& name, std::vector<int> shape,
                          float scale, int zero_point) {
    return Tensor{
        .name = name,
        .type = type,
        .shape = std::move(shape),
        .quantization = {.scale = {scale}, .zero_point = {zero_point}}};
  };
  const int input = builder.AddInput(tensor("in", {1, kSize}, 0.02F, 3));
  std::vector<std::byte> bytes(std::size_t{kSize} * kSize);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random() % 255 + 1);
  const int weights = builder.AddConstant(
      tensor("w", {kSize, kSize}, 0.0037F, is_signed ? 0 : kCenter - 5), bytes);
  std::vector<std::int32_t> biases(kSize);
  for (auto& bias : biases) bias = static_cast<std::int32_t>(random() % 4096);
  const int bias = builder.AddConstant(
      {.name = "b",
       .type = DataType::kInt32,
       .shape = {kSize},
       .quantization = {.scale = {0.02F * 0.0037F}, .zero_point = {0}}},
      std::as_bytes(std::span(biases)));
  const int zero_point = is_signed ? 0 : kCenter;
  const int a =
      builder.AddActivation(tensor("a", {1, kSize}, 0.0313F, zero_point));
  const int b = builder.AddActivation(
      tensor("b/output", {1, kSize}, 0.0437F, zero_point));
  const int version = is_signed ? 4 : 2;
  builder.AddOp({.kind = OpKind::kFullyConnected,
                 .version = version,
                 .inputs = {input, weights, Op::kNoTensor},
                 .outputs = {a}},
                FullyConnectedOptions{});
  builder.AddOp({.kind = OpKind::kFullyConnected,
                 .version = version,
                 .inputs = {a, weights, bias},
                 .outputs = {b}},
                FullyConnectedOptions{Activation::kRelu6});
  builder.SetOutputs({b, a});
  return builder.Build("shared");
}

TEST_P(SplitLayersIsExact, SharedWeightsAndNoBias) {
  for (const auto type : {DataType::kInt8, DataType::kUint8}) {
    // XNNPACK takes no unsigned tensors.
    if (type == DataType::kUint8 && GetParam() == CpuKernels::kXnnpack)
      continue;
    const Model model = SharedWeightsModel(type);
    for (const bool as_convolution : {false, true}) {
      ExpectExact(model, {{"a", 2, as_convolution}});
      ExpectExact(model, {{"b/output", 5, as_convolution}});
      ExpectExact(model,
                  {{"a", 3, as_convolution}, {"b/output", 2, !as_convolution}});
    }
  }
}

TEST_P(SplitLayersIsExact, Convolution) {
  const Model model = GenerateConv({.width = 150, .layers = 3, .size = 5});
  ExpectExact(
      model,
      {{"conv_1/output", 2}, {"conv_2/output", 3}, {"conv_3/output", 7}});
}

TEST_P(SplitLayersIsExact, LayersOfRealNetworks) {
  const std::vector<std::string> files =
      GetParam() == CpuKernels::kBuiltin
          ? std::vector<std::string>{"mobilenet_v1_0.25_128_quant",
                                     "tf2_mobilenet_v2_1.0_224_ptq"}
          : std::vector<std::string>{"tf2_mobilenet_v2_1.0_224_ptq"};
  for (const std::string& file : files) {
    const auto path =
        std::filesystem::path(CORALLINE_MODELS_DIR) / (file + ".tflite");
    if (!std::filesystem::exists(path)) {
      GTEST_SKIP() << "the shared models are not here: " << path.filename();
    }
    const Model model = ReadTflite(path);
    // Every layer that can be split, a third of them into 2, 3 or 5 parts.
    std::vector<LayerSplit> splits;
    int depthwise = 0;
    for (const Op& op : model.graph.ops) {
      if (!WhyNotSplit(model.graph, op).empty()) continue;
      if (op.kind == OpKind::kDepthwiseConv2d) ++depthwise;
      const int parts[] = {2, 3, 5};
      splits.push_back(
          {model.graph.tensors[op.outputs[0]].name, parts[splits.size() % 3]});
    }
    EXPECT_GT(depthwise, 10);
    EXPECT_GT(splits.size(), 25U);
    ExpectExact(model, splits, 2);
  }
}

}  // namespace
}  // namespace coralline
