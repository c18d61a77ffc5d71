#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "coralline/device/testing.h"
#include "coralline/profile/profiler.h"
#include "coralline/tflite/model_builder.h"

/// For tests: a device that tells what it was asked for.
namespace coralline::testing_util {

/// in -> a -> b -> c, each of so many bytes.
inline Model Chain(int bytes = 4, const std::string& name = "chain") {
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

/// What a fake device was asked for, and what it does.
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

inline FakeDevice DeviceOf(Log& log, const std::string& runtime = "fake 1") {
  return FakeDevice(
      [&log](const Model& part) {
        return std::make_unique<LoggingExecutable>(part, log);
      },
      runtime);
}

/// So wide that the first look is the last.
inline constexpr ProfilerOptions kQuick{
    .warm_up = 1, .min_runs = 2, .target_width = 1e9};
inline const std::vector<Segment> kSegments = {OpRange(0, 1), OpRange(1, 2),
                                               OpRange(1, 3)};

inline Profile ProfileOf(const Model& model, std::span<const Segment> segments,
                         const Device& device, ProfileCache* cache = nullptr,
                         const ProfileProgressFunction& progress = {},
                         const ProfilerOptions& options = kQuick) {
  Profiler profiler(model, device, options, cache);
  Profile profile = profiler.EmptyProfile();
  ProfileSegments(profiler, segments, progress, profile);
  return profile;
}

/// A cache of the test that runs.
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

}  // namespace coralline::testing_util
