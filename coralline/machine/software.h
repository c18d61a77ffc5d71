#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coralline/device/edgetpu_device.h"

namespace coralline {

/// A library or program that this process would use.
struct SoftwareFacts {
  std::string path;     ///< its file; may be empty where it is not known
  std::string version;  ///< as it says itself
  std::string error;    ///< why there is none, in one line; empty: there is
};

/// nullopt for what was not asked.
struct Software {
  std::optional<SoftwareFacts> libedgetpu;
  std::optional<int> runtime_version;  ///< of libedgetpu: 14
  /// What libedgetpu finds; nullopt where it cannot be asked.
  std::optional<std::vector<EdgeTpuAddress>> listed;
  std::optional<SoftwareFacts> tflite;
  bool has_xnnpack = false;  ///< as TFLite's kernels for 8-bit operators
  std::optional<SoftwareFacts> compiler;
};

/// Files chosen by the user; empty: where EdgeTpuOptions and CompilerOptions
/// look.
struct SoftwareOptions {
  std::string libedgetpu;
  std::string compiler;
};

/// Opens the libraries, which has libedgetpu look for devices, and runs
/// edgetpu_compiler for its version. Throws nothing: errors are facts. The
/// software is this process's: beside another machine's files, only what the
/// options name is asked, and TFLite for libedgetpu.
Software ReadSoftware(const SoftwareOptions& options, bool is_this_machine);

}  // namespace coralline
