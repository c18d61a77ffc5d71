#include "coralline/profile/profiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <thread>

#include "coralline/base/error.h"
#include "coralline/device/host.h"
#include "coralline/device/testing.h"
#include "coralline/profile/profile_key.h"
#include "coralline/tflite/model_builder.h"
#include "coralline/tflite/writer.h"

namespace coralline {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using testing::ElementsAre;
using testing_util::FakeDevice;
using testing_util::FakeExecutable;

// in -> a -> b -> c, each of so many bytes.
Model Chain(int bytes = 4, const std::string& name = "chain") {
  const auto tensor = [&](const std::string& tensor_name) {
    return Tensor{.name = tensor_name,
                  .type = DataType::kInt8,
                  .shape = {1, bytes},
                  .quantization = {.scale = {0.1F}, .zero_point = {0}}};
  };
  ModelBuilder builder;
  int value = builder.AddInput(tensor("in"));
  for (const char* op : {"a", "b", "c"}) {
    const int output = builder.AddActivation(tensor(op));
    builder.AddOp(
        {.kind = OpKind::kTanh, .inputs = {value}, .outputs = {output}});
    value = output;
  }
  builder.SetOutputs({value});
  return builder.Build(name);
}

// What a fake device was asked for, and what it does.
struct Log {
  int loads = 0;
  int runs = 0;
  int binds = 0;
  std::set<std::thread::id> threads;
  std::function<void()> on_run = [] {};
  std::function<void()> on_bind = [] {};
  bool is_emulated = false;
};

class LoggingExecutable : public FakeExecutable {
 public:
  LoggingExecutable(const Model& part, Log& log)
      : FakeExecutable(SpecsOf(part.graph, part.graph.inputs),
                       SpecsOf(part.graph, part.graph.outputs),
                       [&log](auto, auto) {
                         log.threads.insert(std::this_thread::get_id());
                         ++log.runs;
                         EXPECT_EQ(log.binds, log.loads);
                         log.on_run();
                       }),
        log_(log) {
    log.threads.insert(std::this_thread::get_id());
    ++log.loads;
  }
  void BindThread() override {
    log_.threads.insert(std::this_thread::get_id());
    ++log_.binds;
    log_.on_bind();
  }
  const EmulatedRun* last_emulated_run() const override {
    return log_.is_emulated ? &emulated_ : nullptr;
  }

 private:
  Log& log_;
  EmulatedRun emulated_;
};

FakeDevice DeviceOf(Log& log, const std::string& runtime = "fake 1") {
  return FakeDevice(
      [&log](const Model& part) {
        return std::make_unique<LoggingExecutable>(part, log);
      },
      runtime);
}

// So wide that the first look is the last.
constexpr ProfilerOptions kQuick{
    .warm_up = 1, .min_runs = 2, .target_width = 1e9};
const std::vector<Segment> kSegments = {OpRange(0, 1), OpRange(1, 2),
                                        OpRange(1, 3)};

Profile ProfileOf(const Model& model, std::span<const Segment> segments,
                  const Device& device, ProfileCache* cache = nullptr,
                  const ProfileProgressFunction& progress = {},
                  const ProfilerOptions& options = kQuick) {
  Profiler profiler(model, device, options, cache);
  Profile profile = profiler.EmptyProfile();
  ProfileSegments(profiler, segments, progress, profile);
  return profile;
}

class CacheFile {
 public:
  CacheFile() { std::filesystem::remove_all(folder_); }
  ~CacheFile() { std::filesystem::remove_all(folder_); }
  ProfileCache Open() const { return ProfileCache(folder_ / "x.sqlite"); }

 private:
  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST(MeasureSegment, StopsOnceTheIntervalIsTight) {
  Log log;
  const FakeDevice device = DeviceOf(log);
  const auto profile =
      MeasureSegment(Chain(), OpRange(0, 2), device,
                     {.warm_up = 4, .min_runs = 12, .target_width = 1e9});
  EXPECT_EQ(profile->runs, 12);
  EXPECT_EQ(log.runs, 1 + 4 + 12);
  EXPECT_EQ(profile->segment, OpRange(0, 2));
  EXPECT_EQ(profile->origin, Origin::kMeasured);
}

TEST(MeasureSegment, StopsAtTheBudgetWhereTheIntervalStaysWide) {
  Log log;
  log.on_run = [] { std::this_thread::sleep_for(1ms); };
  const auto start = std::chrono::steady_clock::now();
  const auto profile =
      MeasureSegment(Chain(), OpRange(0, 2), DeviceOf(log),
                     {.min_runs = 2, .target_width = 0, .budget = 30ms});
  EXPECT_GE(std::chrono::steady_clock::now() - start, 30ms);
  EXPECT_GE(profile->runs, 1);
  EXPECT_LE(log.runs, 30);
  EXPECT_GE(profile->low, 1ms);
  EXPECT_LE(profile->low, profile->latency);
  EXPECT_LE(profile->latency, profile->high);
}

TEST(MeasureSegment, StopsAtTheLargestNumberOfRuns) {
  Log log;
  const auto profile = MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log),
                                      {.max_runs = 37, .target_width = 0});
  EXPECT_EQ(profile->runs, 37);
}

TEST(MeasureSegment, MeasuresOnceWhereOneInferenceExceedsTheBudget) {
  Log log;
  log.on_run = [] { std::this_thread::sleep_for(2ms); };
  const auto profile = MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log),
                                      {.warm_up = 50, .budget = 1ms});
  EXPECT_EQ(profile->runs, 1);
  EXPECT_EQ(log.runs, 2);
  EXPECT_EQ(profile->low, profile->high);
}

TEST(MeasureSegment, TellsTheFirstInferenceApart) {
  Log log;
  log.on_run = [&] { std::this_thread::sleep_for(log.runs == 1 ? 50ms : 0ms); };
  const auto profile =
      MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log), kQuick);
  EXPECT_GE(profile->first, 50ms);
  EXPECT_LT(profile->high, 50ms);
}

TEST(MeasureSegment, SaysThatTheDeviceGrewSlower) {
  constexpr int kWarmUp = 1;
  constexpr int kRuns = 12;
  Log log;
  // Each of the last six takes longer than any before them, however seldom this
  // thread runs.
  auto last = std::chrono::steady_clock::now();
  auto longest = 1ns;
  log.on_run = [&] {
    const auto now = std::chrono::steady_clock::now();
    if (log.runs <= 1 + kWarmUp + kRuns / 2 + 1) {
      longest = std::max(longest, now - last);
    }
    if (log.runs > 1 + kWarmUp + kRuns / 2) {
      std::this_thread::sleep_for(2 * longest);
    }
    last = now;
  };
  const auto profile = MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log),
                                      {.warm_up = kWarmUp,
                                       .min_runs = kRuns,
                                       .target_width = 1e9,
                                       .budget = 1h});
  EXPECT_EQ(profile->runs, kRuns);
  EXPECT_GT(profile->drift, 0.5);
}

TEST(MeasureSegment, ReadsTheTemperatureBeforeAndAfterItRuns) {
  class WarmDevice : public FakeDevice {
   public:
    explicit WarmDevice(Log& log)
        : FakeDevice([&log](const Model& part) {
            return std::make_unique<LoggingExecutable>(part, log);
          }),
          log_(log) {}
    std::optional<double> temperature() const override {
      return 40 + log_.runs;
    }

   private:
    Log& log_;
  };
  Log log;
  const auto profile =
      MeasureSegment(Chain(), OpRange(0, 1), WarmDevice(log), kQuick);
  EXPECT_EQ(profile->start_celsius, 40);
  EXPECT_EQ(profile->end_celsius, 44);
  EXPECT_EQ(MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log), kQuick)
                ->start_celsius,
            std::nullopt);
}

TEST(MeasureSegment, NeverCallsAnEmulatedDeviceMeasured) {
  Log log{.is_emulated = true};
  EXPECT_EQ(
      MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log), kQuick)->origin,
      Origin::kEmulated);
}

TEST(MeasureSegment, UsesAThreadOfItsOwnAndBindsIt) {
  Log log;
  const std::vector<int> cores = AvailableCores();
  log.on_bind = [&] { PinThread({cores[0]}); };
  MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log), kQuick);
  EXPECT_EQ(log.binds, 1);
  EXPECT_EQ(log.threads.size(), 1U);
  EXPECT_FALSE(log.threads.contains(std::this_thread::get_id()));
  EXPECT_EQ(AvailableCores(), cores);
}

TEST(MeasureSegment, HandsOnWhatTheDeviceThrows) {
  const FakeDevice device([](const Model& part) -> std::unique_ptr<Executable> {
    throw Error(ErrorKind::kModel, part.name + " does not run here");
  });
  try {
    MeasureSegment(Chain(), OpRange(0, 1), device, kQuick);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
  }
}

TEST(MeasureSegment, IsNothingWhenStopped) {
  Log log;
  std::atomic<bool> stop = false;
  log.on_run = [&] { stop = log.runs == 5; };
  EXPECT_EQ(MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log),
                           {.target_width = 0, .stop = &stop}),
            std::nullopt);
  EXPECT_EQ(log.runs, 5);
}

TEST(ProfileSegments, NamesWhatItMeasuredAndWhere) {
  Log log;
  const Model model = Chain();
  const Profile profile = ProfileOf(model, kSegments, DeviceOf(log));
  EXPECT_EQ(profile.model, "chain");
  EXPECT_EQ(profile.model_hash, HashModel(model));
  EXPECT_EQ(profile.device, "fake");
  EXPECT_EQ(profile.runtime, "fake 1");
  for (const Segment& segment : kSegments) {
    EXPECT_TRUE(profile.Find(segment.ops)) << FormatSegment(segment);
  }
  EXPECT_EQ(ParseProfile(FormatProfile(profile), "x"), profile);
}

TEST(ProfileSegments, CountsProgressAndTheTimeLeft) {
  Log log;
  log.on_run = [] { std::this_thread::sleep_for(1ms); };
  std::vector<ProfileProgress> calls;
  ProfileOf(Chain(), kSegments, DeviceOf(log), nullptr,
            [&](const ProfileProgress& now) { calls.push_back(now); });
  ASSERT_EQ(calls.size(), 3U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(calls[i].done, i + 1);
    EXPECT_EQ(calls[i].total, 3);
    EXPECT_EQ(calls[i].cached, 0);
  }
  // Four inferences of each of the two segments that are left.
  EXPECT_GE(calls[0].left, 2 * 4 * 1ms);
  EXPECT_EQ(calls[2].left, 0ns);
}

TEST(ProfileSegments, ReturnsWhatItHasOnceStopped) {
  Log log;
  std::atomic<bool> stop = false;
  const CacheFile file;
  ProfileCache cache = file.Open();
  const Model model = Chain();
  const FakeDevice device = DeviceOf(log);
  log.on_run = [&] { stop = log.loads == 2; };
  ProfilerOptions options = kQuick;
  options.stop = &stop;
  const Profile profile =
      ProfileOf(model, kSegments, device, &cache, {}, options);
  ASSERT_EQ(profile.segments.size(), 1U);
  EXPECT_EQ(profile.segments[0].segment, kSegments[0]);
  EXPECT_EQ(log.loads, 2);
  // What was cut short is not kept.
  log.on_run = [] {};
  stop = false;
  Profiler next(model, device, options, &cache);
  next.Measure(kSegments[1]);
  EXPECT_EQ(next.num_measured(), 1);
}

TEST(ProfileSegments, KeepsWhatItHasWhereTheDeviceIsLost) {
  Log log;
  const CacheFile file;
  ProfileCache cache = file.Open();
  const Model model = Chain();
  const FakeDevice device = DeviceOf(log);
  log.on_run = [&] {
    if (log.loads == 3) throw Error(ErrorKind::kDevice, "fake is lost");
  };
  Profiler profiler(model, device, kQuick, &cache);
  Profile profile = profiler.EmptyProfile();
  EXPECT_THROW(ProfileSegments(profiler, kSegments, {}, profile), Error);
  ASSERT_EQ(profile.segments.size(), 2U);
  // It comes back: nothing is measured twice.
  log.on_run = [] {};
  int cached = 0;
  const Profile whole =
      ProfileOf(model, kSegments, device, &cache,
                [&](const ProfileProgress& now) { cached = now.cached; });
  EXPECT_EQ(cached, 2);
  EXPECT_EQ(log.loads, 4);
  for (const SegmentProfile& segment : profile.segments) {
    EXPECT_EQ(*whole.Find(segment.segment.ops), segment);
  }
}

TEST(ProfileSegments, TellsWhichSegmentItJustMeasured) {
  Log log;
  const CacheFile file;
  ProfileCache cache = file.Open();
  const FakeDevice device = DeviceOf(log);
  ProfileOf(Chain(), std::span(kSegments).last(1), device, &cache);
  const std::vector<Segment> order = {kSegments[1], kSegments[2], kSegments[0]};
  std::vector<Segment> measured;
  ProfileOf(Chain(), order, device, &cache, [&](const ProfileProgress& now) {
    measured.push_back(now.measured ? now.measured->segment : Segment());
  });
  EXPECT_THAT(measured, ElementsAre(order[0], Segment(), order[2]));
}

TEST(ProfileSegments, LeavesOutWhatTheDeviceRefuses) {
  Log log;
  const FakeDevice device([&](const Model& part) {
    if (part.graph.num_ops() > 1) throw Error(ErrorKind::kModel, "too long");
    return std::make_unique<LoggingExecutable>(part, log);
  });
  ProfileProgress last;
  const Profile profile =
      ProfileOf(Chain(), kSegments, device, nullptr,
                [&](const ProfileProgress& now) { last = now; });
  EXPECT_EQ(profile.segments.size(), 2U);
  EXPECT_EQ(last.done, 3);
  EXPECT_EQ(last.refused, 1);
}

// What a process that is killed has measured.
TEST(ProfileSegments, GoesOnAfterAKilledProcess) {
  constexpr char kIsAtThird = 'x';
  const CacheFile file;
  const Model model = Chain();
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    Log log;
    log.on_run = [&] {
      if (log.loads < 3) return;
      if (write(pipe_ends[1], &kIsAtThird, 1) != 1) _exit(1);
      pause();
    };
    ProfileCache cache = file.Open();
    ProfileOf(model, kSegments, DeviceOf(log), &cache);
    _exit(1);
  }
  close(pipe_ends[1]);
  char got = 0;
  ASSERT_EQ(read(pipe_ends[0], &got, 1), 1);
  close(pipe_ends[0]);
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  Log log;
  ProfileCache cache = file.Open();
  EXPECT_EQ(ProfileOf(model, kSegments, DeviceOf(log), &cache).segments.size(),
            3U);
  EXPECT_EQ(log.loads, 1);
}

TEST(ProfileSegments, TakesFromTheCacheWhatIsThere) {
  Log log;
  const CacheFile file;
  ProfileCache cache = file.Open();
  const auto profile = [&](std::span<const Segment> segments) {
    int cached = 0;
    Profile result =
        ProfileOf(Chain(), segments, DeviceOf(log), &cache,
                  [&](const ProfileProgress& now) { cached = now.cached; });
    return std::pair(result, cached);
  };
  profile(std::span(kSegments).first(2));
  EXPECT_EQ(log.loads, 2);
  const auto [first, first_cached] = profile(kSegments);
  EXPECT_EQ(first_cached, 2);
  EXPECT_EQ(log.loads, 3);
  const auto [second, second_cached] = profile(kSegments);
  EXPECT_EQ(second_cached, 3);
  EXPECT_EQ(log.loads, 3);
  EXPECT_EQ(second, first);
}

TEST(Profiler, MeasuresAnewWhatDiffersInContentOrRuntime) {
  Log log;
  const CacheFile file;
  ProfileCache cache = file.Open();
  const auto is_cached = [&](const Model& model, const std::string& runtime,
                             ProfilerOptions options = kQuick) {
    const FakeDevice device = DeviceOf(log, runtime);
    Profiler profiler(model, device, options, &cache);
    profiler.Measure(OpRange(0, 2));
    EXPECT_EQ(profiler.num_measured() + profiler.num_cached(), 1);
    return profiler.num_cached() == 1;
  };
  EXPECT_FALSE(is_cached(Chain(4), "fake 1"));
  EXPECT_TRUE(is_cached(Chain(4, "another name"), "fake 1"));
  EXPECT_FALSE(is_cached(Chain(5), "fake 1"));
  EXPECT_FALSE(is_cached(Chain(4), "fake 2"));
  ProfilerOptions again = kQuick;
  again.remeasure = true;
  EXPECT_FALSE(is_cached(Chain(4), "fake 1", again));
}

TEST(HashSegment, IsTheSameForTheSameSegmentOfTwoModels) {
  const Model model = Chain();
  const Model part = ExtractSegment(model, OpRange(1, 3));
  EXPECT_EQ(HashSegment(part, OpRange(0, 1)),
            HashSegment(model, OpRange(1, 2)));
  EXPECT_EQ(HashSegment(Chain(4, "x"), OpRange(0, 2)),
            HashSegment(model, OpRange(0, 2)));
}

TEST(HashSegment, DiffersBetweenSegments) {
  const Model model = Chain();
  EXPECT_NE(HashSegment(model, OpRange(0, 2)),
            HashSegment(model, OpRange(0, 3)));
  EXPECT_NE(HashSegment(model, OpRange(0, 1)),
            HashSegment(model, OpRange(1, 2)));
  EXPECT_NE(HashModel(model), HashModel(Chain(5)));
}

}  // namespace
}  // namespace coralline
