#include "coralline/rewrite/split_layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "coralline/base/error.h"
#include "coralline/tflite/fused_activation.h"
#include "coralline/tflite/model_builder.h"
#include "coralline/tflite/testing.h"

namespace coralline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Quantization Scale(float scale) {
  return {.scale = {scale}, .zero_point = {0}};
}

// Counts up from `first`, so that slices are recognised.
std::vector<std::byte> CountingBytes(std::size_t count, int first = 0) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < count; ++i) {
    bytes.push_back(static_cast<std::byte>(first + static_cast<int>(i)));
  }
  return bytes;
}

struct TestLayer {
  OpKind kind = OpKind::kFullyConnected;
  std::vector<int> input = {1, 2};
  std::vector<int> weights = {10, 2};
  std::vector<int> output = {1, 10};
  bool has_bias = true;
  Quantization weight_quantization = Scale(0.5F);
  DataType type = DataType::kInt8;
};

OpOptions OptionsOf(OpKind kind) {
  if (kind == OpKind::kFullyConnected) {
    return FullyConnectedOptions{Activation::kRelu};
  }
  if (kind == OpKind::kConv2d) return Conv2dOptions{.stride_h = 2};
  if (kind == OpKind::kDepthwiseConv2d) {
    return DepthwiseConv2dOptions{.multiplier = 2};
  }
  return {};
}

// "in" -> layer with weights "w" and bias "b" -> "mid" -> TANH -> "out". Both
// are outputs of the model.
Model LayerModel(const TestLayer& layer) {
  ModelBuilder builder;
  const int input = builder.AddInput({.name = "in",
                                      .type = layer.type,
                                      .shape = layer.input,
                                      .quantization = Scale(0.5F)});
  const auto count =
      static_cast<std::size_t>(NumElements(layer.weights).value());
  const int weights =
      builder.AddConstant({.name = "w",
                           .type = DataType::kInt8,
                           .shape = layer.weights,
                           .quantization = layer.weight_quantization},
                          CountingBytes(count));
  Op op{.kind = layer.kind, .version = 4, .inputs = {input, weights}};
  if (layer.has_bias) {
    std::vector<std::int32_t> bias(layer.output.back());
    std::iota(bias.begin(), bias.end(), 100);
    op.inputs.push_back(builder.AddConstant({.name = "b",
                                             .type = DataType::kInt32,
                                             .shape = {layer.output.back()},
                                             .quantization = Scale(0.25F)},
                                            std::as_bytes(std::span(bias))));
  }
  const auto activation = [&](const std::string& name) {
    return builder.AddActivation({.name = name,
                                  .type = layer.type,
                                  .shape = layer.output,
                                  .quantization = Scale(0.25F)});
  };
  const int mid = activation("mid");
  op.outputs = {mid};
  builder.AddOp(op, OptionsOf(layer.kind));
  const int out = activation("out");
  builder.AddOp({.kind = OpKind::kTanh, .inputs = {mid}, .outputs = {out}});
  builder.SetOutputs({mid, out});
  return builder.Build("layer");
}

Model Split(const Model& model, int parts, bool as_convolution = false) {
  return SplitLayers(model,
                     std::vector<LayerSplit>{{"mid", parts, as_convolution}});
}

std::string SplitError(const Model& model, const LayerSplit& split) {
  try {
    SplitLayers(model, std::vector{split});
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::vector<std::string> OpNames(const Model& model) {
  std::vector<std::string> names;
  for (const Op& op : model.graph.ops) names.push_back(OpName(op));
  return names;
}

const Tensor& TensorOf(const Model& model, const std::string& name) {
  return model.graph.tensors[FindTensor(model.graph, name).value()];
}
std::vector<int> BytesOf(const Model& model, const std::string& name) {
  std::vector<int> bytes;
  const int tensor = FindTensor(model.graph, name).value();
  for (const std::byte byte : ConstantData(model, tensor)) {
    bytes.push_back(static_cast<int>(byte));
  }
  return bytes;
}

TEST(PartBounds, AreMultiplesOf64WhereThereAreEnough) {
  EXPECT_THAT(PartBounds(3000, 4), ElementsAre(0, 768, 1536, 2304, 3000));
  EXPECT_THAT(PartBounds(130, 2), ElementsAre(0, 128, 130));
  EXPECT_THAT(PartBounds(130, 4), ElementsAre(0, 48, 80, 112, 130));
  EXPECT_THAT(PartBounds(10, 3), ElementsAre(0, 4, 8, 10));
  EXPECT_THAT(PartBounds(3, 3), ElementsAre(0, 1, 2, 3));
}

TEST(SplitLayers, ChangesNothingWithoutSplits) {
  const Model model = LayerModel({});
  EXPECT_EQ(SplitLayers(model, {}).graph, model.graph);
}

TEST(SplitLayers, GivesEachPartItsSlices) {
  const Model model = LayerModel({});
  const Model split = Split(model, 3);
  EXPECT_THAT(OpNames(split),
              ElementsAre("FULLY_CONNECTED", "FULLY_CONNECTED",
                          "FULLY_CONNECTED", "CONCATENATION", "TANH"));
  EXPECT_THAT(BytesOf(split, "mid/part_1/w"),
              ElementsAre(8, 9, 10, 11, 12, 13, 14, 15));
  EXPECT_THAT(BytesOf(split, "mid/part_2/b"),
              ElementsAre(108, 0, 0, 0, 109, 0, 0, 0));
  EXPECT_THAT(TensorOf(split, "mid/part_2").shape, ElementsAre(1, 2));
  EXPECT_EQ(TensorOf(split, "mid/part_2").quantization,
            TensorOf(model, "mid").quantization);
  EXPECT_EQ(split.graph.ops[0].version, 4);
  EXPECT_EQ(FusedActivation(split, 2), Activation::kRelu);
  // The whole weights are not in the file.
  EXPECT_FALSE(FindTensor(split.graph, "w"));
  EXPECT_EQ(ParameterBytes(split.graph), ParameterBytes(model.graph));
  const auto name_of = [&split](int tensor) {
    return split.graph.tensors[tensor].name;
  };
  EXPECT_EQ(name_of(split.graph.outputs[0]), "mid");
  EXPECT_EQ(name_of(split.graph.outputs[1]), "out");
  EXPECT_EQ(name_of(split.graph.inputs[0]), "in");
}

TEST(SplitLayers, SlicesScalesOfChannels) {
  Quantization quantization{.zero_point = std::vector<std::int64_t>(10, 0)};
  for (int i = 0; i < 10; ++i) {
    quantization.scale.push_back(static_cast<float>(i + 1));
  }
  const Model split = Split(LayerModel({.kind = OpKind::kConv2d,
                                        .input = {1, 4, 2, 1},
                                        .weights = {10, 1, 1, 1},
                                        .output = {1, 2, 2, 10},
                                        .has_bias = false,
                                        .weight_quantization = quantization}),
                            2);
  EXPECT_THAT(OpNames(split),
              ElementsAre("CONV_2D", "CONV_2D", "CONCATENATION", "TANH"));
  EXPECT_THAT(TensorOf(split, "mid/part_1/w").quantization.scale,
              ElementsAre(9, 10));
  EXPECT_EQ(split.graph.ops[1].inputs.size(), 2U);
}

TEST(SplitLayers, GivesDepthwisePartsTheirInputs) {
  const Model split = Split(LayerModel({.kind = OpKind::kDepthwiseConv2d,
                                        .input = {1, 1, 1, 5},
                                        .weights = {1, 1, 2, 10},
                                        .output = {1, 1, 1, 10}}),
                            2);
  EXPECT_THAT(OpNames(split),
              ElementsAre("STRIDED_SLICE", "DEPTHWISE_CONV_2D", "STRIDED_SLICE",
                          "DEPTHWISE_CONV_2D", "CONCATENATION", "TANH"));
  EXPECT_THAT(TensorOf(split, "mid/part_0/input").shape,
              ElementsAre(1, 1, 1, 4));
  EXPECT_THAT(BytesOf(split, "mid/part_1/w"), ElementsAre(8, 9, 18, 19));
}

TEST(SplitLayers, MakesConvolutionsOfVectors) {
  const Model split = Split(LayerModel({}), 2, true);
  EXPECT_THAT(OpNames(split), ElementsAre("RESHAPE", "CONV_2D", "CONV_2D",
                                          "CONCATENATION", "RESHAPE", "TANH"));
  EXPECT_THAT(TensorOf(split, "mid/input").shape, ElementsAre(1, 1, 1, 2));
  EXPECT_THAT(TensorOf(split, "mid/part_0/w").shape, ElementsAre(8, 1, 1, 2));
  EXPECT_THAT(TensorOf(split, "mid").shape, ElementsAre(1, 10));
}

TEST(SplitLayers, CanSplitAPartAgain) {
  const Model once = Split(LayerModel({}), 2);
  const Model twice =
      SplitLayers(once, std::vector<LayerSplit>{{.tensor = "mid/part_0"}});
  EXPECT_THAT(BytesOf(twice, "mid/part_0/part_1/mid/part_0/w").size(), 8U);
}

TEST(SplitLayers, SaysWhatCannotBeSplit) {
  const Model model = LayerModel({});
  EXPECT_THAT(SplitError(model, {"nothing"}),
              HasSubstr("no op produces such a tensor"));
  EXPECT_THAT(SplitError(model, {"in"}), HasSubstr("no op produces"));
  EXPECT_THAT(SplitError(model, {"out"}),
              HasSubstr("cannot split op 1 (TANH), 'out': TANH is no fully"));
  EXPECT_THAT(SplitError(model, {"mid", 1}), HasSubstr("found 1 parts"));
  EXPECT_THAT(SplitError(model, {"mid", 11}), HasSubstr("expected 2 to 10"));
  const LayerSplit split{"mid"};
  EXPECT_THROW(SplitLayers(model, std::vector{split, split}), Error);
  EXPECT_THAT(SplitError(LayerModel({.type = DataType::kInt16}), {"mid"}),
              HasSubstr("not 8-bit"));
  EXPECT_THAT(
      SplitError(LayerModel({.weight_quantization = {.scale = {1, 2},
                                                     .zero_point = {0}}}),
                 {"mid"}),
      HasSubstr("not quantized along its output"));
  EXPECT_THAT(SplitError(LayerModel({.weights = {9, 2}}), {"mid"}),
              HasSubstr("differ in the number of channels"));
  EXPECT_THAT(SplitError(LayerModel({.kind = OpKind::kConv2d,
                                     .input = {1, 1, 1, 4},
                                     .weights = {10, 1, 1, 2},
                                     .output = {1, 1, 1, 10}}),
                         {"mid"}),
              HasSubstr("in groups"));
}

TEST(SplitLayers, SaysWhatCannotBeAConvolution) {
  EXPECT_THAT(SplitError(LayerModel({.input = {3, 2}, .output = {3, 10}}),
                         {"mid", 2, true}),
              HasSubstr("several vectors"));
  EXPECT_THAT(
      SplitError(LayerModel({.weight_quantization = {.scale = {1},
                                                     .zero_point = {5}}}),
                 {"mid", 2, true}),
      HasSubstr("into convolutions: its weights are not quantized"));
}

// Splits all that can be split, in both forms. Nothing but Error may come out.
int SplitWhatCanBe(std::span<const std::byte> bytes) {
  int num_split = 0;
  try {
    const Model model =
        ParseTflite(testing_util::AlignedCopy(bytes), "damaged");
    for (const Op& op : model.graph.ops) {
      if (!WhyNotSplit(model.graph, op).empty()) continue;
      const auto& name = model.graph.tensors[op.outputs[0]].name;
      for (const bool as_convolution : {false, true}) {
        if (SplitError(model, {name, 2, as_convolution}) == "no error") {
          ++num_split;
        }
      }
    }
  } catch (const Error&) {
  }
  return num_split;
}

TEST(SplitLayers, TakesDamagedModelsOrRefusesThem) {
  std::mt19937_64 random(3);
  const Model models[] = {LayerModel({}),
                          LayerModel({.kind = OpKind::kConv2d,
                                      .input = {1, 4, 2, 1},
                                      .weights = {10, 1, 1, 1},
                                      .output = {1, 2, 2, 10},
                                      .has_bias = false}),
                          LayerModel({.kind = OpKind::kDepthwiseConv2d,
                                      .input = {1, 1, 1, 5},
                                      .weights = {1, 1, 2, 10},
                                      .output = {1, 1, 1, 10}})};
  for (const Model& model : models) {
    const auto whole = model.bytes.span();
    const int num_whole = SplitWhatCanBe(whole);
    EXPECT_GE(num_whole, 1);
    int num_refused = 0;
    for (int trial = 0; trial < 3000; ++trial) {
      std::vector<std::byte> damaged(whole.begin(), whole.end());
      damaged[random() % damaged.size()] = static_cast<std::byte>(random());
      num_refused += SplitWhatCanBe(damaged) < num_whole ? 1 : 0;
    }
    EXPECT_GT(num_refused, 100);
    EXPECT_LT(num_refused, 2900);
  }
}

}  // namespace
}  // namespace coralline
