#include "tests/fake_edgetpu/fake_device.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <string_view>

#include "coralline/base/error.h"

namespace coralline::fake_edgetpu {
namespace {

using DeviceList = std::vector<std::shared_ptr<FakeDevice>>;

std::vector<std::string> SplitText(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

struct Group {
  Bus bus = Bus::kPci;
  int count = 0;
};

// "pci:2".
Group ParseGroup(const std::string& text) {
  constexpr int kMaxDevices = 64;
  Group group{.bus = text.starts_with("usb:") ? Bus::kUsb : Bus::kPci};
  const char* end = text.data() + text.size();
  const bool has_bus = text.starts_with("usb:") || text.starts_with("pci:");
  const auto parsed = has_bus
                          ? std::from_chars(text.data() + 4, end, group.count)
                          : std::from_chars_result{};
  if (!has_bus || parsed.ptr != end || group.count < 0 ||
      group.count > kMaxDevices) {
    throw Error(ErrorKind::kUsage,
                fmt::format("FAKE_EDGETPU_DEVICES: found '{}', expected pci:N "
                            "or usb:N, as in pci:2,usb:1",
                            text));
  }
  return group;
}

std::string PathOf(Bus bus, int number) {
  return bus == Bus::kPci
             ? fmt::format("/dev/apex_{}", number)
             : fmt::format("/sys/bus/usb/devices/2-{}", number + 1);
}

std::shared_ptr<FakeDevice> MakeDevice(Bus bus, int number,
                                       const std::vector<Fault>& faults) {
  return std::shared_ptr<FakeDevice>(
      new FakeDevice{bus, PathOf(bus, number), internal::FaultState(faults)});
}

std::vector<Fault> ParseFaults(const std::string& text) {
  std::vector<Fault> faults;
  for (const std::string& part : SplitText(text, ';')) {
    faults.push_back(ParseFault(part));
  }
  return faults;
}

DeviceList MakeDevices(const std::string& text,
                       const std::vector<Fault>& faults) {
  DeviceList devices;
  int counts[2] = {};
  for (const std::string& part : SplitText(text == "0" ? "" : text, ',')) {
    const Group group = ParseGroup(part);
    for (int i = 0; i < group.count; ++i) {
      std::vector<Fault> own;
      std::copy_if(faults.begin(), faults.end(), std::back_inserter(own),
                   [&](const Fault& fault) {
                     return fault.device == static_cast<int>(devices.size());
                   });
      int& number = counts[static_cast<int>(group.bus)];
      devices.push_back(MakeDevice(group.bus, number++, own));
    }
  }
  return devices;
}

}  // namespace

std::string Environment(const char* name, const std::string& absent) {
  const char* value = std::getenv(name);
  return value ? value : absent;
}

bool FakeDevice::IsPlugged() const {
  if (faults.IsLost(std::chrono::steady_clock::now())) return false;
  const auto unplugged = StateFile("unplugged");
  return !unplugged || !std::filesystem::exists(*unplugged);
}

DeviceSpec FakeDevice::Spec() const {
  return ReadDeviceSpec(bus == Bus::kPci ? "edgetpu-pcie"
                                         : "edgetpu-usb3-desktop");
}

std::optional<std::filesystem::path> FakeDevice::StateFile(
    const std::string& ending) const {
  const std::filesystem::path folder = Environment("FAKE_EDGETPU_STATE");
  if (folder.empty()) return std::nullopt;
  const std::string name = std::filesystem::path(path).filename();
  return folder / (name + "." + ending);
}

std::vector<std::shared_ptr<FakeDevice>> Devices() {
  static std::mutex mutex;
  static std::string made_of;
  static DeviceList devices;
  const std::string text = Environment("FAKE_EDGETPU_DEVICES", "pci:1");
  const std::string faults = Environment("FAKE_EDGETPU_FAULTS");
  const std::lock_guard lock(mutex);
  const std::string now = text + "\n" + faults;
  if (made_of != now) {
    devices = MakeDevices(text, ParseFaults(faults));
    made_of = now;
  }
  return devices;
}

}  // namespace coralline::fake_edgetpu
