// The zoo in TFLite: every network runs, its results depend on its input, and
// random cuts are bit-exact. CORALLINE_ZOO_CUTS sets the cuts of each network
// and kernel set.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "coralline/device/cpu_device.h"
#include "coralline/device/testing.h"
#include "coralline/pipeline/verify.h"
#include "coralline/tflite/writer.h"
#include "coralline/zoo/networks.h"
#include "coralline/zoo/testing.h"

namespace coralline {
namespace {

int NumCuts() {
  const char* cuts = std::getenv("CORALLINE_ZOO_CUTS");
  return cuts != nullptr ? std::atoi(cuts) : 1;
}

class ZooModel : public testing::TestWithParam<Architecture> {
 protected:
  void SetUp() override {
    if (!testing_util::CanExecute()) GTEST_SKIP() << "no TFLite library";
  }

  static Model Generate(DataType type) {
    const auto name = GetParam().name;
    return GenerateNetwork(
        name, {.size = testing_util::SmallestSize(name), .type = type});
  }
};

void ExpectRandomCutsExact(const Model& model, CpuKernels kernels) {
  const CpuDevice device({}, kernels);
  const auto whole = device.Load(model);
  const int num_ops = model.graph.num_ops();
  std::mt19937_64 random(1);
  for (int i = 0; i < NumCuts(); ++i) {
    const int cut = 1 + static_cast<int>(random() % (num_ops - 1));
    std::vector<std::unique_ptr<Executable>> stages;
    for (const Model& segment :
         SplitModel(model, SegmentsAt(num_ops, std::vector{cut}))) {
      stages.push_back(device.Load(segment));
    }
    Pipeline pipeline(std::move(stages), InterfaceOf(model.graph));
    EXPECT_FALSE(FindMismatch(*whole, pipeline, 1, random())) << "cut " << cut;
  }
}

TEST_P(ZooModel, CutsAreExactOnBuiltinKernels) {
  ExpectRandomCutsExact(Generate(DataType::kInt8), CpuKernels::kBuiltin);
}

TEST_P(ZooModel, CutsAreExactOnXnnpack) {
  ExpectRandomCutsExact(Generate(DataType::kInt8), CpuKernels::kXnnpack);
}

TEST_P(ZooModel, CutsOfUnsignedModelsAreExact) {
  ExpectRandomCutsExact(Generate(DataType::kUint8), CpuKernels::kBuiltin);
}

// Of everything before an op that squeezes results to probabilities; behind it
// detectors decode.
Model WithoutProbabilities(const Model& model) {
  const auto& ops = model.graph.ops;
  const auto squeezes = std::find_if(ops.begin(), ops.end(), [](const Op& op) {
    return op.kind == OpKind::kSoftmax || op.kind == OpKind::kLogistic;
  });
  return ExtractSegment(model,
                        OpRange(0, static_cast<int>(squeezes - ops.begin())));
}

TEST_P(ZooModel, ResultsDependOnTheInput) {
  const Model model = WithoutProbabilities(Generate(DataType::kInt8));
  const auto whole = CpuDevice({}, CpuKernels::kBuiltin).Load(model);
  std::mt19937_64 random(3);
  const auto run = [&] {
    return RunOnce(*whole, RandomData(whole->inputs(), random));
  };
  const auto first = run();
  const auto second = run();
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (whole->outputs()[i].type != DataType::kInt8) continue;
    double squares = 0;
    double extreme = 0;
    for (std::size_t j = 0; j < first[i].size(); ++j) {
      const int a = static_cast<std::int8_t>(first[i][j]);
      const int b = static_cast<std::int8_t>(second[i][j]);
      squares += (a - b) * (a - b);
      extreme += a == 127 || a == -128 ? 1 : 0;
    }
    const auto count = static_cast<double>(first[i].size());
    EXPECT_GT(std::sqrt(squares / count), 5) << "of 256 values";
    EXPECT_LT(extreme / count, 0.5);
  }
}

INSTANTIATE_TEST_SUITE_P(Zoo, ZooModel, testing::ValuesIn(Architectures()),
                         [](const auto& test) {
                           return std::string(test.param.name);
                         });

}  // namespace
}  // namespace coralline
