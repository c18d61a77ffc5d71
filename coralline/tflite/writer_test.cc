#include "coralline/tflite/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "coralline/base/error.h"
#include "coralline/graph/boundary.h"
#include "coralline/tflite/model_builder.h"
#include "coralline/tflite/reader.h"

namespace coralline {
namespace {

const Tensor kTensor{.type = DataType::kInt8,
                     .shape = {1, 4},
                     .quantization = {.scale = {0.1F}, .zero_point = {0}}};

Tensor Named(const std::string& name) {
  Tensor tensor = kTensor;
  tensor.name = name;
  return tensor;
}

// in -> TANH -> TANH -> ..., with these tensor names.
Model Chain(const std::vector<std::string>& names,
            OpKind kind = OpKind::kTanh) {
  ModelBuilder builder;
  int value = builder.AddInput(Named("in"));
  for (const std::string& name : names) {
    const int output = builder.AddActivation(Named(name));
    builder.AddOp({.kind = kind, .inputs = {value}, .outputs = {output}});
    value = output;
  }
  builder.SetOutputs({value});
  return builder.Build("chain");
}

std::string SplitError(const Model& model, const std::vector<int>& cuts) {
  try {
    SplitModel(model, SegmentsAt(model.graph.num_ops(), cuts));
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(SegmentName, FollowsTheConvention) {
  EXPECT_EQ(SegmentName("mobilenet", 0, 4), "mobilenet_segment_0_of_4");
}

TEST(SplitModel, KeepsNamesAndNumbersTheSegments) {
  const Model model = Chain({"a", "b", "c"});
  const auto parts = SplitModel(model, SegmentsAt(3, std::vector{1}));
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[1].name, "chain_segment_1_of_2");
  const Graph& graph = parts[1].graph;
  EXPECT_EQ(graph.tensors.size(), 3U);
  EXPECT_EQ(graph.tensors[graph.inputs.at(0)].name, "a");
  EXPECT_EQ(graph.tensors[graph.outputs.at(0)].name, "c");
}

TEST(SplitModel, RefusesNamesThatCannotJoinStages) {
  EXPECT_THAT(SplitError(Chain({"a", "b"}), {1}), "no error");
  EXPECT_THAT(SplitError(Chain({"in", "b"}), {1}),
              testing::HasSubstr("under the same name 'in'"));
  EXPECT_THAT(SplitError(Chain({"", "b"}), {1}),
              testing::HasSubstr("has no name"));
}

TEST(SplitModel, RefusesResources) {
  EXPECT_THAT(SplitError(Chain({"a", "b"}, OpKind::kVarHandle), {1}),
              testing::HasSubstr("op 0 (VAR_HANDLE) uses resources"));
}

TEST(WriteSegments, WritesAllFilesOrNone) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "segments";
  std::filesystem::remove_all(folder);
  const Model model = Chain({"a", "b", "c"});
  const auto paths =
      WriteSegments(model, SegmentsAt(3, std::vector{1, 2}), folder);
  ASSERT_EQ(paths.size(), 3U);
  EXPECT_EQ(paths[2].filename(), "chain_segment_2_of_3.tflite");
  EXPECT_EQ(ReadTflite(paths[2]).graph.num_ops(), 1);
  std::filesystem::remove_all(folder);
  // A folder stands where the second file should go.
  std::filesystem::create_directories(folder / "chain_segment_1_of_2.tflite");
  EXPECT_THROW(
      WriteSegments(Chain({"", "b"}), SegmentsAt(2, std::vector{1}), folder),
      Error);
  EXPECT_FALSE(std::filesystem::exists(folder / "chain_segment_0_of_2.tflite"));
  std::filesystem::remove_all(folder);
}

class RealModels : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const auto path = std::filesystem::path(CORALLINE_MODELS_DIR) /
                      (std::string(GetParam()) + ".tflite");
    if (!std::filesystem::exists(path)) {
      GTEST_SKIP() << "the shared models are not here: " << path.filename();
    }
    model_ = ReadTflite(path);
  }

  static bool SameContent(const Model& a, int i, const Model& b, int j) {
    return std::ranges::equal(ConstantData(a, i), ConstantData(b, j));
  }

  Model model_;
};

TEST_P(RealModels, SurviveReadWriteReadUnchanged) {
  const Model copy = Rewrite(model_);
  EXPECT_EQ(copy.graph, model_.graph);
  for (int i = 0; i < static_cast<int>(model_.graph.tensors.size()); ++i) {
    EXPECT_TRUE(SameContent(model_, i, copy, i)) << i;
  }
  // A second pass changes nothing at all.
  EXPECT_TRUE(
      std::ranges::equal(Rewrite(copy).bytes.span(), copy.bytes.span()));
}

TEST_P(RealModels, KeepTheirInterfaceAsOneSegment) {
  const int num_ops = model_.graph.num_ops();
  const Model all = ExtractSegment(model_, OpRange(0, num_ops));
  const auto names = [](const Graph& graph, const std::vector<int>& tensors) {
    std::vector<std::string> result;
    for (const int tensor : tensors) {
      result.push_back(graph.tensors[tensor].name);
    }
    return result;
  };
  EXPECT_EQ(all.graph.num_ops(), num_ops);
  EXPECT_EQ(names(all.graph, all.graph.inputs),
            names(model_.graph, model_.graph.inputs));
  EXPECT_EQ(names(all.graph, all.graph.outputs),
            names(model_.graph, model_.graph.outputs));
}

TEST_P(RealModels, SegmentsHaveTheWholesTensorsAndOps) {
  const int num_ops = model_.graph.num_ops();
  const Segment middle = OpRange(num_ops / 3, num_ops - num_ops / 3);
  const Model segment = ExtractSegment(model_, middle);
  for (std::size_t i = 0; i < middle.ops.size(); ++i) {
    const Op& whole = model_.graph.ops[middle.ops[i]];
    const Op& part = segment.graph.ops[i];
    EXPECT_EQ(part.kind, whole.kind);
    EXPECT_EQ(part.version, whole.version);
    ASSERT_EQ(part.inputs.size(), whole.inputs.size());
    for (std::size_t j = 0; j < part.inputs.size(); ++j) {
      ASSERT_EQ(part.inputs[j] < 0, whole.inputs[j] < 0);
      if (part.inputs[j] < 0) continue;
      EXPECT_EQ(segment.graph.tensors[part.inputs[j]],
                model_.graph.tensors[whole.inputs[j]]);
      EXPECT_TRUE(
          SameContent(segment, part.inputs[j], model_, whole.inputs[j]));
    }
  }
}

TEST_P(RealModels, ConstantsAreAlignedInTheFile) {
  const Model copy = Rewrite(model_);
  for (int i = 0; i < static_cast<int>(copy.graph.tensors.size()); ++i) {
    const auto data = ConstantData(copy, i);
    if (data.empty()) continue;
    EXPECT_EQ((data.data() - copy.bytes.data()) % 16, 0) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Shared, RealModels,
                         testing::Values("mobilenet_v1_0.25_128_quant",
                                         "mobilenet_v2_1.0_224_quant",
                                         "tf2_mobilenet_v2_1.0_224_ptq",
                                         "movenet_single_pose_lightning_ptq",
                                         "deeplabv3_mnv2_dm05_pascal_quant",
                                         "keras_lstm_mnist_ptq",
                                         "split_concat"));

}  // namespace
}  // namespace coralline
