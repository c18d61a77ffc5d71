#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/cli/command.h"
#include "coralline/cli/comparison_report.h"
#include "coralline/cli/simulation.h"
#include "coralline/cli/simulation_page.h"
#include "coralline/cli/simulation_report.h"
#include "coralline/tflite/reader.h"

namespace coralline::cli {
namespace {

constexpr const char* kFooter =
    "Predicts, without a device, what each segment keeps on the chip and what\n"
    "it streams, the time of an inference part by part, and the pipeline's\n"
    "throughput. The parameters are loaded before; 'first' is an inference\n"
    "that loads them. The speed-up is against single inferences of the whole\n"
    "model on one device, as the paper counts it. Ops that the accelerator "
    "does\n"
    "not run are stages of their own on the CPU. A plan brings its devices "
    "and\n"
    "its host along.\n\n"
    "Examples:\n"
    "  coralline simulate model.tflite --device edgetpu-pcie --stages 4\n"
    "  coralline simulate model.tflite --cuts 12,30 --trace trace.json\n"
    "  coralline simulate model.tflite --plan plan.json\n"
    "  coralline simulate model.tflite --stages 2 --log --measure-cpu\n"
    "  coralline simulate model.tflite --against model_edgetpu.tflite";

// The kind of accelerators of a plan.
DeviceSpec SpecOf(const PlanDocument& plan) {
  const ClassDocument* used = nullptr;
  for (const PlannedStage& stage : plan.plan.stages) {
    const ClassDocument& device = plan.classes[stage.device_class];
    if (device.spec.empty()) continue;
    if (used != nullptr && used->spec != device.spec) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("the plan is for '{}' and '{}'; simulate takes "
                              "one kind of accelerator",
                              used->device.name, device.device.name));
    }
    used = &device;
  }
  return used == nullptr ? ReadDeviceSpec("edgetpu-pcie")
                         : ParseDeviceSpec(used->spec, used->device.name);
}

void AddCpuOptions(CLI::App& app, SimulateOptions& options) {
  auto* given = app.add_option("--cpu-ms", options.cpu_ms,
                               "Measured time of the ops on the CPU")
                    ->check(CLI::NonNegativeNumber);
  app.add_flag("--measure-cpu", options.measure_cpu,
               "Measure those ops on this machine; estimated otherwise")
      ->excludes(given);
}

// The whole model is compared, and no time.
void AddAgainstOption(CLI::App& app, SimulateOptions& options) {
  auto* against =
      app.add_option("--against", options.against,
                     "Compare with what Google's compiler made of the model: a "
                     "compiled .tflite file");
  for (const char* name :
       {"--cuts", "--at", "--ops", "--stages", "--plan", "--batch", "--host",
        "--devices-per-link", "--cpu-ms", "--measure-cpu", "--trace", "--log",
        "--report", "--figures"}) {
    against->excludes(app.get_option(name));
  }
}

void PrintComparison(const Model& model, const SimulateOptions& options) {
  const Model compiled = ReadTflite(options.against, Compiled::kAllow);
  const DeviceSpec spec = ReadDeviceSpec(options.device);
  const auto comparison = CompareWithCompiled(model, compiled, spec);
  const ComparedModels models{model, compiled, spec};
  options.json ? PrintComparisonJson(comparison, models)
               : PrintComparisonText(comparison, models);
}

void WriteTrace(const Simulation& simulation, const std::string& path) {
  const std::string text = SimulationTraceJson(simulation);
  WriteFile(path, std::as_bytes(std::span(text)));
  if (!IsTraceCut(simulation)) return;
  fmt::print(stderr, "coralline: {}: holds the first {} inferences only\n",
             path, kSimulatedTraceCapacity);
}

}  // namespace

Action ConfigureSimulate(CLI::App& app) {
  const auto options = std::make_shared<SimulateOptions>();
  app.add_option("MODEL", options->model, "A quantized .tflite file")
      ->required();
  AddCutOptions(app, options->cuts);
  auto* plan = app.get_option("--plan");
  app.add_option("--device", options->device,
                 "A device spec by name, or the path of a .json file")
      ->capture_default_str()
      ->excludes(plan);
  app.add_option("--batch", options->batch,
                 "Inputs that are sent one after another")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--host", options->host,
                 "Who feeds the devices: native; python or pycoral as in the "
                 "paper")
      ->check(CLI::IsMember({"native", "python", "pycoral"}))
      ->capture_default_str()
      ->excludes(plan);
  app.add_option("--devices-per-link", options->devices_per_link,
                 "Devices that share one USB root or PCIe lane")
      ->check(CLI::Range(1, 16))
      ->capture_default_str()
      ->excludes(plan);
  AddCpuOptions(app, *options);
  app.add_option("--trace", options->trace,
                 "Write the timeline for Perfetto, see docs/trace.md");
  app.add_flag("--log", options->log,
               "Also print the placement in the compiler log's words");
  AddReportOptions(app, options->report);
  AddAgainstOption(app, *options);
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(kFooter);
  return [options] {
    CheckFolder(options->trace, "--trace");
    CheckFolders(options->report);
    const Model model = ReadTflite(options->model);
    if (!options->against.empty()) {
      PrintComparison(model, *options);
      return 0;
    }
    if (!options->cuts.plan.empty()) {
      options->plan = ReadPlanDocument(options->cuts.plan, model);
      options->host = options->plan->host;
    }
    const DeviceSpec spec = options->plan ? SpecOf(*options->plan)
                                          : ReadDeviceSpec(options->device);
    const Simulation simulation = Simulate(model, spec, *options);
    if (!options->trace.empty()) WriteTrace(simulation, options->trace);
    if (options->report.wanted()) {
      WriteReport(options->report, SimulationPage(simulation));
    }
    if (options->json) {
      PrintSimulationJson(simulation);
      return 0;
    }
    PrintSimulationText(simulation);
    if (options->log) PrintCompilerLog(simulation);
    return 0;
  };
}

}  // namespace coralline::cli
