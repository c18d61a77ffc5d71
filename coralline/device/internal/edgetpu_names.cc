#include "coralline/device/internal/edgetpu_names.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "coralline/base/error.h"

namespace coralline::internal {
namespace {

// What a name asks for: any bus, or every number, where it does not say.
struct Wanted {
  std::optional<EdgeTpuBus> bus;
  std::optional<std::size_t> number;
};

std::optional<std::size_t> ParseNumber(std::string_view text) {
  std::size_t number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// nullopt for a malformed name.
std::optional<Wanted> Parse(std::string_view text) {
  Wanted wanted;
  if (!TakePrefix(text, "edgetpu:")) return std::nullopt;
  if (text == "all") return wanted;
  if (TakePrefix(text, "pci")) {
    wanted.bus = EdgeTpuBus::kPci;
  } else if (TakePrefix(text, "usb")) {
    wanted.bus = EdgeTpuBus::kUsb;
  }
  if (wanted.bus && text.empty()) return wanted;
  if (wanted.bus && !TakePrefix(text, ":")) return std::nullopt;
  wanted.number = ParseNumber(text);
  if (!wanted.number) return std::nullopt;
  return wanted;
}

// Each has its number on its bus.
std::vector<NamedEdgeTpu> Named(std::span<const EdgeTpuAddress> listed) {
  std::vector<NamedEdgeTpu> named;
  int num_pci = 0;
  int num_usb = 0;
  for (const EdgeTpuAddress& address : listed) {
    int& number = address.bus == EdgeTpuBus::kPci ? num_pci : num_usb;
    named.push_back(
        {fmt::format("edgetpu:{}:{}", EdgeTpuBusText(address.bus), number++),
         address});
  }
  return named;
}

std::vector<NamedEdgeTpu> Choose(const std::vector<NamedEdgeTpu>& all,
                                 const Wanted& wanted) {
  std::vector<NamedEdgeTpu> chosen;
  for (const NamedEdgeTpu& each : all) {
    if (!wanted.bus || each.address.bus == *wanted.bus) chosen.push_back(each);
  }
  if (!wanted.number) return chosen;
  if (*wanted.number >= chosen.size()) return {};
  return {chosen[*wanted.number]};
}

[[noreturn]] void FailToFind(std::string_view name,
                             const std::vector<NamedEdgeTpu>& all) {
  if (all.empty()) {
    throw Error(ErrorKind::kDevice,
                fmt::format("{}: no Edge TPU found: libedgetpu lists none; "
                            "'coralline doctor' looks for the reason",
                            name));
  }
  std::string there;
  for (const NamedEdgeTpu& each : all) {
    there += fmt::format("{}{} ({})", there.empty() ? "" : ", ", each.name,
                         each.address.path);
  }
  throw Error(ErrorKind::kDevice,
              fmt::format("{}: no such Edge TPU; there are: {}; 'coralline "
                          "doctor' looks for others",
                          name, there));
}

}  // namespace

std::vector<NamedEdgeTpu> ChooseEdgeTpus(
    std::string_view name, std::span<const EdgeTpuAddress> listed) {
  const auto wanted = Parse(name);
  if (!wanted) {
    throw Error(ErrorKind::kUsage,
                fmt::format("unknown device '{}'; expected edgetpu:all, "
                            "edgetpu:pci, edgetpu:usb, or one of them with its "
                            "number: edgetpu:0, edgetpu:pci:0, edgetpu:usb:0",
                            name));
  }
  const std::vector<NamedEdgeTpu> all = Named(listed);
  std::vector<NamedEdgeTpu> chosen = Choose(all, *wanted);
  if (chosen.empty()) FailToFind(name, all);
  return chosen;
}

}  // namespace coralline::internal
