#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "coralline/device/internal/tflite_library.h"

namespace coralline::internal {

// Types of the C interface of libedgetpu.so.1, declared here because the
// library is opened at run time.
enum class EdgeTpuAbiBus : unsigned { kPci = 0, kUsb = 1 };

struct EdgeTpuAbiDevice {
  EdgeTpuAbiBus bus;
  const char* path;
};

struct EdgeTpuAbiOption {
  const char* name;
  const char* value;
};

/// An opened libedgetpu. Never closed, as its threads may outlive any user. Its
/// functions may be called from any thread.
struct EdgeTpuLibrary {
  /// Null where there are none.
  EdgeTpuAbiDevice* (*list_devices)(std::size_t* num_devices);
  void (*free_devices)(EdgeTpuAbiDevice*);
  /// Null where the device does not open. Needs TFLite (TfLiteLibrary::Get).
  TfLiteDelegate* (*create_delegate)(EdgeTpuAbiBus, const char* path,
                                     const EdgeTpuAbiOption*,
                                     std::size_t num_options);
  /// After the interpreter that uses the delegate.
  void (*free_delegate)(TfLiteDelegate*);
  const char* (*version)();

  std::string path;  ///< the file

  /// 14 of "BuildLabel(...), RuntimeVersion(14)"; nullopt for other texts.
  std::optional<int> RuntimeVersion() const;
  /// Whether it only stands for the real one: its build label says so.
  bool IsFake() const;

  /// The library of this process, opened at the first call: `file`, where that
  /// is empty $CORALLINE_EDGETPU, else libedgetpu.so.1 where the system finds
  /// it. Listing devices works without TFLite. Throws Error(kDevice) that says
  /// how to get one. Safe to call from any thread.
  static const EdgeTpuLibrary& Get(const std::string& file);
};

}  // namespace coralline::internal
