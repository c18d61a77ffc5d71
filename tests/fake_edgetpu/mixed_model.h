#pragma once

#include <vector>

#include "coralline/tflite/model_builder.h"

namespace coralline::testing_util {

/// A model that the Edge TPU runs the middle of: QUANTIZE of floats, two fully
/// connected layers of 8, ARG_MAX.
inline Model MixedModel() {
  const Quantization scale{.scale = {0.1f}, .zero_point = {0}};
  const auto activation = [&](const char* name) {
    return Tensor{.name = name,
                  .type = DataType::kInt8,
                  .shape = {1, 8},
                  .quantization = scale};
  };
  ModelBuilder builder;
  const int input = builder.AddInput(
      {.name = "input", .type = DataType::kFloat32, .shape = {1, 8}});
  int values = builder.AddActivation(activation("quantized"));
  builder.AddOp(
      {.kind = OpKind::kQuantize, .inputs = {input}, .outputs = {values}});
  for (const char* name : {"first", "second"}) {
    std::vector<std::byte> content;
    for (int i = 0; i < 64; ++i) content.push_back(std::byte(i * 37 % 256));
    Tensor weights = activation("weights");
    weights.shape = {8, 8};
    const int constant = builder.AddConstant(weights, content);
    const int layer = builder.AddActivation(activation(name));
    builder.AddOp({.kind = OpKind::kFullyConnected,
                   .version = 4,
                   .inputs = {values, constant, Op::kNoTensor},
                   .outputs = {layer}},
                  FullyConnectedOptions{});
    values = layer;
  }
  const std::vector<std::byte> axis = {std::byte{1}, {}, {}, {}};
  const int axis_tensor = builder.AddConstant(
      {.name = "axis", .type = DataType::kInt32, .shape = {}}, axis);
  const int output = builder.AddActivation(
      {.name = "output", .type = DataType::kInt32, .shape = {1}});
  builder.AddOp({.kind = OpKind::kArgMax,
                 .inputs = {values, axis_tensor},
                 .outputs = {output}},
                ArgMaxOptions{});
  builder.SetOutputs({output});
  return builder.Build("mixed");
}

}  // namespace coralline::testing_util
