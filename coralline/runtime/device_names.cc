#include "coralline/runtime/device_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>

#include "coralline/base/error.h"
#include "coralline/compiler/edgetpu_compiler.h"
#include "coralline/device/emulated_device.h"

namespace coralline {
namespace {

constexpr std::string_view kEmulated = "emulated:";
constexpr std::string_view kUsbKind = "edgetpu:usb";
constexpr int kMaxDevices = 16;

// Takes a trailing ":N" off the name; 1 where there is none.
int TakeCount(std::string& name) {
  const auto colon = name.rfind(':');
  if (colon < kEmulated.size()) return 1;
  const std::string_view text = std::string_view(name).substr(colon + 1);
  int count = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, count);
  if (parsed.ec != std::errc() || parsed.ptr != end || count < 1 ||
      count > kMaxDevices) {
    throw Error(ErrorKind::kUsage,
                fmt::format("device '{}': found count '{}', expected "
                            "emulated:SPEC:N with N from 1 to {}",
                            name, text, kMaxDevices));
  }
  name.resize(colon);
  return count;
}

std::shared_ptr<const SegmentCompiler> DefaultCompiler() {
  static const auto compiler = std::make_shared<EdgeTpuCompiler>(
      CompilerOptions{.cache = DefaultCompiledPath()});
  return compiler;
}

std::unique_ptr<Device> MakeEmulated(const std::string& name, int number,
                                     const DeviceSetup& setup) {
  return std::make_unique<EmulatedDevice>(
      ReadDeviceSpec(EmulatedSpecName(name)), number,
      setup.compute ? std::optional(setup.kernels) : std::nullopt,
      FaultsOf(setup.faults, number));
}

}  // namespace

std::vector<std::string> ExpandDevices(const std::vector<std::string>& names,
                                       const EdgeTpuOptions& edgetpu) {
  std::vector<std::string> expanded;
  for (std::string name : names) {
    if (IsEdgeTpuName(name)) {
      const auto found = ExpandEdgeTpuName(name, edgetpu);
      expanded.insert(expanded.end(), found.begin(), found.end());
      continue;
    }
    const int count = name.starts_with(kEmulated) ? TakeCount(name) : 1;
    expanded.insert(expanded.end(), count, name);
  }
  return expanded;
}

std::string EmulatedSpecName(const std::string& name) {
  return name.starts_with(kEmulated) ? name.substr(kEmulated.size())
                                     : std::string();
}

std::string SpecNameOf(const std::string& name,
                       const std::string& edgetpu_spec) {
  if (!IsEdgeTpuName(name)) return EmulatedSpecName(name);
  if (!edgetpu_spec.empty()) return edgetpu_spec;
  return EdgeTpuKindName(name) == kUsbKind ? "edgetpu-usb3-desktop"
                                           : "edgetpu-pcie";
}

std::string EdgeTpuKindName(const std::string& name) {
  return name.substr(0, name.rfind(':'));
}

std::vector<std::unique_ptr<Device>> MakeDevices(
    const std::vector<std::string>& names, const DeviceSetup& setup) {
  std::vector<bool> is_emulated;
  for (const std::string& name : names) {
    is_emulated.push_back(name.starts_with(kEmulated));
  }
  CheckFaults(setup.faults, is_emulated);
  std::shared_ptr<const SegmentCompiler> compiler = setup.edgetpu.compiler;
  std::vector<std::unique_ptr<Device>> devices;
  for (const std::string& name : names) {
    const int number = static_cast<int>(devices.size());
    if (is_emulated[number]) {
      devices.push_back(MakeEmulated(name, number, setup));
    } else if (IsEdgeTpuName(name)) {
      if (!compiler) compiler = DefaultCompiler();
      devices.push_back(std::make_unique<EdgeTpuDevice>(
          name, setup.edgetpu.options, compiler));
    } else {
      devices.push_back(MakeDevice(name, setup.kernels));
    }
  }
  return devices;
}

void CheckFaults(const std::vector<Fault>& faults,
                 const std::vector<bool>& is_emulated) {
  const int count = static_cast<int>(is_emulated.size());
  for (const Fault& fault : faults) {
    const std::string where = fmt::format("fault '{}'", FaultText(fault));
    if (fault.device < 0 || fault.device >= count) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: there is no device {}; expected 0 to {}",
                              where, fault.device, count - 1));
    }
    if (is_emulated[fault.device]) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: device {} is not emulated; faults happen to "
                            "devices emulated:SPEC alone",
                            where, fault.device));
  }
}

std::vector<Fault> FaultsOf(const std::vector<Fault>& faults, int device) {
  std::vector<Fault> own;
  std::copy_if(faults.begin(), faults.end(), std::back_inserter(own),
               [device](const Fault& fault) { return fault.device == device; });
  return own;
}

}  // namespace coralline
