// The composition test: a model cut anywhere gives the whole model's outputs,
// bit for bit, on both kernel sets.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>

#include "coralline/base/error.h"
#include "coralline/device/cpu_device.h"
#include "coralline/graph/segment.h"
#include "coralline/pipeline/verify.h"
#include "coralline/tflite/reader.h"
#include "coralline/tflite/writer.h"

namespace coralline {
namespace {

struct Case {
  std::string model;
  CpuKernels kernels;
};

void PrintTo(const Case& test_case, std::ostream* out) {
  *out << test_case.model;
}

// Which of ../shared/models TFLite runs, and which of them XNNPACK takes.
const std::vector<Case> kCases = {
    {"mobilenet_v1_0.25_128_quant", CpuKernels::kBuiltin},
    {"mobilenet_v2_1.0_224_quant", CpuKernels::kBuiltin},
    {"tf2_mobilenet_v2_1.0_224_ptq", CpuKernels::kBuiltin},
    {"tf2_mobilenet_v2_1.0_224_ptq", CpuKernels::kXnnpack},
    {"movenet_single_pose_lightning_ptq", CpuKernels::kBuiltin},
    {"deeplabv3_mnv2_dm05_pascal_quant", CpuKernels::kBuiltin},
    {"keras_lstm_mnist_ptq", CpuKernels::kBuiltin},
    {"keras_lstm_mnist_ptq", CpuKernels::kXnnpack},
    {"split_concat", CpuKernels::kBuiltin}};

std::string CaseName(const testing::TestParamInfo<Case>& info) {
  std::string name = info.param.model;
  std::replace(name.begin(), name.end(), '.', '_');
  return name +
         (info.param.kernels == CpuKernels::kBuiltin ? "_builtin" : "_xnnpack");
}

class BitExact : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const auto path = std::filesystem::path(CORALLINE_MODELS_DIR) /
                      (GetParam().model + ".tflite");
    if (!std::filesystem::exists(path)) {
      GTEST_SKIP() << "the shared models are not here: " << path.filename();
    }
    try {
      TfLiteVersion();
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
    model_ = ReadTflite(path);
    const auto whole = device_.Load(model_);
    const bool uses_xnnpack =
        whole->description().find("XNNPACK") != std::string::npos;
    EXPECT_EQ(uses_xnnpack, GetParam().kernels == CpuKernels::kXnnpack);
    specs_ = whole->outputs();
    // Small models get several requests, so that state is carried along.
    const int num_requests = model_.bytes.size() < 100000 ? 3 : 1;
    std::mt19937_64 random(2026);
    for (int i = 0; i < num_requests; ++i) {
      inputs_.push_back(RandomData(whole->inputs(), random));
      expected_.push_back(RunOnce(*whole, inputs_.back()));
    }
  }

  void ExpectExact(const std::vector<int>& cuts) {
    SCOPED_TRACE("cuts " + testing::PrintToString(cuts));
    std::vector<std::unique_ptr<Executable>> stages;
    for (const Model& segment :
         SplitModel(model_, SegmentsAt(model_.graph.num_ops(), cuts))) {
      stages.push_back(device_.Load(segment));
    }
    Pipeline pipeline(std::move(stages), InterfaceOf(model_.graph));
    Completion completion;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      pipeline.Push(inputs_[i]);
      ASSERT_TRUE(pipeline.Pop(completion));
      const auto difference =
          FirstDifference(specs_, expected_[i], completion.outputs);
      EXPECT_FALSE(difference)
          << difference->tensor << " byte " << difference->byte;
    }
  }

  const CpuDevice device_{{}, GetParam().kernels};
  Model model_;
  std::vector<TensorSpec> specs_;
  std::vector<std::vector<TensorData>> inputs_;
  std::vector<std::vector<TensorData>> expected_;
};

TEST_P(BitExact, EveryTwoWayCut) {
  for (int cut = 1; cut < model_.graph.num_ops(); ++cut) ExpectExact({cut});
}

TEST_P(BitExact, FiftyRandomCutsIntoThreeToSix) {
  std::mt19937 random(50);
  const int num_ops = model_.graph.num_ops();
  for (int trial = 0; trial < 50; ++trial) {
    const int num_cuts =
        std::min(num_ops - 1, 2 + static_cast<int>(random() % 4));
    std::set<int> cuts;
    while (static_cast<int>(cuts.size()) < num_cuts) {
      cuts.insert(1 + static_cast<int>(random() % (num_ops - 1)));
    }
    ExpectExact({cuts.begin(), cuts.end()});
  }
}

INSTANTIATE_TEST_SUITE_P(Models, BitExact, testing::ValuesIn(kCases), CaseName);

}  // namespace
}  // namespace coralline
