#include "bench/peer_pipelines.h"

#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>
#include <tbb/task_scheduler_observer.h>

#include <atomic>
#include <functional>
#include <future>
#include <limits>
#include <random>

#include "coralline/base/check.h"
#include "coralline/device/precise_wait.h"

namespace coralline::bench {
namespace {

using Clock = std::chrono::steady_clock;

std::size_t InputBytes(const Executable& stage) {
  CORALLINE_CHECK(stage.inputs().size() == 1);
  return stage.inputs()[0].bytes;
}

std::size_t OutputBytes(const Executable& stage) {
  CORALLINE_CHECK(stage.outputs().size() == 1);
  return stage.outputs()[0].bytes;
}

void RunOn(Executable& stage, const std::byte* input, std::byte* output) {
  const ConstBytes in(input, InputBytes(stage));
  const MutableBytes out(output, OutputBytes(stage));
  stage.Run({&in, 1}, {&out, 1});
}

}  // namespace

// Waking after unlocking spares whoever wakes the wait for the lock.
void LibcoralStylePipeline::Queue::Push(Buffer buffer) {
  {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [this] { return buffers_.size() < capacity_; });
    buffers_.push_back(std::move(buffer));
  }
  has_buffer_.notify_one();
}

LibcoralStylePipeline::Buffer LibcoralStylePipeline::Queue::Pop() {
  Buffer buffer;
  {
    std::unique_lock lock(mutex_);
    has_buffer_.wait(lock, [this] { return !buffers_.empty(); });
    buffer = std::move(buffers_.front());
    buffers_.pop_front();
  }
  has_room_.notify_one();
  return buffer;
}

LibcoralStylePipeline::LibcoralStylePipeline(Stages stages)
    : stages_(std::move(stages)) {
  const int count = static_cast<int>(stages_.size());
  for (int i = 0; i <= count; ++i) {
    const bool is_inner = i > 0 && i < count;
    queues_.push_back(std::make_unique<Queue>(
        is_inner ? 1 : std::numeric_limits<std::size_t>::max()));
  }
  for (int i = 0; i < count; ++i) {
    threads_.emplace_back([this, i] { RunStage(i); });
  }
}

LibcoralStylePipeline::~LibcoralStylePipeline() {
  queues_.front()->Push(nullptr);
}

std::chrono::nanoseconds LibcoralStylePipeline::Run(int requests,
                                                    int in_flight) {
  return Feed(*this, requests, in_flight);
}

void LibcoralStylePipeline::Push() {
  queues_.front()->Push(std::make_unique_for_overwrite<std::byte[]>(
      InputBytes(*stages_.front())));
}

void LibcoralStylePipeline::Pop() { queues_.back()->Pop(); }

void LibcoralStylePipeline::RunStage(int stage) {
  Executable& executable = *stages_[stage];
  executable.BindThread();
  while (const Buffer input = queues_[stage]->Pop()) {
    auto output =
        std::make_unique_for_overwrite<std::byte[]>(OutputBytes(executable));
    RunOn(executable, input.get(), output.get());
    queues_[stage + 1]->Push(std::move(output));
  }
  queues_[stage + 1]->Push(nullptr);
}

namespace {

// The tensors of one request: the input, then each stage's output.
using Slot = std::vector<TensorData>;

std::vector<Slot> MakeSlots(const Stages& stages, int count) {
  Slot slot = {TensorData(InputBytes(*stages.front()))};
  for (const auto& stage : stages) slot.emplace_back(OutputBytes(*stage));
  return std::vector<Slot>(count, slot);
}

// All threads of TBB wait as punctually as those of the other pipelines.
class PunctualThreads : public tbb::task_scheduler_observer {
 public:
  explicit PunctualThreads(tbb::task_arena& arena)
      : tbb::task_scheduler_observer(arena) {
    observe(true);
  }
  ~PunctualThreads() override { observe(false); }
  void on_scheduler_entry(bool) override { SleepPunctually(); }
};

auto Serial(const auto& body) {
  using Body = std::decay_t<decltype(body)>;
  using Result = std::invoke_result_t<Body, Slot*>;
  return tbb::make_filter<Slot*, Result>(tbb::filter_mode::serial_in_order,
                                         body);
}

auto RunStageOf(Executable& executable, std::size_t stage) {
  return [&executable, stage](Slot* slot) {
    RunOn(executable, (*slot)[stage].data(), (*slot)[stage + 1].data());
    return slot;
  };
}

// Results leave in order, so the slot of a new request is free again.
tbb::filter<void, void> MakeFilters(const Stages& stages, int requests,
                                    std::vector<Slot>& slots, int& next) {
  auto filters = tbb::make_filter<void, Slot*>(
      tbb::filter_mode::serial_in_order,
      [&slots, requests, &next](tbb::flow_control& control) {
        if (next == requests) {
          control.stop();
          return static_cast<Slot*>(nullptr);
        }
        return &slots[static_cast<std::size_t>(next++) % slots.size()];
      });
  const std::size_t last = stages.size() - 1;
  for (std::size_t i = 0; i < last; ++i) {
    filters = filters & Serial(RunStageOf(*stages[i], i));
  }
  return filters &
         Serial([run = RunStageOf(*stages[last], last)](Slot* s) { run(s); });
}

}  // namespace

TbbPipeline::TbbPipeline(Stages stages, int threads)
    : stages_(std::move(stages)),
      threads_(threads > 0 ? threads : tbb::info::default_concurrency()) {}

std::chrono::nanoseconds TbbPipeline::Run(int requests, int in_flight) {
  // TBB makes no more threads than cores unless both allow it.
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads_));
  tbb::task_arena arena(threads_);
  const PunctualThreads punctual(arena);
  std::vector<Slot> slots = MakeSlots(stages_, in_flight);
  int next = 0;
  const auto filters = MakeFilters(stages_, requests, slots, next);
  const auto start = Clock::now();
  arena.execute([&] {
    tbb::parallel_pipeline(static_cast<std::size_t>(in_flight), filters);
  });
  return Clock::now() - start;
}

std::chrono::nanoseconds WholeOnEach::Run(int requests, int) {
  std::atomic<int> next{0};
  const auto run = [&](Executable& device) {
    device.BindThread();
    std::mt19937_64 random(1);
    const auto inputs = RandomData(device.inputs(), random);
    auto outputs = RandomData(device.outputs(), random);
    const std::vector<ConstBytes> in(inputs.begin(), inputs.end());
    const std::vector<MutableBytes> out(outputs.begin(), outputs.end());
    while (next.fetch_add(1) < requests) device.Run(in, out);
  };
  const auto start = Clock::now();
  std::vector<std::future<void>> threads;
  for (const auto& device : devices_) {
    threads.push_back(std::async(std::launch::async, run, std::ref(*device)));
  }
  for (auto& thread : threads) thread.get();
  return Clock::now() - start;
}

}  // namespace coralline::bench
