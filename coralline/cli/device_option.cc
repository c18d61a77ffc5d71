#include "coralline/cli/device_option.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "coralline/base/error.h"
#include "coralline/device/emulated_device.h"

namespace coralline::cli {
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

std::vector<std::unique_ptr<Device>> MakeDevices(
    const std::vector<std::string>& names, CpuKernels kernels, bool compute) {
  std::vector<std::unique_ptr<Device>> devices;
  for (const std::string& name : names) {
    if (!name.starts_with(kEmulated)) {
      devices.push_back(MakeDevice(name, kernels));
      continue;
    }
    devices.push_back(std::make_unique<EmulatedDevice>(
        ReadDeviceSpec(name.substr(kEmulated.size())),
        static_cast<int>(devices.size()),
        compute ? std::optional(kernels) : std::nullopt));
  }
  return devices;
}

}  // namespace coralline::cli
