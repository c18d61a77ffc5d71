#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "coralline/device/internal/tflite_library.h"

// The C interface of libedgetpu.so.1, declared here because the library is
// opened at run time.
extern "C" {
enum edgetpu_device_type { EDGETPU_APEX_PCI = 0, EDGETPU_APEX_USB = 1 };

struct edgetpu_device {
  edgetpu_device_type type;
  const char* path;
};

struct edgetpu_option {
  const char* name;
  const char* value;
};
}

namespace coralline::internal {

/// An opened libedgetpu. Never closed, as its threads may outlive any user. Its
/// functions may be called from any thread.
struct EdgeTpuLibrary {
  /// Null where there are none.
  edgetpu_device* (*list_devices)(std::size_t* num_devices);
  void (*free_devices)(edgetpu_device*);
  /// Null where the device does not open. Needs TFLite (TfLiteLibrary::Get).
  TfLiteDelegate* (*create_delegate)(edgetpu_device_type, const char* path,
                                     const edgetpu_option*,
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
