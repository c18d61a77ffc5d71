#include "coralline/profile/profiler.h"

#include <algorithm>
#include <future>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/profile/drift.h"
#include "coralline/profile/median.h"
#include "coralline/profile/profile_key.h"
#include "coralline/tflite/writer.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;
using Clock = std::chrono::steady_clock;

// A loaded segment and its data, bound to the thread that makes it.
class Session {
 public:
  Session(const Model& part, const Device& device)
      : is_emulated_(device.is_emulated()), executable_(device.Load(part)) {
    std::mt19937_64 random(1);
    inputs_ = RandomData(executable_->inputs(), random);
    for (const TensorSpec& spec : executable_->outputs()) {
      outputs_.emplace_back(spec.bytes);
    }
    input_bytes_.assign(inputs_.begin(), inputs_.end());
    output_bytes_.assign(outputs_.begin(), outputs_.end());
    executable_->BindThread();
  }

  // At least 1 ns, as nothing takes no time.
  nanoseconds Run() {
    const auto start = Clock::now();
    executable_->Run(input_bytes_, output_bytes_);
    return std::max<nanoseconds>(Clock::now() - start, nanoseconds(1));
  }

  bool is_emulated() const {
    return is_emulated_ || executable_->last_emulated_run() != nullptr;
  }

 private:
  bool is_emulated_;
  std::unique_ptr<Executable> executable_;
  std::vector<TensorData> inputs_;
  std::vector<TensorData> outputs_;
  std::vector<ConstBytes> input_bytes_;
  std::vector<MutableBytes> output_bytes_;
};

bool IsTight(const MedianInterval& interval, double target_width) {
  return static_cast<double>((interval.high - interval.low).count()) <
         target_width * static_cast<double>(interval.median.count());
}

// Warm inferences until their median is known well enough; nothing when
// stopped.
std::vector<nanoseconds> RepeatRuns(Session& session, Clock::time_point end,
                                    const ProfilerOptions& options) {
  const auto is_stopped = [&] { return options.stop && *options.stop; };
  const auto is_over = [&] { return Clock::now() >= end || is_stopped(); };
  for (int i = 0; i < options.warm_up && !is_over(); ++i) session.Run();
  std::vector<nanoseconds> times;
  int next_look = options.min_runs;
  do {
    if (is_stopped()) return {};
    times.push_back(session.Run());
    const int runs = static_cast<int>(times.size());
    if (runs >= options.max_runs) break;
    if (runs < next_look) continue;
    if (IsTight(MedianOf(times), options.target_width)) break;
    next_look += std::max(1, runs / 10);  // looking sorts them all
  } while (Clock::now() < end);
  return times;
}

std::optional<SegmentProfile> MeasureHere(const Model& part,
                                          const Device& device,
                                          const ProfilerOptions& options) {
  Session session(part, device);
  const auto start_celsius = device.temperature();
  const auto end = Clock::now() + options.budget;
  const nanoseconds first = session.Run();
  const std::vector<nanoseconds> times = RepeatRuns(session, end, options);
  if (times.empty()) return std::nullopt;
  const MedianInterval interval = MedianOf(times);
  return SegmentProfile{
      .latency = interval.median,
      .low = interval.low,
      .high = interval.high,
      .first = first,
      .runs = static_cast<int>(times.size()),
      .origin = session.is_emulated() ? Origin::kEmulated : Origin::kMeasured,
      .drift = DriftOf(times).value_or(0),
      .start_celsius = start_celsius,
      .end_celsius = device.temperature()};
}

// On a new thread: a device may pin the one that runs it.
std::optional<SegmentProfile> MeasurePart(const Model& part,
                                          const Device& device,
                                          const ProfilerOptions& options) {
  return std::async(std::launch::async, MeasureHere, std::cref(part),
                    std::cref(device), std::cref(options))
      .get();
}

}  // namespace

std::optional<SegmentProfile> MeasureSegment(const Model& model,
                                             const Segment& segment,
                                             const Device& device,
                                             const ProfilerOptions& options) {
  return Profiler(model, device, options, nullptr).Measure(segment);
}

Profiler::Profiler(const Model& model, const Device& device,
                   const ProfilerOptions& options, ProfileCache* cache)
    : model_(model),
      device_(device),
      options_(options),
      cache_(cache),
      runtime_(device.runtime()) {}

std::optional<SegmentProfile> Profiler::Measure(const Segment& segment) {
  const Model part = ExtractSegment(model_, segment);
  const ProfileKey key{.segment_hash = cache_ ? HashModel(part) : "",
                       .device = device_.name(),
                       .runtime = runtime_};
  std::optional<SegmentProfile> profile;
  if (cache_ && !options_.remeasure) profile = cache_->Find(key);
  if (profile) {
    ++num_cached_;
  } else {
    profile = MeasurePart(part, device_, options_);
    if (!profile) return std::nullopt;
    ++num_measured_;
    if (cache_) cache_->Store(key, *profile);
  }
  profile->segment = segment;
  return profile;
}

bool Profiler::is_stopped() const { return options_.stop && *options_.stop; }

Profile Profiler::EmptyProfile() const {
  return {.model = model_.name,
          .model_hash = HashModel(model_),
          .device = device_.name(),
          .runtime = runtime_};
}

namespace {

// Whether the device runs it, or measuring was stopped.
bool MeasureInto(Profile& profile, Profiler& profiler, const Segment& segment) {
  try {
    auto cost = profiler.Measure(segment);
    if (cost) profile.Add(std::move(*cost));
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kModel) throw;
    return false;
  }
}

}  // namespace

void ProfileSegments(Profiler& profiler, std::span<const Segment> segments,
                     const ProfileProgressFunction& progress,
                     Profile& profile) {
  ProfileProgress state{.total = static_cast<int>(segments.size())};
  const int cached_before = profiler.num_cached();
  nanoseconds measuring{0};  // what all measured segments took
  int num_measured = 0;
  for (const Segment& segment : segments) {
    const auto start = Clock::now();
    const int measured_before = profiler.num_measured();
    const bool runs = MeasureInto(profile, profiler, segment);
    if (profiler.is_stopped()) break;
    ++state.done;
    if (!runs) ++state.refused;
    state.cached = profiler.num_cached() - cached_before;
    state.measured = nullptr;
    if (profiler.num_measured() > measured_before) {
      state.measured = profile.Find(segment.ops);
      ++num_measured;
      measuring += Clock::now() - start;
    }
    if (num_measured > 0) {
      state.left = measuring / num_measured * (state.total - state.done);
    }
    if (progress) progress(state);
  }
}

}  // namespace coralline
