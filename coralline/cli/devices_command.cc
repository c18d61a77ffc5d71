#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>

#include "coralline/cli/command.h"
#include "coralline/cli/devices_json.h"
#include "coralline/cli/format.h"
#include "coralline/cli/machine_options.h"
#include "coralline/cli/table.h"
#include "coralline/machine/device_text.h"
#include "coralline/machine/doctor.h"

namespace coralline::cli {
namespace {

constexpr const char* kFooter =
    "Edge TPUs as sysfs shows them, whether libedgetpu lists them or not, and\n"
    "the CPU. Devices with the same 'shares' share the bandwidth to the host:\n"
    "see --devices-per-link of 'plan'. No device is opened.\n"
    "docs/doctor.md explains the columns.\n\n"
    "Examples:\n"
    "  coralline devices\n"
    "  coralline devices --json | jq '.edgetpus[].name'\n"
    "  coralline devices --root copy-of-another-machine";

const char* ListedText(const std::optional<bool>& is_listed) {
  if (!is_listed) return "not asked";
  return *is_listed ? "lists it" : "does not list it";
}

std::string OrDash(const std::string& text) {
  return text.empty() ? "-" : text;
}

void PrintEdgeTpus(const std::vector<EdgeTpuEntry>& devices) {
  Table table({"name", "path", "link", "shares", "driver", "temperature>",
               "in use by", "libedgetpu"});
  for (const EdgeTpuEntry& device : devices) {
    const EdgeTpuHardware& hardware = device.hardware;
    table.AddRow({device.label(), OrDash(hardware.path), LinkText(hardware),
                  OrDash(hardware.link), DriverText(device),
                  TemperatureText(hardware), UsersText(hardware.users),
                  ListedText(device.is_listed)});
  }
  fmt::print("{}", table.Format());
}

// Why those do not work that do not.
void PrintReasons(const Machine& machine) {
  bool has_reason = false;
  for (const Finding& finding : Examine(machine)) {
    if (finding.device.empty() || finding.status != FindingStatus::kProblem) {
      continue;
    }
    fmt::print("{}: {}\n", finding.device, finding.found);
    has_reason = true;
  }
  if (has_reason) fmt::print("'coralline doctor' says what to do about it\n");
}

std::string SoftwareText(const SoftwareFacts& facts) {
  if (!facts.error.empty()) return facts.error;
  if (facts.path.empty()) return facts.version;
  return fmt::format("{} ({})", facts.version, facts.path);
}

void PrintHost(const Machine& machine) {
  const CpuFacts& cpu = machine.host.cpu;
  if (cpu.threads > 0) {
    fmt::print("\nCPU: {}, {}, {}\n",
               cpu.model.empty() ? "unknown model" : cpu.model,
               FormatNumberOf(cpu.cores, "core"),
               FormatNumberOf(cpu.threads, "hardware thread"));
    fmt::print("CPU features: {}\n",
               OrDash(fmt::format("{}", fmt::join(cpu.features, ", "))));
  }
  const Software& software = machine.software;
  if (software.tflite) {
    fmt::print("TFLite: {}{}\n", SoftwareText(*software.tflite),
               software.has_xnnpack ? ", with XNNPACK" : "");
  }
  if (software.libedgetpu) {
    fmt::print("libedgetpu: {}\n", SoftwareText(*software.libedgetpu));
  }
}

void PrintText(const Machine& machine) {
  if (machine.edgetpus.empty()) {
    fmt::print("no Edge TPU found; 'coralline doctor' examines the machine\n");
  } else {
    PrintEdgeTpus(machine.edgetpus);
    PrintReasons(machine);
  }
  PrintHost(machine);
}

}  // namespace

Action ConfigureDevices(CLI::App& app) {
  const auto options = std::make_shared<MachineOptions>();
  AddMachineOptions(app, *options);
  app.footer(kFooter);
  return [options] {
    const Machine machine = ReadMachineOf(*options);
    if (options->json) {
      fmt::print("{}", DevicesJson(machine));
    } else {
      PrintText(machine);
    }
    return 0;
  };
}

}  // namespace coralline::cli
