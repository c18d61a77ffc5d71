#include "coralline/device/edgetpu_device.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/compiled/compiled_model.h"
#include "coralline/device/cpu_device.h"
#include "coralline/device/internal/edgetpu_executable.h"
#include "coralline/device/internal/edgetpu_host.h"
#include "coralline/device/internal/edgetpu_library.h"
#include "coralline/device/internal/edgetpu_names.h"
#include "coralline/device/internal/edgetpu_slot.h"

namespace coralline {
namespace {

using internal::EdgeTpuLibrary;

constexpr int kMostUsbQueueLength = 255;

void Check(const EdgeTpuOptions& options) {
  constexpr std::array kPerformance = {"", "low", "medium", "high", "max"};
  if (std::find(kPerformance.begin(), kPerformance.end(),
                options.performance) == kPerformance.end()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("unknown performance '{}' of an Edge TPU; expected "
                            "low, medium, high or max",
                            options.performance));
  }
  if (options.usb_queue_length < 0 ||
      options.usb_queue_length > kMostUsbQueueLength) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the USB queue length of an Edge TPU is {}; "
                            "expected 1 to {}, or 0 for the library's default",
                            options.usb_queue_length, kMostUsbQueueLength));
  }
}

internal::NamedEdgeTpu ChooseOne(const std::string& name,
                                 const EdgeTpuOptions& options) {
  Check(options);
  auto chosen = internal::ChooseEdgeTpus(name, ListEdgeTpus(options));
  if (chosen.size() > 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} stands for {} devices; expected one", name,
                            chosen.size()));
  }
  return std::move(chosen.front());
}

void CheckRuntime(const Model& compiled, const EdgeTpuLibrary& library) {
  const auto has = library.RuntimeVersion();
  for (const CompiledPackage& package : ReadPackages(compiled)) {
    if (!has || package.min_runtime_version <= *has) continue;
    throw Error(
        ErrorKind::kModel,
        fmt::format("{}: needs runtime {}, libedgetpu ({}) has {}: install a "
                    "newer libedgetpu, or compile with "
                    "--min-runtime-version {}",
                    compiled.name, package.min_runtime_version, library.path,
                    *has, *has));
  }
}

}  // namespace

std::string_view EdgeTpuBusText(EdgeTpuBus bus) {
  return bus == EdgeTpuBus::kPci ? "pci" : "usb";
}

std::vector<EdgeTpuAddress> ListEdgeTpus(const EdgeTpuOptions& options) {
  const EdgeTpuLibrary& library = EdgeTpuLibrary::Get(options.library);
  std::size_t count = 0;
  edgetpu_device* devices = library.list_devices(&count);
  std::vector<EdgeTpuAddress> listed;
  for (std::size_t i = 0; devices && i < count; ++i) {
    listed.push_back({devices[i].type == EDGETPU_APEX_PCI ? EdgeTpuBus::kPci
                                                          : EdgeTpuBus::kUsb,
                      devices[i].path});
  }
  if (devices) library.free_devices(devices);
  std::sort(listed.begin(), listed.end(), [](const auto& a, const auto& b) {
    // Shorter first: /dev/apex_2 before /dev/apex_10.
    return std::tuple(a.bus, a.path.size(), a.path) <
           std::tuple(b.bus, b.path.size(), b.path);
  });
  return listed;
}

EdgeTpuRuntime ReadEdgeTpuRuntime(const EdgeTpuOptions& options) {
  const EdgeTpuLibrary& library = EdgeTpuLibrary::Get(options.library);
  return {.version = library.version(),
          .runtime_version = library.RuntimeVersion(),
          .path = library.path,
          .is_fake = library.IsFake()};
}

bool IsEdgeTpuName(std::string_view name) {
  return name == "edgetpu" || name.starts_with("edgetpu:");
}

std::vector<std::string> ExpandEdgeTpuName(std::string_view name,
                                           const EdgeTpuOptions& options) {
  std::vector<std::string> names;
  for (auto& each : internal::ChooseEdgeTpus(name, ListEdgeTpus(options))) {
    names.push_back(std::move(each.name));
  }
  return names;
}

EdgeTpuDevice::EdgeTpuDevice(const std::string& name,
                             const EdgeTpuOptions& options,
                             std::shared_ptr<const SegmentCompiler> compiler)
    : options_(options), compiler_(std::move(compiler)) {
  internal::NamedEdgeTpu chosen = ChooseOne(name, options);
  name_ = std::move(chosen.name);
  address_ = std::move(chosen.address);
  slot_ = internal::EdgeTpuSlot::Of(address_);
}

std::string EdgeTpuDevice::runtime() const {
  std::string text = fmt::format(
      "libedgetpu {}, TFLite {}",
      EdgeTpuLibrary::Get(options_.library).version(), TfLiteVersion());
  if (compiler_) text += ", " + compiler_->version();
  if (!options_.performance.empty()) {
    text += ", performance " + options_.performance;
  }
  if (options_.usb_queue_length > 0) {
    text += fmt::format(", USB queue length {}", options_.usb_queue_length);
  }
  return text;
}

bool EdgeTpuDevice::CanLoad(const Model& segment) const {
  return IsCompiled(segment.graph) ||
         (compiler_ && compiler_->CanCompile(segment));
}

std::unique_ptr<Executable> EdgeTpuDevice::Load(const Model& segment) const {
  const bool is_compiled = IsCompiled(segment.graph);
  if (!is_compiled && !compiler_) {
    throw Error(ErrorKind::kDevice,
                fmt::format("{}: not compiled for the Edge TPU; 'coralline "
                            "compile' does that",
                            segment.name));
  }
  const internal::EdgeTpuOpening opening{EdgeTpuLibrary::Get(options_.library),
                                         name_, address_, options_};
  if (!opening.IsListed()) opening.ThrowLost("libedgetpu does not list it");
  Model compiled = is_compiled ? segment : compiler_->Compile(segment);
  CheckRuntime(compiled, opening.library);
  return std::make_unique<internal::EdgeTpuExecutable>(
      segment.graph, std::move(compiled), opening, slot_);
}

bool EdgeTpuDevice::is_present() const {
  const auto listed = ListEdgeTpus(options_);
  return std::find(listed.begin(), listed.end(), address_) != listed.end();
}

std::optional<double> EdgeTpuDevice::temperature() const {
  return internal::TemperatureOf(address_);
}

bool EdgeTpuDevice::is_emulated() const {
  return EdgeTpuLibrary::Get(options_.library).IsFake();
}

}  // namespace coralline
