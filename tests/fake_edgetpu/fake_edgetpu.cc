// The eight functions of libedgetpu.so.1, for a device that is not there.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fake_edgetpu/delegate.h"
#include "tests/fake_edgetpu/edgetpu_abi.h"
#include "tests/fake_edgetpu/fake_device.h"

namespace coralline::fake_edgetpu {
namespace {

using DeviceList = std::vector<std::shared_ptr<FakeDevice>>;

// A malformed variable is nothing that the real library could tell of.
DeviceList PluggedDevices() try {
  DeviceList devices = Devices();
  std::erase_if(devices,
                [](const auto& device) { return !device->IsPlugged(); });
  return devices;
} catch (const std::exception& error) {
  std::fprintf(stderr, "fake libedgetpu: %s\n", error.what());
  return {};
}

bool IsKnown(std::string_view name, std::string_view value) {
  if (name == "Performance") {
    constexpr std::array<std::string_view, 4> kValues = {"Low", "Medium",
                                                         "High", "Max"};
    return std::find(kValues.begin(), kValues.end(), value) != kValues.end();
  }
  return name == "Usb.AlwaysDfu" || name == "Usb.MaxBulkInQueueLength";
}

bool AreKnown(const std::vector<edgetpu_option>& options) {
  return std::all_of(options.begin(), options.end(), [](const auto& option) {
    return IsKnown(option.name, option.value);
  });
}

// The first of them that opens.
TfLiteDelegate* OpenAny(const DeviceList& devices) {
  for (const auto& device : devices) {
    if (auto open = OpenDevice::Open(device)) {
      return MakeDelegate(std::move(open));
    }
  }
  return nullptr;
}

// "", ":N", "usb", "usb:N", "pci" or "pci:N". Without a number any of them.
DeviceList Chosen(std::string_view text) {
  DeviceList devices = PluggedDevices();
  const std::string_view bus = text.substr(0, text.find(':'));
  std::erase_if(devices, [&](const auto& device) {
    return !bus.empty() && bus != (device->bus == Bus::kPci ? "pci" : "usb");
  });
  if (bus.size() == text.size()) return devices;
  std::size_t number = 0;
  const char* end = text.data() + text.size();
  const auto parsed =
      std::from_chars(text.data() + bus.size() + 1, end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end ||
      number >= devices.size()) {
    return {};
  }
  return {devices[number]};
}

}  // namespace
}  // namespace coralline::fake_edgetpu

using namespace coralline::fake_edgetpu;

edgetpu_device* edgetpu_list_devices(std::size_t* num_devices) {
  const DeviceList devices = PluggedDevices();
  *num_devices = devices.size();
  if (devices.empty()) return nullptr;
  auto* list = new edgetpu_device[devices.size()];
  for (std::size_t i = 0; i < devices.size(); ++i) {
    list[i] = {.type = static_cast<edgetpu_device_type>(devices[i]->bus),
               .path = devices[i]->path.c_str()};
  }
  return list;
}

void edgetpu_free_devices(edgetpu_device* devices) { delete[] devices; }

TfLiteDelegate* edgetpu_create_delegate(edgetpu_device_type type,
                                        const char* path,
                                        const edgetpu_option* options,
                                        std::size_t num_options) {
  if (!AreKnown({options, options + num_options})) return nullptr;
  DeviceList devices = PluggedDevices();
  std::erase_if(devices, [&](const auto& device) {
    return device->bus != static_cast<Bus>(type) ||
           (path && device->path != path);
  });
  return OpenAny(devices);
}

void edgetpu_free_delegate(TfLiteDelegate* delegate) { FreeDelegate(delegate); }

void edgetpu_verbosity(int) {}

const char* edgetpu_version() {
  thread_local std::string text;
  text = fmt::format(
      "BuildLabel(COMPILER=fake,DATE=redacted,TIME=redacted), "
      "RuntimeVersion({})",
      Environment("FAKE_EDGETPU_RUNTIME", "14"));
  return text.c_str();
}

TfLiteDelegate* tflite_plugin_create_delegate(
    const char* const* keys, const char* const* values, std::size_t num_options,
    void (*report_error)(const char*)) {
  std::string_view chosen;
  std::vector<edgetpu_option> options;
  for (std::size_t i = 0; i < num_options; ++i) {
    if (keys[i] == std::string_view("device")) {
      chosen = values[i];
    } else {
      options.push_back({.name = keys[i], .value = values[i]});
    }
  }
  TfLiteDelegate* delegate =
      AreKnown(options) ? OpenAny(Chosen(chosen)) : nullptr;
  if (!delegate && report_error) report_error("Failed to create a delegate");
  return delegate;
}

void tflite_plugin_destroy_delegate(TfLiteDelegate* delegate) {
  FreeDelegate(delegate);
}
