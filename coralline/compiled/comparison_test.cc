#include "coralline/compiled/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"
#include "coralline/tflite/model_builder.h"
#include "tests/fake_edgetpu/package_builder.h"
#include "tests/fake_edgetpu/sample_packages.h"

namespace coralline {
namespace {

using testing::HasSubstr;

Tensor Int8(const std::string& name, std::vector<int> shape) {
  return {.name = name,
          .type = DataType::kInt8,
          .shape = std::move(shape),
          .quantization = {.scale = {0.1F}, .zero_point = {0}}};
}

// in (8) -> fully connected -> hidden (64) -> softmax -> out (64).
Model Classifier() {
  ModelBuilder builder;
  const std::vector<std::byte> weights(512, std::byte{3});
  const int in = builder.AddInput(Int8("in", {1, 8}));
  const int constant = builder.AddConstant(Int8("weights", {64, 8}), weights);
  const int hidden = builder.AddActivation(Int8("hidden", {1, 64}));
  builder.AddOp({.kind = OpKind::kFullyConnected,
                 .inputs = {in, constant, Op::kNoTensor},
                 .outputs = {hidden}},
                FullyConnectedOptions{});
  const int out = builder.AddActivation(Int8("out", {1, 64}));
  builder.AddOp(
      {.kind = OpKind::kSoftmax, .inputs = {hidden}, .outputs = {out}},
      SoftmaxOptions{});
  builder.SetOutputs({out});
  return builder.Build("classifier");
}

// What it is compiled to: so many bytes cached.
Model Compiled(const Graph& like, std::int64_t cached_bytes,
               std::int64_t estimated_cycles) {
  CompiledExecutable caching = sample_packages::Caching();
  caching.parameter_bytes = cached_bytes;
  caching.traffic.reset();
  CompiledExecutable execution = sample_packages::Execution();
  execution.estimated_cycles = estimated_cycles;
  const auto package = sample_packages::PackageOf({execution, caching});
  return BuildCompiledModel(like, package, sample_packages::ContentOf(package),
                            "compiled");
}

const DeviceSpec& Spec() {
  static const DeviceSpec spec = ReadDeviceSpec("edgetpu-usb3-desktop");
  return spec;
}

TEST(CompareWithCompiled, PutsThePredictionBesideTheFile) {
  const Model model = Classifier();
  const auto comparison = CompareWithCompiled(
      model, Compiled(model.graph, 512, /*estimated_cycles=*/7), Spec());
  EXPECT_EQ(comparison.predicted.cached_bytes, 512);
  EXPECT_EQ(comparison.predicted.streamed_bytes, 0);
  EXPECT_EQ(comparison.predicted.input_bytes, 8);
  EXPECT_EQ(comparison.predicted.output_bytes, 64);
  EXPECT_EQ(comparison.predicted.cpu_ops, 0);
  EXPECT_FALSE(comparison.predicted.scratch_bytes);
  EXPECT_EQ(comparison.compiled.cached_bytes, 512);
  EXPECT_EQ(comparison.compiled.streamed_bytes, 16);
  EXPECT_EQ(comparison.compiled.streamed_bytes_per_inference, 16);
  EXPECT_EQ(comparison.compiled.input_bytes, 16);
  EXPECT_EQ(comparison.compiled.output_bytes, 1008);
  EXPECT_EQ(comparison.compiled.instruction_bytes, 101);
  EXPECT_EQ(comparison.compiled.scratch_bytes, 64);
  EXPECT_EQ(comparison.compiled.cpu_ops, 0);
  ASSERT_EQ(comparison.layers.size(), 1);
  EXPECT_EQ(comparison.layers[0].op, 0);
  EXPECT_EQ(comparison.layers[0].bytes, 512);
  EXPECT_TRUE(comparison.layers[0].is_cached);
}

TEST(CompareWithCompiled, AddsForASoftmaxWhatNewerCompilersDo) {
  const Model model = Classifier();
  const auto older = CompareWithCompiled(
      model, Compiled(model.graph, 512, /*estimated_cycles=*/7), Spec());
  const auto newer = CompareWithCompiled(
      model, Compiled(model.graph, 512, /*estimated_cycles=*/0), Spec());
  EXPECT_FALSE(older.is_newer_compiler);
  EXPECT_TRUE(newer.is_newer_compiler);
  EXPECT_EQ(*newer.predicted.cached_bytes - *older.predicted.cached_bytes,
            newer.softmax_table_bytes);
  EXPECT_GT(newer.predicted.instruction_bytes,
            older.predicted.instruction_bytes);
  EXPECT_EQ(newer.layers.size(), 2);
}

std::string ErrorOf(const Model& model, const Model& compiled) {
  try {
    CompareWithCompiled(model, compiled, Spec());
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    return error.what();
  }
  return "no error";
}

TEST(CompareWithCompiled, RefusesAFileOfAnotherModel) {
  const Model model = Classifier();
  EXPECT_THAT(ErrorOf(model, model),
              HasSubstr("classifier: 0 of its 2 ops are compiled for the Edge "
                        "TPU, expected one"));
  Graph other = model.graph;
  other.tensors[other.inputs[0]].shape = {1, 9};
  EXPECT_EQ(ErrorOf(model, Compiled(other, 512, 0)),
            "compiled takes 'in' (int8 1x9); classifier takes 'in' (int8 1x8): "
            "it was not compiled of that model");
  other = model.graph;
  other.tensors[other.outputs[0]].name = "logits";
  EXPECT_THAT(ErrorOf(model, Compiled(other, 512, 0)),
              HasSubstr("compiled gives 'logits' (int8 1x64); classifier gives "
                        "'out' (int8 1x64)"));
}

}  // namespace
}  // namespace coralline
