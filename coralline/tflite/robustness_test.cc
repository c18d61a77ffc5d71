// Damaged files are refused or handled; run under ASan and UBSan by CI.

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "coralline/base/file.h"
#include "coralline/tflite/model_builder.h"
#include "coralline/tflite/testing.h"

namespace coralline {
namespace {

using testing_util::ReadAndSplit;

Model BuiltModel() {
  ModelBuilder builder;
  const Quantization quantization{.scale = {0.1F}, .zero_point = {0}};
  const auto tensor = [&](const std::string& name, std::vector<int> shape) {
    return Tensor{.name = name,
                  .type = DataType::kInt8,
                  .shape = std::move(shape),
                  .quantization = quantization};
  };
  const std::vector<std::byte> weights(64, std::byte{3});
  int value = builder.AddInput(tensor("in", {1, 8}));
  for (const char* name : {"a", "b", "c"}) {
    const int w =
        builder.AddConstant(tensor(std::string(name) + "/w", {8, 8}), weights);
    const int output = builder.AddActivation(tensor(name, {1, 8}));
    builder.AddOp({.kind = OpKind::kFullyConnected,
                   .version = 4,
                   .inputs = {value, w, Op::kNoTensor},
                   .outputs = {output}},
                  FullyConnectedOptions{Activation::kRelu});
    value = output;
  }
  builder.SetOutputs({value});
  return builder.Build("built");
}

class Robustness : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (std::string(GetParam()) == "built") {
      bytes_ = BuiltModel().bytes;
    } else {
      const auto path = std::filesystem::path(CORALLINE_MODELS_DIR) /
                        (std::string(GetParam()) + ".tflite");
      if (!std::filesystem::exists(path)) {
        GTEST_SKIP() << "the shared models are not here: " << path.filename();
      }
      bytes_ = ReadFile(path);
    }
    ASSERT_TRUE(ReadAndSplit(bytes_.span()));
  }

  SharedBytes bytes_;
};

TEST_P(Robustness, EveryTruncationIsRefused) {
  // All lengths of the first 512 bytes, then each 64th. What a truncation
  // removes is never needed only where it is padding at the very end.
  for (std::size_t size = 0; size + 64 < bytes_.size();
       size += size < 512 ? 1 : 64) {
    EXPECT_FALSE(ReadAndSplit(bytes_.span().first(size))) << size;
  }
}

TEST_P(Robustness, TenThousandRandomFlipsAreRefusedOrHandled) {
  std::mt19937_64 random(10000);
  std::vector<std::byte> damaged(bytes_.span().begin(), bytes_.span().end());
  int refused = 0;
  for (int trial = 0; trial < 10000; ++trial) {
    std::vector<std::size_t> places;
    const int num_flips = 1 + static_cast<int>(random() % 8);
    for (int i = 0; i < num_flips; ++i) {
      places.push_back(random() % damaged.size());
      damaged[places.back()] = static_cast<std::byte>(random());
    }
    refused += ReadAndSplit(damaged) ? 0 : 1;
    for (const std::size_t place : places)
      damaged[place] = bytes_.data()[place];
  }
  EXPECT_GT(refused, 0);
  EXPECT_TRUE(ReadAndSplit(damaged));
}

TEST_P(Robustness, EveryByteInvertedIsRefusedOrHandled) {
  std::vector<std::byte> damaged(bytes_.span().begin(), bytes_.span().end());
  for (std::byte& byte : damaged) {
    byte ^= std::byte{0xff};
    ReadAndSplit(damaged);
    byte ^= std::byte{0xff};
  }
  EXPECT_TRUE(ReadAndSplit(damaged));
}

INSTANTIATE_TEST_SUITE_P(Models, Robustness,
                         testing::Values("built", "split_concat",
                                         "keras_lstm_mnist_ptq"),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace coralline
