#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "coralline/device/testing.h"
#include "coralline/zoo/synthetic.h"
#include "tests/fake_edgetpu/edgetpu_testing.h"
#include "tests/fake_edgetpu/fake_compiler.h"

namespace coralline::testing_util {

/// Sets FAKE_EDGETPU_NAME.
inline void Set(const std::string& name, const std::string& value) {
  setenv(("FAKE_EDGETPU_" + name).c_str(), value.c_str(), 1);
}

inline Model CompiledOf(const Model& model, int min_runtime_version = 14,
                        bool is_truncated = false) {
  return fake_edgetpu::Compile(model,
                               {.min_runtime_version = min_runtime_version,
                                .is_truncated = is_truncated})
      .model;
}

inline Model SmallModel(std::uint64_t seed = 1) {
  return GenerateFullyConnected({.width = 64, .seed = seed});
}

inline std::vector<TensorData> InputsOf(const Model& model) {
  std::mt19937_64 random(7);
  return RandomData(SpecsOf(model.graph, model.graph.inputs), random);
}

/// Begins with the defaults, a state folder, and no waiting.
class FakeEdgeTpu : public testing::Test {
 protected:
  void SetUp() override {
    if (!CanExecute()) GTEST_SKIP() << "no TFLite library";
    for (const char* name : {"DEVICES", "FAULTS", "RUNTIME", "TWINS"}) {
      unsetenv((std::string("FAKE_EDGETPU_") + name).c_str());
    }
    Set("SPEED", "0");  // nothing waits
    std::string pattern = testing::TempDir() + "fake_edgetpu_XXXXXX";
    state_ = mkdtemp(pattern.data());
    Set("STATE", state_);
  }
  void TearDown() override {
    if (!state_.empty()) std::filesystem::remove_all(state_);
  }

  int NumUploads(const std::string& device = "apex_0") const {
    std::ifstream file(state_ / (device + ".uploads"));
    int lines = 0;
    for (std::string line; std::getline(file, line);) ++lines;
    return lines;
  }

  std::filesystem::path state_;
};

}  // namespace coralline::testing_util
