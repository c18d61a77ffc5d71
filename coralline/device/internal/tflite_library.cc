#include "coralline/device/internal/tflite_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/device/internal/symbols.h"

namespace coralline::internal {
namespace {

constexpr const char* kFileName = "libtensorflowlite_c.so";

bool FindRequired(void* handle, TfLiteLibrary& lib) {
  return FindSymbol(handle, "TfLiteVersion", lib.version) &&
         FindSymbol(handle, "TfLiteModelCreate", lib.model_create) &&
         FindSymbol(handle, "TfLiteModelDelete", lib.model_delete) &&
         FindSymbol(handle, "TfLiteInterpreterOptionsCreate",
                    lib.options_create) &&
         FindSymbol(handle, "TfLiteInterpreterOptionsDelete",
                    lib.options_delete) &&
         FindSymbol(handle, "TfLiteInterpreterOptionsSetNumThreads",
                    lib.options_set_num_threads) &&
         FindSymbol(handle, "TfLiteInterpreterOptionsAddDelegate",
                    lib.options_add_delegate) &&
         FindSymbol(handle, "TfLiteInterpreterOptionsSetErrorReporter",
                    lib.options_set_error_reporter) &&
         FindSymbol(handle, "TfLiteInterpreterCreate",
                    lib.interpreter_create) &&
         FindSymbol(handle, "TfLiteInterpreterDelete",
                    lib.interpreter_delete) &&
         FindSymbol(handle, "TfLiteInterpreterAllocateTensors",
                    lib.allocate_tensors) &&
         FindSymbol(handle, "TfLiteInterpreterInvoke", lib.invoke) &&
         FindSymbol(handle, "TfLiteInterpreterGetInputTensorCount",
                    lib.input_count) &&
         FindSymbol(handle, "TfLiteInterpreterGetInputTensor", lib.input) &&
         FindSymbol(handle, "TfLiteInterpreterGetOutputTensorCount",
                    lib.output_count) &&
         FindSymbol(handle, "TfLiteInterpreterGetOutputTensor", lib.output) &&
         FindSymbol(handle, "TfLiteTensorByteSize", lib.byte_size) &&
         FindSymbol(handle, "TfLiteTensorData", lib.data);
}

void FindOptional(void* handle, TfLiteLibrary& lib) {
  FindSymbol(handle, "TfLiteInterpreterResetVariableTensors",
             lib.reset_variables);
  FindSymbol(handle, "TfLiteXNNPackDelegateCreate", lib.xnnpack_create);
  FindSymbol(handle, "TfLiteXNNPackDelegateDelete", lib.xnnpack_delete);
}

// Global scope, so that delegates opened later find TFLite's symbols.
bool Open(const std::string& path, TfLiteLibrary& lib, std::string& why) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (!handle) {
    why = dlerror();
    return false;
  }
  if (!FindRequired(handle, lib)) {
    why = fmt::format("{}: not a TFLite C library: a symbol is missing", path);
    dlclose(handle);
    return false;
  }
  FindOptional(handle, lib);
  lib.path = path;
  return true;
}

std::vector<std::filesystem::path> InstalledPlaces() {
  std::vector<std::filesystem::path> folders;
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back(program.parent_path() / "../lib/coralline");
  const char* data = std::getenv("XDG_DATA_HOME");
  const char* home = std::getenv("HOME");
  if (data && *data) {
    folders.push_back(std::filesystem::path(data) / "coralline/lib");
  } else if (home && *home) {
    folders.push_back(std::filesystem::path(home) /
                      ".local/share/coralline/lib");
  }
  return folders;
}

TfLiteLibrary OpenAny() {
  TfLiteLibrary lib{};
  std::string why;
  const char* chosen = std::getenv("CORALLINE_TFLITE");
  if (chosen && *chosen) {
    if (Open(chosen, lib, why)) return lib;
    throw Error(ErrorKind::kDevice,
                fmt::format("CORALLINE_TFLITE names a library that cannot be "
                            "used: {}",
                            why));
  }
  for (const auto& folder : InstalledPlaces()) {
    const std::filesystem::path file = folder / kFileName;
    if (std::filesystem::exists(file) && Open(file.string(), lib, why)) {
      return lib;
    }
  }
  if (Open(kFileName, lib, why)) return lib;
  throw Error(ErrorKind::kDevice,
              fmt::format("no TFLite library to run models with ({}); './dev "
                          "setup' installs one, or set CORALLINE_TFLITE to a "
                          "{}",
                          why, kFileName));
}

}  // namespace

bool TfLiteLibrary::HasKnownXnnpack() const {
  return std::string_view(version()).starts_with("2.9.") && xnnpack_create &&
         xnnpack_delete;
}

const TfLiteLibrary& TfLiteLibrary::Get() {
  static const TfLiteLibrary lib = OpenAny();
  return lib;
}

}  // namespace coralline::internal
