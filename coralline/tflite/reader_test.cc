#include "coralline/tflite/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "coralline/base/error.h"
#include "coralline/tflite/internal/wire.h"
#include "coralline/tflite/testing.h"

namespace coralline {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;
using testing::HasSubstr;

// A model of ops "x -> y -> z" on int8 tensors 0, 1, 2 with weights 3, and one
// knob for each thing that can be wrong with it.
struct Knobs {
  unsigned version = 3;
  int num_subgraphs = 1;
  std::int8_t type = 9;  // of all tensors
  int opcode = 9;        // FULLY_CONNECTED
  std::string custom_code;
  std::vector<int> weight_shape = {4, 4};
  std::size_t weight_bytes = 16;
  unsigned weight_buffer = 1;
  std::uint64_t buffer_offset = 0;
  bool sparse = false;
  unsigned opcode_index = 0;
  std::vector<int> first_inputs = {0, 3, -1};
  std::vector<int> first_outputs = {1};
  std::vector<int> second_inputs = {1, 3, -1};
  std::vector<int> second_outputs = {2};
  std::vector<int> outputs = {2};
  float scale = 0.1F;
  std::uint64_t large_options = 0;
  int num_references = 1;  // to the tensor of the weights
  std::string weight_name = "w";
};

class TinyModel {
 public:
  explicit TinyModel(const Knobs& knobs) : knobs_(knobs) {
    const auto buffers = builder_.CreateVector(Buffers());
    std::vector<Offset<wire::SubGraph>> graphs;
    for (int i = 0; i < knobs.num_subgraphs; ++i) graphs.push_back(Graph());
    const auto code = Opcode();
    const auto codes = builder_.CreateVector(&code, 1);
    const auto subgraphs = builder_.CreateVector(graphs);
    wire::FinishModelBuffer(
        builder_, wire::CreateModel(builder_, knobs.version, codes, subgraphs,
                                    0, buffers));
  }

  SharedBytes Bytes() const {
    return testing_util::AlignedCopy(std::as_bytes(
        std::span(builder_.GetBufferPointer(), builder_.GetSize())));
  }

 private:
  std::vector<Offset<wire::Buffer>> Buffers() {
    const std::vector<std::uint8_t> weights(knobs_.weight_bytes, 1);
    const auto empty = wire::CreateBuffer(builder_);
    const auto data = builder_.CreateVector(weights);
    return {empty, wire::CreateBuffer(builder_, data, knobs_.buffer_offset)};
  }

  Offset<wire::OperatorCode> Opcode() {
    Offset<flatbuffers::String> custom;
    if (!knobs_.custom_code.empty()) {
      custom = builder_.CreateString(knobs_.custom_code);
    }
    return wire::CreateOperatorCode(builder_,
                                    static_cast<std::int8_t>(knobs_.opcode),
                                    custom, 4, knobs_.opcode);
  }

  Offset<wire::Tensor> Tensor(const std::string& name,
                              const std::vector<int>& shape, unsigned buffer) {
    const auto scale = builder_.CreateVector(std::vector{knobs_.scale});
    const auto zero = builder_.CreateVector(std::vector<std::int64_t>{0});
    const auto quantization =
        wire::CreateQuantization(builder_, 0, 0, scale, zero);
    const auto shape_vector = builder_.CreateVector(shape);
    const auto name_string = builder_.CreateString(name);
    Offset<wire::Opaque> sparsity;
    if (knobs_.sparse) sparsity = wire::CreateOpaque(builder_);
    return wire::CreateTensor(builder_, shape_vector, knobs_.type, buffer,
                              name_string, quantization, false, sparsity);
  }

  Offset<wire::Operator> Operator(const std::vector<int>& inputs,
                                  const std::vector<int>& outputs) {
    const auto input_vector = builder_.CreateVector(inputs);
    const auto output_vector = builder_.CreateVector(outputs);
    return wire::CreateOperator(builder_, knobs_.opcode_index, input_vector,
                                output_vector, 0, 0, 0, 0, 0, 0,
                                knobs_.large_options);
  }

  Offset<wire::SubGraph> Graph() {
    std::vector<Offset<wire::Tensor>> tensors = {
        Tensor("x", {1, 4}, 0), Tensor("y", {1, 4}, 0), Tensor("z", {1, 4}, 0)};
    tensors.resize(
        3 + knobs_.num_references,
        Tensor(knobs_.weight_name, knobs_.weight_shape, knobs_.weight_buffer));
    const std::vector<Offset<wire::Operator>> ops = {
        Operator(knobs_.first_inputs, knobs_.first_outputs),
        Operator(knobs_.second_inputs, knobs_.second_outputs)};
    const auto tensor_vector = builder_.CreateVector(tensors);
    const auto inputs = builder_.CreateVector(std::vector{0});
    const auto outputs = builder_.CreateVector(knobs_.outputs);
    const auto op_vector = builder_.CreateVector(ops);
    return wire::CreateSubGraph(builder_, tensor_vector, inputs, outputs,
                                op_vector);
  }

  const Knobs& knobs_;
  FlatBufferBuilder builder_;
};

std::string ErrorOf(const std::function<void()>& function) {
  try {
    function();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    return error.what();
  }
  return "no error";
}

std::string ErrorOf(const Knobs& knobs) {
  return ErrorOf([&] { ParseTflite(TinyModel(knobs).Bytes(), "m"); });
}

std::string ErrorOf(std::string_view content) {
  return ErrorOf([&] {
    ParseTflite(testing_util::AlignedCopy(std::as_bytes(std::span(content))),
                "m");
  });
}

TEST(ParseTflite, ReadsTheTinyModel) {
  const Knobs knobs;
  const Model model = ParseTflite(TinyModel(knobs).Bytes(), "m");
  EXPECT_EQ(model.graph.num_ops(), 2);
  EXPECT_EQ(model.graph.ops[0].version, 4);
  EXPECT_EQ(model.graph.ops[1].inputs, (std::vector{1, 3, -1}));
  EXPECT_EQ(model.graph.tensors[3].constant_bytes, 16);
  EXPECT_EQ(ConstantData(model, 3).size(), 16U);
  EXPECT_TRUE(ConstantData(model, 0).empty());
}

TEST(ParseTflite, RefusesWhatIsNoModel) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("m: not a TFLite model"));
  EXPECT_THAT(ErrorOf("hello, this is text"), HasSubstr("not a TFLite model"));
  EXPECT_THAT(ErrorOf(std::string_view("\x18\0\0\0TFL3", 8)),
              HasSubstr("m: damaged or truncated"));
}

TEST(ParseTflite, RefusesWhatItDoesNotTake) {
  EXPECT_THAT(ErrorOf(Knobs{.version = 2}), HasSubstr("format version 2"));
  EXPECT_THAT(ErrorOf(Knobs{.num_subgraphs = 2}),
              HasSubstr("2 subgraphs, expected 1"));
  EXPECT_THAT(ErrorOf(Knobs{.num_subgraphs = 0}), HasSubstr("0 subgraphs"));
  EXPECT_THAT(ErrorOf(Knobs{.type = 0, .weight_bytes = 64}),
              HasSubstr("tensor 'x' is float32; the Edge TPU runs int8: "
                        "quantize the model first"));
  EXPECT_THAT(ErrorOf(Knobs{.opcode = 32, .custom_code = "edgetpu-custom-op"}),
              HasSubstr("already compiled for the Edge TPU"));
  EXPECT_THAT(ErrorOf(Knobs{.buffer_offset = 4096}),
              HasSubstr("buffer 1 lies outside the flatbuffer"));
  EXPECT_THAT(ErrorOf(Knobs{.large_options = 4096}),
              HasSubstr("op 0 keeps its options outside"));
  EXPECT_THAT(ErrorOf(Knobs{.sparse = true}), HasSubstr("is sparse"));
}

TEST(ParseTflite, RefusesIndicesOutOfRange) {
  EXPECT_THAT(ErrorOf(Knobs{.weight_buffer = 9}),
              HasSubstr("tensor 3 uses buffer 9; the model has 2"));
  EXPECT_THAT(ErrorOf(Knobs{.opcode_index = 5}),
              HasSubstr("op 0 uses operator code 5; the model has 1"));
  EXPECT_THAT(ErrorOf(Knobs{.first_inputs = {77}}),
              HasSubstr("an input of op 0 (FULLY_CONNECTED) is tensor 77"));
  EXPECT_THAT(ErrorOf(Knobs{.second_outputs = {-1}}),
              HasSubstr("an output of op 1 (FULLY_CONNECTED) is tensor -1"));
  EXPECT_THAT(ErrorOf(Knobs{.outputs = {4}}),
              HasSubstr("a model output is tensor 4"));
}

TEST(ParseTflite, RefusesShapesThatDisagreeWithTheirBuffers) {
  EXPECT_THAT(ErrorOf(Knobs{.weight_shape = {4, 5}}),
              HasSubstr("'w': 4x5 int8 takes 20 bytes, its buffer has 16"));
  EXPECT_THAT(ErrorOf(Knobs{.weight_shape = {4, 3}}),
              HasSubstr("takes 12 bytes"));
  EXPECT_THAT(ErrorOf(Knobs{.weight_shape = {4, -4}}),
              HasSubstr("shape 4x-4 is negative or too large"));
  constexpr int kHuge = 2147483647;
  EXPECT_THAT(ErrorOf(Knobs{.weight_shape = {kHuge, kHuge, kHuge}}),
              HasSubstr("is negative or too large"));
  EXPECT_THAT(ErrorOf(Knobs{.weight_shape = {1 << 21, 1 << 20}}),
              HasSubstr("is negative or too large"));
  EXPECT_THAT(ErrorOf(Knobs{.scale = -1}), HasSubstr("scale -1 is invalid"));
}

// 90 KB that would take a gigabyte to read.
TEST(ParseTflite, RefusesFilesThatUnfoldToManyTimesTheirSize) {
  EXPECT_THAT(ErrorOf(Knobs{.num_references = 16000,
                            .weight_name = std::string(65000, 'w')}),
              HasSubstr("refers to its content so often that it unfolds"));
  EXPECT_EQ(ErrorOf(Knobs{.num_references = 10}), "no error");
}

TEST(ParseTflite, NamesAnUnknownOperatorCode) {
  const Knobs knobs{.opcode = -5};
  const Model model = ParseTflite(TinyModel(knobs).Bytes(), "m");
  EXPECT_EQ(OpName(model.graph.ops[0]), "BUILTIN_-5");
}

TEST(ParseTflite, RefusesADisorderedDataFlow) {
  EXPECT_THAT(ErrorOf(Knobs{.first_inputs = {2, 3, -1}}),
              HasSubstr("reads tensor 2 'z' before any op writes it"));
  EXPECT_THAT(ErrorOf(Knobs{.second_outputs = {1}}),
              HasSubstr("writes tensor 1 'y', which has a value"));
  EXPECT_THAT(ErrorOf(Knobs{.first_outputs = {0}, .second_inputs = {0, 3}}),
              HasSubstr("writes tensor 0 'x', which has a value"));
  EXPECT_THAT(
      ErrorOf(
          Knobs{.first_outputs = {}, .second_inputs = {0, 3}, .outputs = {1}}),
      HasSubstr("no op writes the model output 1 'y'"));
}

struct RealModel {
  const char* name;
  int num_ops;
  int num_per_channel;
  int num_variables;
};

class RealModels : public testing::TestWithParam<RealModel> {};

TEST_P(RealModels, AreReadInFull) {
  const auto path = std::filesystem::path(CORALLINE_MODELS_DIR) /
                    (std::string(GetParam().name) + ".tflite");
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "the shared models are not here: " << path.filename();
  }
  const Model model = ReadTflite(path);
  int per_channel = 0;
  int variables = 0;
  for (const Tensor& tensor : model.graph.tensors) {
    per_channel += tensor.quantization.scale.size() > 1;
    variables += tensor.is_variable;
  }
  EXPECT_EQ(model.name, GetParam().name);
  EXPECT_EQ(model.graph.num_ops(), GetParam().num_ops);
  EXPECT_EQ(per_channel, GetParam().num_per_channel);
  EXPECT_EQ(variables, GetParam().num_variables);
}

// Operators and per-channel tensors as counted by other readers.
INSTANTIATE_TEST_SUITE_P(
    Shared, RealModels,
    testing::Values(RealModel{"mobilenet_v1_0.25_128_quant", 31, 0, 0},
                    RealModel{"mobilenet_v2_1.0_224_quant", 66, 0, 0},
                    RealModel{"tf2_mobilenet_v2_1.0_224_ptq", 68, 106, 0},
                    RealModel{"movenet_single_pose_lightning_ptq", 157, 146, 0},
                    RealModel{"deeplabv3_mnv2_dm05_pascal_quant", 72, 0, 0},
                    RealModel{"keras_lstm_mnist_ptq", 6, 0, 2},
                    // has no buffers at all
                    RealModel{"model_invoking_error", 1, 0, 0}));

TEST(ReadTflite, RefusesCompiledModelsUnlessAskedNotTo) {
  int found = 0;
  for (const char* name :
       {"mobilenet_v1_0.25_128_quant_edgetpu",
        "ssd_mobilenet_v2_coco_quant_postprocess_segment_0_of_2_edgetpu"}) {
    const auto path = std::filesystem::path(CORALLINE_MODELS_DIR) /
                      (std::string(name) + ".tflite");
    if (!std::filesystem::exists(path)) continue;
    ++found;
    EXPECT_THAT(ErrorOf([&] { ReadTflite(path); }),
                HasSubstr("already compiled for the Edge TPU"));
    const Model model = ReadTflite(path, Compiled::kAllow);
    ASSERT_EQ(model.graph.num_ops(), 1);
    EXPECT_TRUE(IsEdgeTpuOp(model.graph.ops[0]));
    EXPECT_GT(CustomOptions(model, 0).size(), model.bytes.size() / 2);
  }
  if (found == 0) GTEST_SKIP() << "the shared models are not here";
}

}  // namespace
}  // namespace coralline
