#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/device/cpu_device.h"
#include "coralline/device/device.h"

namespace coralline::testing_util {

/// Whether a TFLite library is there to run models with.
inline bool CanExecute() {
  try {
    TfLiteVersion();
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// An Executable without a library: calls a function, with tensors of any
/// names and sizes.
class FakeExecutable : public Executable {
 public:
  using Function = std::function<void(std::span<const ConstBytes>,
                                      std::span<const MutableBytes>)>;

  FakeExecutable(std::vector<TensorSpec> inputs,
                 std::vector<TensorSpec> outputs, Function function)
      : inputs_(std::move(inputs)),
        outputs_(std::move(outputs)),
        function_(std::move(function)) {}

  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  std::string description() const override { return "fake"; }
  void Run(std::span<const ConstBytes> inputs,
           std::span<const MutableBytes> outputs) override {
    function_(inputs, outputs);
  }

 private:
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  Function function_;
};

/// A Device that loads by a function, and is there or not as it is told.
class FakeDevice : public Device {
 public:
  using LoadFunction = std::function<std::unique_ptr<Executable>(const Model&)>;

  explicit FakeDevice(LoadFunction load, std::string runtime = "fake 1")
      : load_(std::move(load)), runtime_(std::move(runtime)) {}

  std::string name() const override { return "fake"; }
  std::string runtime() const override { return runtime_; }
  std::unique_ptr<Executable> Load(const Model& segment) const override {
    return load_(segment);
  }
  bool is_present() const override { return is_present_; }
  void set_is_present(bool is_present) { is_present_ = is_present; }

 private:
  LoadFunction load_;
  std::string runtime_;
  std::atomic<bool> is_present_ = true;
};

}  // namespace coralline::testing_util
