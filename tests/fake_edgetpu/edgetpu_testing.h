#pragma once

#include <dlfcn.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "coralline/base/check.h"
#include "coralline/device/internal/tflite_library.h"
#include "coralline/device/tensor_data.h"
#include "coralline/tflite/model.h"
#include "tests/fake_edgetpu/edgetpu_abi.h"

namespace coralline::testing_util {

/// The fake, opened as a program opens libedgetpu. TFLite is opened before.
struct EdgeTpuLibrary {
  static const EdgeTpuLibrary& Get() {
    static const EdgeTpuLibrary library;
    return library;
  }

  decltype(&edgetpu_list_devices) list_devices;
  decltype(&edgetpu_free_devices) free_devices;
  decltype(&edgetpu_create_delegate) create_delegate;
  decltype(&edgetpu_free_delegate) free_delegate;
  decltype(&edgetpu_verbosity) verbosity;
  decltype(&edgetpu_version) version;
  decltype(&tflite_plugin_create_delegate) plugin_create;
  decltype(&tflite_plugin_destroy_delegate) plugin_destroy;

 private:
  EdgeTpuLibrary() {
    internal::TfLiteLibrary::Get();
    handle_ = dlopen(CORALLINE_FAKE_EDGETPU, RTLD_NOW | RTLD_LOCAL);
    if (!handle_) throw std::runtime_error(dlerror());
    Find("edgetpu_list_devices", list_devices);
    Find("edgetpu_free_devices", free_devices);
    Find("edgetpu_create_delegate", create_delegate);
    Find("edgetpu_free_delegate", free_delegate);
    Find("edgetpu_verbosity", verbosity);
    Find("edgetpu_version", version);
    Find("tflite_plugin_create_delegate", plugin_create);
    Find("tflite_plugin_destroy_delegate", plugin_destroy);
  }

  template <typename Function>
  void Find(const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(handle_, name));
    CORALLINE_CHECK(function);
  }

  void* handle_;
};

/// The paths of the devices that are there.
inline std::vector<std::string> ListDevices() {
  const auto& library = EdgeTpuLibrary::Get();
  std::size_t count = 1;
  edgetpu_device* devices = library.list_devices(&count);
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < count; ++i) paths.push_back(devices[i].path);
  library.free_devices(devices);
  return paths;
}

using Delegate = std::unique_ptr<TfLiteDelegate, void (*)(TfLiteDelegate*)>;

/// Null where the library refuses.
inline Delegate Open(edgetpu_device_type type, const char* path = nullptr,
                     const std::vector<edgetpu_option>& options = {}) {
  const auto& library = EdgeTpuLibrary::Get();
  return {library.create_delegate(type, path, options.data(), options.size()),
          library.free_delegate};
}

/// A model's interpreter with a delegate, or without for the CPU.
class Interpreter {
 public:
  explicit Interpreter(Model model, TfLiteDelegate* delegate = nullptr)
      : model_(std::move(model)),
        tflite_model_(
            lib_.model_create(model_.bytes.data(), model_.bytes.size()),
            lib_.model_delete),
        interpreter_(nullptr, lib_.interpreter_delete) {
    auto* options = lib_.options_create();
    lib_.options_set_num_threads(options, 1);
    lib_.options_set_error_reporter(options, Append, messages_.get());
    if (delegate) lib_.options_add_delegate(options, delegate);
    interpreter_.reset(lib_.interpreter_create(tflite_model_.get(), options));
    lib_.options_delete(options);
    if (interpreter_ && lib_.allocate_tensors(interpreter_.get()) != 0) {
      interpreter_.reset();
    }
  }

  bool is_ready() const { return interpreter_ != nullptr; }
  const std::string& messages() const { return *messages_; }

  /// False where Invoke fails.
  bool Invoke() { return lib_.invoke(interpreter_.get()) == 0; }

  /// The outputs; none where Invoke fails.
  std::vector<TensorData> Run(const std::vector<TensorData>& inputs) {
    for (int i = 0; i < lib_.input_count(interpreter_.get()); ++i) {
      const auto* tensor = lib_.input(interpreter_.get(), i);
      CORALLINE_CHECK(lib_.byte_size(tensor) == inputs[i].size());
      std::copy(inputs[i].begin(), inputs[i].end(), Data(tensor));
    }
    if (!Invoke()) return {};
    std::vector<TensorData> outputs;
    for (int i = 0; i < lib_.output_count(interpreter_.get()); ++i) {
      const auto* tensor = lib_.output(interpreter_.get(), i);
      outputs.emplace_back(Data(tensor), Data(tensor) + lib_.byte_size(tensor));
    }
    return outputs;
  }

 private:
  static void Append(void* text, const char* format, va_list arguments) {
    char line[512];
    std::vsnprintf(line, sizeof(line), format, arguments);
    *static_cast<std::string*>(text) += std::string(line) + "\n";
  }

  std::byte* Data(const TfLiteTensor* tensor) const {
    return static_cast<std::byte*>(lib_.data(tensor));
  }

  const internal::TfLiteLibrary& lib_ = internal::TfLiteLibrary::Get();
  std::unique_ptr<std::string> messages_ = std::make_unique<std::string>();
  Model model_;
  std::unique_ptr<TfLiteModel, void (*)(TfLiteModel*)> tflite_model_;
  std::unique_ptr<TfLiteInterpreter, void (*)(TfLiteInterpreter*)> interpreter_;
};

}  // namespace coralline::testing_util
