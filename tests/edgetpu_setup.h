#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/compiled/segment_compiler.h"
#include "coralline/device/edgetpu_device.h"
#include "coralline/device/testing.h"
#include "coralline/tflite/model_builder.h"
#include "coralline/zoo/synthetic.h"
#include "tests/fake_edgetpu/sample_packages.h"

/// What tests of Edge TPUs share: the fake libedgetpu, and small models,
/// compiled as far as the fake libedgetpu needs it.
namespace coralline::edgetpu_setup {

/// A compiled model with this interface, with parameters that are cached. The
/// fake finds what it computes by its tensors.
inline Model CompiledLike(const Graph& graph, const std::string& name) {
  CompiledPackage package = sample_packages::PackageOf(
      {sample_packages::Execution(), sample_packages::Caching()});
  static std::uint64_t token = 0;  // models do not share what is resident
  ++token;
  for (auto& each : package.executables) each.parameter_caching_token = token;
  return BuildCompiledModel(graph, package, sample_packages::ContentOf(package),
                            name);
}

/// Compiles for the fake: it finds the model in a file of the folder, which the
/// environment names from then on.
class TwinCompiler : public SegmentCompiler {
 public:
  explicit TwinCompiler(std::filesystem::path folder)
      : folder_(std::move(folder)) {}

  bool CanCompile(const Model&) const override { return true; }
  std::string version() const override { return "twin compiler 1"; }
  Model Compile(const Model& segment) const override {
    const auto file = folder_ / (segment.name + ".tflite");
    WriteFile(file, segment.bytes.span());
    if (!files_.empty()) files_ += ':';
    files_ += file.string();
    setenv("FAKE_EDGETPU_TWINS", files_.c_str(), 1);
    return CompiledLike(segment.graph, segment.name);
  }

 private:
  std::filesystem::path folder_;
  mutable std::string files_;
};

inline Model SmallModel() {
  return GenerateFullyConnected({.width = 24, .layers = 3});
}

/// Of another interface, by which the fake tells it from the small one.
inline Model OtherModel() {
  return GenerateFullyConnected({.width = 16, .layers = 2, .input = 32});
}

/// One op whose inputs may not be taken for one another.
inline Model DifferenceModel() {
  const auto tensor = [](const char* name, float scale) {
    return Tensor{.name = name,
                  .type = DataType::kInt8,
                  .shape = {1, 8},
                  .quantization = {.scale = {scale}, .zero_point = {0}}};
  };
  ModelBuilder builder;
  const int a = builder.AddInput(tensor("a", 0.5F));
  const int b = builder.AddInput(tensor("b", 0.125F));
  const int sum = builder.AddActivation(tensor("sum", 0.5F));
  builder.AddOp(
      {.kind = OpKind::kAdd, .version = 2, .inputs = {a, b}, .outputs = {sum}},
      AddOptions{});
  builder.SetOutputs({sum});
  return builder.Build("difference");
}

inline std::vector<TensorData> InputsOf(const Model& model,
                                        std::uint64_t seed = 7) {
  std::mt19937_64 random(seed);
  return RandomData(SpecsOf(model.graph, model.graph.inputs), random);
}

inline std::vector<TensorData> OnCpu(const Model& model,
                                     const std::vector<TensorData>& inputs) {
  return RunOnce(*CpuDevice({}, CpuKernels::kBuiltin).Load(model), inputs);
}

template <typename Function>
Error ErrorOf(const Function& function) {
  try {
    function();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::kFailed, "no error");
}

/// Devices of the fake library, in a folder for what happens to them.
class EdgeTpuTest : public testing::Test {
 protected:
  EdgeTpuTest() {
    for (const char* name :
         {"DEVICES", "FAULTS", "RUNTIME", "STATE", "TWINS"}) {
      unsetenv((std::string("FAKE_EDGETPU_") + name).c_str());
    }
    std::filesystem::create_directories(folder_);
    Set("SPEED", "0");  // nothing waits
    Set("STATE", folder_);
    setenv("CORALLINE_EDGETPU", CORALLINE_FAKE_EDGETPU, 1);
  }
  ~EdgeTpuTest() override {
    std::filesystem::remove_all(folder_);
    setenv("CORALLINE_TFLITE", tflite_.c_str(), 1);
  }

  static void Set(const std::string& name, const std::string& value) {
    setenv(("FAKE_EDGETPU_" + name).c_str(), value.c_str(), 1);
  }

  EdgeTpuDevice Open(const std::string& name = "edgetpu:0",
                     const EdgeTpuOptions& options = {}) const {
    return {name, options, compiler_};
  }

  void Unplug(const std::string& name = "apex_0") {
    std::ofstream(folder_ / (name + ".unplugged"));
  }
  void Plug(const std::string& name = "apex_0") {
    std::filesystem::remove(folder_ / (name + ".unplugged"));
  }
  int NumUploads(const std::string& name = "apex_0") const {
    std::ifstream file(folder_ / (name + ".uploads"));
    int count = 0;
    for (std::string line; std::getline(file, line);) ++count;
    return count;
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      ("edgetpu_device_" + std::to_string(getpid()));
  const std::string tflite_ =
      std::getenv("CORALLINE_TFLITE") ? std::getenv("CORALLINE_TFLITE") : "";
  std::shared_ptr<TwinCompiler> compiler_ =
      std::make_shared<TwinCompiler>(folder_);
};

/// Of tests that run models.
class EdgeTpuDeviceTest : public EdgeTpuTest {
 protected:
  void SetUp() override {
    if (!testing_util::CanExecute()) GTEST_SKIP() << "no TFLite library";
  }
};

}  // namespace coralline::edgetpu_setup
