#include "coralline/cli/devices_json.h"

#include <nlohmann/json.hpp>

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json OrNull(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json PcieJson(const PcieLink& link) {
  return {{"gigatransfers_per_second", OrNull(link.speed)},
          {"lanes", OrNull(link.width)},
          {"max_gigatransfers_per_second", OrNull(link.max_speed)},
          {"max_lanes", OrNull(link.max_width)}};
}

Json UsersJson(const std::vector<DeviceUser>& users) {
  Json json = Json::array();
  for (const DeviceUser& user : users) {
    json.push_back({{"pid", user.pid}, {"name", OrNull(user.name)}});
  }
  return json;
}

Json AccessJson(const std::optional<NodeAccess>& access) {
  if (!access) return nullptr;
  return {{"is_there", access->is_there},
          {"can_open", access->can_open},
          {"owner", OrNull(access->owner)}};
}

Json DeviceJson(const EdgeTpuEntry& device) {
  const EdgeTpuHardware& hardware = device.hardware;
  const bool is_pci = hardware.bus == EdgeTpuBus::kPci;
  return {{"name", OrNull(device.name)},
          {"bus", EdgeTpuBusText(hardware.bus)},
          {"address", OrNull(hardware.address)},
          {"path", OrNull(hardware.path)},
          {"node", OrNull(hardware.node)},
          {"link", OrNull(hardware.link)},
          {"pcie", is_pci ? PcieJson(hardware.pcie) : Json()},
          {"usb_megabits_per_second", OrNull(hardware.usb_mbps)},
          {"is_initialized", hardware.is_initialized},
          {"serial", OrNull(hardware.serial)},
          {"driver", OrNull(hardware.driver)},
          {"driver_version", OrNull(hardware.driver_version)},
          {"status", OrNull(hardware.status)},
          {"interrupt_vectors", OrNull(hardware.interrupt_vectors)},
          {"temperature_c", OrNull(hardware.temperature)},
          {"trip_points_c", hardware.trip_points},
          {"users", UsersJson(hardware.users)},
          {"access", AccessJson(hardware.access)},
          {"is_in_sysfs", device.is_in_sysfs},
          {"is_listed", OrNull(device.is_listed)}};
}

Json LinksJson(const std::vector<EdgeTpuEntry>& devices) {
  Json json = Json::array();
  for (const LinkGroup& group : LinkGroups(devices)) {
    json.push_back({{"link", group.link}, {"devices", group.labels}});
  }
  return json;
}

Json CpuJson(const CpuFacts& cpu) {
  return {{"model", OrNull(cpu.model)},
          {"cores", cpu.cores},
          {"threads", cpu.threads},
          {"features", cpu.features}};
}

Json SoftwareJson(const std::optional<SoftwareFacts>& facts) {
  if (!facts) return nullptr;
  return {{"path", OrNull(facts->path)},
          {"version", OrNull(facts->version)},
          {"error", OrNull(facts->error)}};
}

}  // namespace

std::string DevicesJson(const Machine& machine) {
  Json devices = Json::array();
  for (const auto& device : machine.edgetpus) {
    devices.push_back(DeviceJson(device));
  }
  const Json json = {{"edgetpus", devices},
                     {"links", LinksJson(machine.edgetpus)},
                     {"cpu", CpuJson(machine.host.cpu)},
                     {"libedgetpu", SoftwareJson(machine.software.libedgetpu)},
                     {"tflite", SoftwareJson(machine.software.tflite)},
                     {"has_xnnpack", machine.software.has_xnnpack}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace coralline::cli
