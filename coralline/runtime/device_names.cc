#include "coralline/runtime/device_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>

#include "coralline/base/error.h"
#include "coralline/device/emulated_device.h"

namespace coralline {
namespace {

constexpr std::string_view kEmulated = "emulated:";
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

}  // namespace

std::vector<std::string> ExpandDevices(const std::vector<std::string>& names) {
  std::vector<std::string> expanded;
  for (std::string name : names) {
    const int count = name.starts_with(kEmulated) ? TakeCount(name) : 1;
    expanded.insert(expanded.end(), count, name);
  }
  return expanded;
}

std::string EmulatedSpecName(const std::string& name) {
  return name.starts_with(kEmulated) ? name.substr(kEmulated.size())
                                     : std::string();
}

std::vector<std::unique_ptr<Device>> MakeDevices(
    const std::vector<std::string>& names, CpuKernels kernels, bool compute,
    const std::vector<Fault>& faults) {
  std::vector<bool> is_emulated;
  for (const std::string& name : names) {
    is_emulated.push_back(name.starts_with(kEmulated));
  }
  CheckFaults(faults, is_emulated);
  std::vector<std::unique_ptr<Device>> devices;
  for (const std::string& name : names) {
    const int number = static_cast<int>(devices.size());
    if (!is_emulated[number]) {
      devices.push_back(MakeDevice(name, kernels));
      continue;
    }
    devices.push_back(std::make_unique<EmulatedDevice>(
        ReadDeviceSpec(EmulatedSpecName(name)), number,
        compute ? std::optional(kernels) : std::nullopt,
        FaultsOf(faults, number)));
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
