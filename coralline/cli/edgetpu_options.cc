#include "coralline/cli/edgetpu_options.h"

#include <CLI/CLI.hpp>
#include <chrono>

#include "coralline/cli/interrupt.h"
#include "coralline/compiler/edgetpu_compiler.h"

namespace coralline::cli {

void AddEdgeTpuOptions(CLI::App& app, EdgeTpuCommandOptions& options) {
  auto* group = app.add_option_group("Real Edge TPUs (edgetpu:N)");
  group->add_option("--libedgetpu", options.device.library,
                    "The library ($CORALLINE_EDGETPU, else libedgetpu.so.1)");
  group
      ->add_option("--performance", options.device.performance,
                   "Clock of USB devices (the library's default)")
      ->check(CLI::IsMember({"low", "medium", "high", "max"}));
  group
      ->add_option("--usb-queue-length", options.device.usb_queue_length,
                   "Transfers to a USB device at a time (the library's "
                   "default)")
      ->check(CLI::PositiveNumber);
  group->add_option("--edgetpu-spec", options.spec,
                    "What plans take them for: a device spec by name or path, "
                    "such as 'calibrate' writes (edgetpu-pcie or "
                    "edgetpu-usb3-desktop, by the bus)");
  group->add_option("--compiler", options.compiler,
                    "The compiler ($CORALLINE_EDGETPU_COMPILER, else "
                    "edgetpu_compiler)");
  group
      ->add_option("--compile-timeout", options.compile_timeout_s,
                   "Seconds for one segment")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  group->add_option("--compiled-cache", options.compiled_cache,
                    "Folder of segments that are compiled (in the user's cache "
                    "folder)");
}

EdgeTpuSetup EdgeTpuSetupOf(const EdgeTpuCommandOptions& options) {
  using std::chrono::duration;
  using std::chrono::duration_cast;
  using std::chrono::nanoseconds;
  return {.options = options.device,
          .spec = options.spec,
          .compiler = std::make_shared<EdgeTpuCompiler>(CompilerOptions{
              .program = options.compiler,
              .timeout = duration_cast<nanoseconds>(
                  duration<double>(options.compile_timeout_s)),
              .cache = options.compiled_cache.empty()
                           ? DefaultCompiledPath()
                           : std::filesystem::path(options.compiled_cache),
              .should_stop = [] { return Interrupted().load(); }})};
}

}  // namespace coralline::cli
