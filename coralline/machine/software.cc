#include "coralline/machine/software.h"

#include "coralline/base/error.h"
#include "coralline/compiler/edgetpu_compiler.h"
#include "coralline/device/cpu_device.h"

namespace coralline {
namespace {

SoftwareFacts ReadTfLite(bool& has_xnnpack) try {
  has_xnnpack = TfLiteHasXnnpack();
  return {.version = TfLiteVersion()};
} catch (const Error& error) {
  return {.error = error.what()};
}

SoftwareFacts ReadLibedgetpu(const EdgeTpuOptions& options,
                             Software& software) try {
  const EdgeTpuRuntime runtime = ReadEdgeTpuRuntime(options);
  software.runtime_version = runtime.runtime_version;
  software.listed = ListEdgeTpus(options);
  return {.path = runtime.path, .version = runtime.version};
} catch (const Error& error) {
  return {.error = error.what()};
}

SoftwareFacts ReadCompiler(const std::string& program) {
  const EdgeTpuCompiler compiler({.program = program});
  const auto path = compiler.program();
  if (!path) {
    return {.error = program.empty() ? "no edgetpu_compiler"
                                     : "no program '" + program + "'"};
  }
  SoftwareFacts facts{.path = path->string()};
  try {
    facts.version = compiler.version();
  } catch (const Error& error) {
    facts.error = error.what();
  }
  return facts;
}

}  // namespace

Software ReadSoftware(const SoftwareOptions& options, bool is_this_machine) {
  Software software;
  if (is_this_machine || !options.libedgetpu.empty()) {
    // First: libedgetpu may need its functions to be there.
    software.tflite = ReadTfLite(software.has_xnnpack);
    software.libedgetpu =
        ReadLibedgetpu({.library = options.libedgetpu}, software);
  }
  if (is_this_machine || !options.compiler.empty()) {
    software.compiler = ReadCompiler(options.compiler);
  }
  return software;
}

}  // namespace coralline
