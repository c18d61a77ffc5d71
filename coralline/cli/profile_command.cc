#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/cli/command.h"
#include "coralline/cli/format.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/measuring_options.h"
#include "coralline/cli/progress.h"
#include "coralline/cli/table.h"
#include "coralline/planning/measured_planning.h"
#include "coralline/sim/consecutive_costs.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/reader.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::nanoseconds;

constexpr const char* kFooter =
    "Measures the segments that plans for 1 to --count devices need, or with\n"
    "--all every segment of consecutive ops. A device spec by name gives "
    "simulated\ncosts of all of them at once. What is measured is kept, so "
    "Ctrl-C loses nothing\nand a second run goes on.\n\n"
    "Examples:\n"
    "  coralline profile model.tflite --device cpu:0 -o cpu.json\n"
    "  coralline profile model.tflite --device emulated:edgetpu-pcie --count 4 "
    "-o p.json\n"
    "  coralline plan model.tflite --device edgetpu-pcie --profile p.json";

struct Options {
  std::string model;
  std::string device;
  std::string output;
  int count = 4;
  bool all = false;
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

// Of every consecutive segment that the accelerator runs.
Profile Simulated(const Model& model, const NamedDevices& device) {
  SimulatedCosts costs(model, {{device.group.spec}}, kNativeHost);
  Profile profile{.model = model.name,
                  .model_hash = HashModel(model),
                  .device = device.group.name,
                  .runtime = "simulated by coralline " CORALLINE_VERSION};
  for (Segment& segment : ConsecutiveSegments(model.graph.num_ops())) {
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
  }

  // What the device refuses is left out, and counted.
  Profile All() {
    Profiler profiler(model_, *devices_.front(), profiler_options_,
                      cache_.get());
    Profile profile = profiler.EmptyProfile();
    const auto segments = ConsecutiveSegments(model_.graph.num_ops());
    const auto begin = std::chrono::steady_clock::now();
    Progress progress("segment", static_cast<std::int64_t>(segments.size()));
    for (const Segment& segment : segments) {
      if (Interrupted()) break;
      progress.Update(profiler.num_measured() + profiler.num_cached(),
                      Left(begin, profiler, segments.size()));
      Measure(profiler, segment, profile);
    }
    return profile;
  }

  // What planning asks for, with one device more each time.
  Profile ForPlans() {
    Profile profile =
        Profiler(model_, *devices_.front(), profiler_options_, nullptr)
            .EmptyProfile();
    Progress progress("segment measured for plans", 0);
    for (int count = 1; count <= options_.count && !Interrupted(); ++count) {
      MeasuredPlanningOptions measured{
          .lazy = {.plan = {.max_devices = count,
                            .should_stop = [] { return Interrupted().load(); }},
                   .optimism = problem_.is_cpu(0) ? 0.25 : 1.0},
          .profiler = profiler_options_,
          .cache = cache_.get()};
      measured.lazy.progress = [&](std::int64_t, std::int64_t) {
        progress.Update(static_cast<std::int64_t>(profile.segments.size()));
      };
      auto result = PlanOnDevices(problem_, devices_, measured);
      refused_ += static_cast<int>(result.lazy.refused);
      for (MeasuredSegment& segment : result.segments) {
        if (segment.device_class == 0) profile.Add(std::move(segment.profile));
      }
    }
    return profile;
  }

  int refused() const { return refused_; }

 private:
  void Measure(Profiler& profiler, const Segment& segment, Profile& profile) {
    try {
      if (auto measured = profiler.Measure(segment)) {
        profile.Add(std::move(*measured));
      }
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kModel) throw;
      ++refused_;
    }
  }

  std::optional<nanoseconds> Left(std::chrono::steady_clock::time_point begin,
                                  const Profiler& profiler,
                                  std::size_t total) const {
    if (profiler.num_measured() == 0) return std::nullopt;
    const auto each =
        (std::chrono::steady_clock::now() - begin) / profiler.num_measured();
    const auto done = profiler.num_measured() + profiler.num_cached();
    return each * (static_cast<std::int64_t>(total) - done);
  }

  const Model& model_;
  const Options& options_;
  ModelProblem problem_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::unique_ptr<ProfileCache> cache_;
  ProfilerOptions profiler_options_;
  int refused_ = 0;
};

double WidthOf(const SegmentProfile& segment) {
  return static_cast<double>((segment.high - segment.low).count()) /
         static_cast<double>(segment.latency.count());
}

void PrintText(const Profile& profile, int refused, const Options& options) {
  fmt::print("{} on {}: {} segments\n", profile.model, profile.device,
             profile.segments.size());
  Table table({"ops", "latency>", "interval>", "first>", "runs>", "origin"});
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < std::min(kShown, profile.segments.size()); ++i) {
    const SegmentProfile& segment = profile.segments[i];
    table.AddRow({FormatSegment(segment.segment),
                  FormatDuration(segment.latency),
                  fmt::format("{:.1f} %", 100 * WidthOf(segment)),
                  segment.first.count() > 0 ? FormatDuration(segment.first)
                                            : std::string("-"),
                  std::to_string(segment.runs),
                  std::string(OriginText(segment.origin))});
  }
  fmt::print("{}", table.Format());
  if (profile.segments.size() > kShown) {
    fmt::print("... and {} more{}\n", profile.segments.size() - kShown,
               options.output.empty() ? "; -o writes all of them" : "");
  }
  if (refused > 0) fmt::print("{} segments do not run there\n", refused);
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
  int refused = 0;
  if (named.device.empty()) {
    profile = Simulated(model, named);
  } else {
    Measuring measuring(model, named, options);
    profile = options.all ? measuring.All() : measuring.ForPlans();
    refused = measuring.refused();
  }
  const std::string json = FormatProfile(profile);
  if (!options.output.empty()) {
    WriteFile(options.output, std::as_bytes(std::span(json)));
  }
  if (options.json) {
    fmt::print("{}", json);
  } else {
    PrintText(profile, refused, options);
  }
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
  app.add_flag("--all", options->all, "Every segment of consecutive ops");
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
