#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <tuple>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/cli/command.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/measuring_options.h"
#include "coralline/cli/profile_text.h"
#include "coralline/cli/progress.h"
#include "coralline/planning/measured_planning.h"
#include "coralline/sim/informative_segments.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/reader.h"

namespace coralline::cli {
namespace {

constexpr const char* kFooter =
    "Measures the segments that plans for 1 to --count devices need, or with\n"
    "--all every segment of consecutive ops, or with --sample those that tell\n"
    "'calibrate' the most. A device spec by name gives "
    "simulated\ncosts of all of them at once. What is measured is kept, so "
    "Ctrl-C loses nothing\nand a second run goes on.\n\n"
    "Examples:\n"
    "  coralline profile model.tflite --device cpu:0 -o cpu.json\n"
    "  coralline profile model.tflite --device emulated:edgetpu-pcie --count 4 "
    "-o p.json\n"
    "  coralline profile model.tflite --device emulated:edgetpu-usb2 \\\n"
    "      --sample 60 -o s.json\n"
    "  coralline plan model.tflite --device edgetpu-pcie --profile p.json";

struct Options {
  std::string model;
  std::string device;
  std::string output;
  int count = 4;
  bool all = false;
  int sample = 0;  // 0: none
  bool remeasure = false;
  bool json = false;
  MeasuringOptions measuring;
  EdgeTpuCommandOptions edgetpu;
};

std::vector<Segment> ConsecutiveSegments(int num_ops) {
  std::vector<Segment> segments;
  for (int begin = 0; begin < num_ops; ++begin) {
    for (int end = begin + 1; end <= num_ops; ++end) {
      segments.push_back(OpRange(begin, end));
    }
  }
  return segments;
}

// What --sample or --all asks for.
std::vector<Segment> ChosenSegments(const Model& model,
                                    const NamedDevices& device,
                                    const Options& options) {
  if (options.sample == 0) return ConsecutiveSegments(model.graph.num_ops());
  if (!device.group.spec) {
    throw Error(ErrorKind::kUsage,
                "--sample chooses by the constants of an accelerator; of a CPU "
                "all segments can be measured with --all");
  }
  return InformativeSegments(model.graph, OpsWithBias(model),
                             *device.group.spec, options.sample);
}

// Of the consecutive segments that the accelerator runs.
Profile Simulated(const Model& model, const NamedDevices& device,
                  const Options& options) {
  SimulatedCosts costs(model, {{device.group.spec}}, kNativeHost);
  Profile profile{.model = model.name,
                  .model_hash = HashModel(model),
                  .device = device.group.name,
                  .runtime = "simulated by coralline " CORALLINE_VERSION};
  for (Segment& segment : ChosenSegments(model, device, options)) {
    const auto cost = costs.Of(segment.ops, 0);
    if (!cost) continue;
    profile.Add({.segment = std::move(segment),
                 .latency = cost->busy,
                 .low = cost->busy,
                 .high = cost->busy,
                 .origin = Origin::kSimulated});
  }
  return profile;
}

class Measuring {
 public:
  Measuring(const Model& model, const NamedDevices& named,
            const Options& options)
      : model_(model),
        options_(options),
        problem_(model, {named.group}, {}),
        devices_(DevicesOf({named}, problem_, options.edgetpu)),
        cache_(OpenCache(options.measuring)),
        profiler_options_(ProfilerOptionsOf(options.measuring)) {
    profiler_options_.remeasure = options.remeasure;
    profile_ = Profiler(model, *devices_.front(), profiler_options_, nullptr)
                   .EmptyProfile();
  }

  void Measure(const std::vector<Segment>& segments) {
    Profiler profiler(model_, *devices_.front(), profiler_options_,
                      cache_.get());
    Progress progress("segment", static_cast<std::int64_t>(segments.size()));
    ProfileSegments(
        profiler, segments,
        [&](const ProfileProgress& now) {
          progress.Update(now.done, now.left);
          run_.refused = now.refused;
          run_.measured = profiler.num_measured();
          if (now.measured && !run_.early) run_.early = *now.measured;
        },
        profile_);
  }

  // What planning asks for, with one device more each time.
  void ForPlans() {
    Progress progress("segment measured for plans", 0);
    for (int count = 1; count <= options_.count && !Interrupted(); ++count) {
      MeasuredPlanningOptions measured{
          .lazy = {.plan = {.max_devices = count,
                            .should_stop = [] { return Interrupted().load(); }},
                   .optimism = problem_.is_cpu(0) ? 0.25 : 1.0},
          .profiler = profiler_options_,
          .cache = cache_.get(),
          .profile = &profile_};
      measured.lazy.progress = [&](std::int64_t, std::int64_t) {
        progress.Update(static_cast<std::int64_t>(profile_.segments.size()));
      };
      Count(PlanOnDevices(problem_, devices_, measured));
    }
  }

  // Measures an early segment again: over an hour a device drifts more than
  // over one segment.
  void MeasureAgain() {
    if (run_.measured < 2 || !run_.early || Interrupted()) return;
    run_.late = MeasureSegment(model_, run_.early->segment, *devices_.front(),
                               profiler_options_);
  }

  const Profile& profile() const { return profile_; }
  const ProfileRun& run() const { return run_; }
  bool has_cache() const { return cache_ != nullptr; }

 private:
  void Count(const MeasuredPlan& plan) {
    run_.refused += static_cast<int>(plan.lazy.refused);
    for (const MeasuredSegment& segment : plan.segments) {
      if (segment.device_class != 0 || segment.is_known) continue;
      ++run_.measured;
      if (!run_.early) run_.early = segment.profile;
    }
  }

  const Model& model_;
  const Options& options_;
  ModelProblem problem_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::unique_ptr<ProfileCache> cache_;
  ProfilerOptions profiler_options_;
  Profile profile_;
  ProfileRun run_;
};

void Write(const Profile& profile, const Options& options) {
  if (options.output.empty()) return;
  const std::string json = FormatProfile(profile);
  WriteFile(options.output, std::as_bytes(std::span(json)));
}

// What went wrong, and where the segments are that were measured before it.
Error After(const Error& error, const Measuring& measuring,
            const Options& options) {
  std::string text = error.what();
  const std::size_t count = measuring.profile().segments.size();
  if (!options.output.empty()) {
    text +=
        fmt::format("; {} has the {} segments so far", options.output, count);
  }
  if (measuring.has_cache()) {
    text += options.remeasure ? "; without --remeasure the same command goes on"
                              : "; the same command goes on where it stopped";
  }
  return {error.kind(), text};
}

// The profile, written whatever happens once a segment is measured.
std::pair<Profile, ProfileRun> Measured(const Model& model,
                                        const NamedDevices& named,
                                        const Options& options) {
  Measuring measuring(model, named, options);
  try {
    if (options.all || options.sample > 0) {
      measuring.Measure(ChosenSegments(model, named, options));
    } else {
      measuring.ForPlans();
    }
    Write(measuring.profile(), options);
    measuring.MeasureAgain();
  } catch (const Error& error) {
    if (measuring.profile().segments.empty()) throw;
    Write(measuring.profile(), options);
    throw After(error, measuring, options);
  }
  return {measuring.profile(), measuring.run()};
}

int Run(const Options& options) {
  Interrupted();
  PlanningOptions planning;
  planning.devices = {options.device};
  planning.count = options.count;
  planning.is_count_given = true;
  planning.edgetpu = options.edgetpu;
  const NamedDevices named = NamedDevicesOf(planning).front();
  const Model model = ReadTflite(options.model);
  Profile profile;
  ProfileRun run;
  if (named.device.empty()) {
    profile = Simulated(model, named, options);
    Write(profile, options);
  } else {
    std::tie(profile, run) = Measured(model, named, options);
  }
  run.file = options.output;
  fmt::print("{}",
             options.json ? FormatProfile(profile) : ProfileText(profile, run));
  return Interrupted() ? kInterrupted : 0;
}

}  // namespace

Action ConfigureProfile(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->model, "A quantized .tflite file")
      ->required();
  app.add_option("--device", options->device,
                 "edgetpu:N, cpu:N, emulated:SPEC, or a device spec "
                 "(simulated)")
      ->required();
  app.add_option("--count", options->count, "Of plans for 1 to so many devices")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  auto* all =
      app.add_flag("--all", options->all, "Every segment of consecutive ops");
  app.add_option("--sample", options->sample,
                 "So many segments, those that tell 'calibrate' the most")
      ->check(CLI::Range(1, 100'000))
      ->excludes(all);
  app.add_flag("--remeasure", options->remeasure,
               "Measure again what is known from earlier runs");
  AddMeasuringOptions(app, options->measuring);
  AddEdgeTpuOptions(app, options->edgetpu);
  app.add_option("-o,--output", options->output, "Write the profile");
  app.add_flag("--json", options->json, "Print the profile");
  app.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace coralline::cli
