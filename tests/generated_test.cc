// The generated networks in TFLite: activations stay spread, and every cut is
// bit-exact on both kernel sets.

#include <gtest/gtest.h>

#include <cmath>

#include "coralline/base/error.h"
#include "coralline/device/cpu_device.h"
#include "coralline/pipeline/verify.h"
#include "coralline/tflite/writer.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

struct Net {
  std::string name;
  std::function<Model()> generate;
};

void PrintTo(const Net& net, std::ostream* out) { *out << net.name; }

Model Fc(int width, int layers, HiddenActivation activation) {
  return GenerateFullyConnected(
      {.width = width, .layers = layers, .activation = activation});
}

class Generated : public testing::TestWithParam<Net> {
 protected:
  void SetUp() override {
    try {
      TfLiteVersion();
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
    model_ = GetParam().generate();
  }

  void ExpectEveryCutExact(CpuKernels kernels) {
    const CpuDevice device({}, kernels);
    const auto whole = device.Load(model_);
    const int num_ops = model_.graph.num_ops();
    for (int cut = 1; cut < num_ops; ++cut) {
      std::vector<std::unique_ptr<Executable>> stages;
      for (const Model& segment :
           SplitModel(model_, SegmentsAt(num_ops, std::vector{cut}))) {
        stages.push_back(device.Load(segment));
      }
      Pipeline pipeline(std::move(stages), InterfaceOf(model_.graph));
      EXPECT_FALSE(FindMismatch(*whole, pipeline, 3, 1)) << "cut " << cut;
    }
  }

  Model model_;
};

TEST_P(Generated, OutputsAreSpread) {
  const auto whole = CpuDevice({}, CpuKernels::kBuiltin).Load(model_);
  std::mt19937_64 random(3);
  double sum = 0;
  double squares = 0;
  double saturated = 0;
  double count = 0;
  for (int i = 0; i < 20; ++i) {
    const auto outputs = RunOnce(*whole, RandomData(whole->inputs(), random));
    for (const std::byte byte : outputs.at(0)) {
      const int value = static_cast<std::int8_t>(byte);
      sum += value;
      squares += value * value;
      saturated += value == 127 ? 1 : 0;
      ++count;
    }
  }
  const double deviation =
      std::sqrt(squares / count - sum / count * sum / count);
  EXPECT_GT(deviation, 25) << "of 256 values";
  EXPECT_LT(saturated / count, 0.2);
}

TEST_P(Generated, EveryCutIsExactOnBuiltinKernels) {
  ExpectEveryCutExact(CpuKernels::kBuiltin);
}

TEST_P(Generated, EveryCutIsExactOnXnnpack) {
  ExpectEveryCutExact(CpuKernels::kXnnpack);
}

INSTANTIATE_TEST_SUITE_P(
    Nets, Generated,
    testing::Values(
        Net{"fc_64", [] { return Fc(64, 5, HiddenActivation::kRelu); }},
        Net{"fc_1000", [] { return Fc(1000, 5, HiddenActivation::kRelu); }},
        Net{"fc_400_8", [] { return Fc(400, 8, HiddenActivation::kRelu); }},
        Net{"tanh_300", [] { return Fc(300, 5, HiddenActivation::kTanh); }},
        Net{"conv_32", [] { return GenerateConv({.width = 32, .size = 32}); }},
        Net{"conv_100",
            [] { return GenerateConv({.width = 100, .size = 16}); }}),
    [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace coralline
