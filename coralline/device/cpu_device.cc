#include "coralline/device/cpu_device.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/device/host.h"
#include "coralline/device/internal/interpreter.h"
#include "coralline/device/internal/tflite_library.h"
#include "coralline/tflite/op_support.h"

namespace coralline {
namespace {

using internal::Interpreter;
using internal::TfLiteLibrary;

std::optional<Interpreter> OpenInterpreter(const Model& segment,
                                           int num_threads, bool use_xnnpack,
                                           std::string& why) {
  const TfLiteLibrary& lib = TfLiteLibrary::Get();
  Interpreter::Owned<TfLiteDelegate> delegate(nullptr, lib.xnnpack_delete);
  if (use_xnnpack) {
    const internal::XnnpackOptions options{.num_threads = num_threads,
                                           .flags = internal::kXnnpackQs8};
    delegate.reset(lib.xnnpack_create(&options));
  }
  return Interpreter::Open(segment, num_threads, std::move(delegate), why);
}

// XNNPACK runs signed 8-bit operators; any other segment it would accept and
// leave to the builtin kernels.
bool HasSignedOps(const Graph& graph) {
  return std::any_of(graph.ops.begin(), graph.ops.end(), [&](const Op& op) {
    return !op.outputs.empty() &&
           graph.tensors[op.outputs[0]].type == DataType::kInt8;
  });
}

class CpuExecutable : public Executable {
 public:
  CpuExecutable(const Model& segment, Interpreter interpreter,
                std::string description, std::vector<int> cores)
      : name_(segment.name),
        interpreter_(std::move(interpreter)),
        description_(std::move(description)),
        cores_(std::move(cores)),
        inputs_(SpecsOf(segment.graph, segment.graph.inputs)),
        outputs_(SpecsOf(segment.graph, segment.graph.outputs)) {
    for (int i = 0; i < static_cast<int>(inputs_.size()); ++i) {
      inputs_[i].bytes = interpreter_.input_bytes(i);
    }
    for (int i = 0; i < static_cast<int>(outputs_.size()); ++i) {
      outputs_[i].bytes = interpreter_.output_bytes(i);
    }
  }

  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  std::string description() const override { return description_; }

  void BindThread() override {
    if (!cores_.empty()) PinThread(cores_);
  }

  void Run(std::span<const ConstBytes> inputs,
           std::span<const MutableBytes> outputs) override {
    CORALLINE_CHECK(inputs.size() == inputs_.size());
    CORALLINE_CHECK(outputs.size() == outputs_.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      interpreter_.SetInput(static_cast<int>(i), inputs[i]);
    }
    if (!interpreter_.Invoke()) FailInference();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      CopyOutput(static_cast<int>(i), outputs[i]);
    }
  }

  void ResetState() override { interpreter_.ResetState(); }

 private:
  void CopyOutput(int index, MutableBytes output) {
    if (interpreter_.output_bytes(index) != output.size()) {
      throw Error(
          ErrorKind::kModel,
          fmt::format("{}: output '{}' has {} bytes, {} before the first "
                      "inference; outputs of varying size are not supported",
                      name_, outputs_[index].name,
                      interpreter_.output_bytes(index), output.size()));
    }
    interpreter_.GetOutput(index, output);
  }

  [[noreturn]] void FailInference() {
    throw Error(ErrorKind::kDevice,
                fmt::format("{}: inference failed on {}: {}", name_,
                            description_, interpreter_.messages()));
  }

  std::string name_;
  Interpreter interpreter_;
  std::string description_;
  std::vector<int> cores_;
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
};

std::vector<int> ParseCores(const std::string& name, std::string_view text) {
  const auto fail = [&name]() {
    throw Error(ErrorKind::kUsage,
                fmt::format("unknown device '{}'; expected cpu, cpu:N or "
                            "cpu:N-M with core numbers",
                            name));
  };
  int first = 0;
  const char* end = text.data() + text.size();
  auto parsed = std::from_chars(text.data(), end, first);
  if (parsed.ec != std::errc()) fail();
  int last = first;
  if (parsed.ptr != end && *parsed.ptr == '-') {
    parsed = std::from_chars(parsed.ptr + 1, end, last);
  }
  constexpr int kMaxCores = 1024;
  if (parsed.ec != std::errc() || parsed.ptr != end || first < 0 ||
      last < first || last >= kMaxCores) {
    fail();
  }
  std::vector<int> cores(last - first + 1);
  std::iota(cores.begin(), cores.end(), first);
  return cores;
}

std::string_view KernelsText(CpuKernels kernels) {
  switch (kernels) {
    case CpuKernels::kAuto:
      return "XNNPACK or builtin kernels";
    case CpuKernels::kBuiltin:
      return "builtin kernels";
    case CpuKernels::kXnnpack:
      return "XNNPACK";
  }
  return "";
}

}  // namespace

CpuDevice::CpuDevice(std::vector<int> cores, CpuKernels kernels)
    : cores_(std::move(cores)), kernels_(kernels) {}

std::string CpuDevice::name() const {
  if (cores_.empty()) return "cpu";
  if (cores_.size() == 1) return fmt::format("cpu:{}", cores_[0]);
  return fmt::format("cpu:{}-{}", cores_.front(), cores_.back());
}

std::string CpuDevice::runtime() const {
  return fmt::format("TFLite {}, {}, {}", TfLiteVersion(),
                     KernelsText(kernels_), CpuModelName());
}

std::unique_ptr<Executable> CpuDevice::Load(const Model& segment) const {
  // Threads of the library start here and stay on the cores they start on.
  std::optional<ScopedPin> pin;
  if (!cores_.empty()) pin.emplace(cores_);
  const int num_threads = std::max(1, static_cast<int>(cores_.size()));
  const TfLiteLibrary& lib = TfLiteLibrary::Get();
  CheckRuntimeSupport(segment, lib.version());
  std::string why;
  const auto make = [&](Interpreter interpreter, std::string_view kernels) {
    return std::make_unique<CpuExecutable>(
        segment, std::move(interpreter), fmt::format("{}, {}", name(), kernels),
        cores_);
  };
  if (kernels_ != CpuKernels::kBuiltin && HasSignedOps(segment.graph)) {
    if (lib.HasKnownXnnpack()) {
      auto interpreter = OpenInterpreter(segment, num_threads, true, why);
      if (interpreter) return make(std::move(*interpreter), "XNNPACK");
    }
    if (kernels_ == CpuKernels::kXnnpack) {
      throw Error(ErrorKind::kModel,
                  fmt::format("{}: XNNPACK of TFLite {} does not take it{}{}",
                              segment.name, lib.version(),
                              why.empty() ? "" : ": ", why));
    }
  }
  auto interpreter = OpenInterpreter(segment, num_threads, false, why);
  if (interpreter) return make(std::move(*interpreter), "builtin kernels");
  throw Error(ErrorKind::kModel, fmt::format("{}: TFLite {} refuses it: {}",
                                             segment.name, lib.version(), why));
}

std::unique_ptr<Device> MakeDevice(const std::string& name,
                                   CpuKernels kernels) {
  if (name == "cpu")
    return std::make_unique<CpuDevice>(std::vector<int>{}, kernels);
  const std::string_view text(name);
  const std::string_view cores =
      text.starts_with("cpu:") ? text.substr(4) : std::string_view();
  return std::make_unique<CpuDevice>(ParseCores(name, cores), kernels);
}

std::string TfLiteVersion() { return TfLiteLibrary::Get().version(); }

bool TfLiteHasXnnpack() { return TfLiteLibrary::Get().HasKnownXnnpack(); }

}  // namespace coralline
