#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <thread>

#include "coralline/base/error.h"
#include "coralline/profile/internal/profiler_testing.h"
#include "coralline/profile/profile_key.h"
#include "coralline/profile/profiler.h"
#include "coralline/tflite/writer.h"

namespace coralline {
namespace {

using namespace std::chrono_literals;
using namespace testing_util;
using std::chrono::nanoseconds;
using testing::ElementsAre;

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
