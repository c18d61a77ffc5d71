// What handing a request from one stage to the next costs: two empty stages on
// two threads, tensors of 1 KB to 1 MB, against the same two threads joined by
// a plain queue of a mutex and a condition variable that carries copies.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "coralline/device/testing.h"
#include "coralline/pipeline/pipeline.h"

namespace coralline {
namespace {

constexpr int kRequests = 2000;
constexpr int kCapacity = 8;

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("bytes")->Arg(1 << 10)->Arg(150528)->Arg(1 << 20);
  benchmark->UseRealTime()->Unit(benchmark::kMillisecond);
}

void ReportHop(benchmark::State& state) {
  state.counters["s_per_request"] = benchmark::Counter(
      kRequests, benchmark::Counter::kIsIterationInvariantRate |
                     benchmark::Counter::kInvert);
}

// The queue of most pipelines: Pop and Push block at once.
class BlockingQueue {
 public:
  void Push(TensorData value) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [&] { return values_.size() < kCapacity; });
    values_.push_back(std::move(value));
    has_value_.notify_one();
  }
  TensorData Pop() {
    std::unique_lock lock(mutex_);
    has_value_.wait(lock, [&] { return !values_.empty(); });
    TensorData value = std::move(values_.front());
    values_.pop_front();
    has_room_.notify_one();
    return value;
  }

 private:
  std::mutex mutex_;
  std::condition_variable has_value_;
  std::condition_variable has_room_;
  std::deque<TensorData> values_;
};

// Two threads: one allocates and sends, as a stage without frames does.
void BM_MutexQueueHop(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    BlockingQueue queue;
    std::jthread producer([&] {
      for (int i = 0; i < kRequests; ++i) queue.Push(TensorData(bytes));
    });
    for (int i = 0; i < kRequests; ++i) benchmark::DoNotOptimize(queue.Pop());
  }
  ReportHop(state);
}
BENCHMARK(BM_MutexQueueHop)->Apply(Sizes);

// Two threads and our queue, handing over preallocated frames in place.
void BM_FrameHop(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  std::vector<TensorData> frames(2 * kCapacity, TensorData(bytes));
  for (auto _ : state) {
    BoundedQueue<TensorData*> queue(kCapacity, std::chrono::microseconds(100));
    std::jthread producer([&] {
      for (int i = 0; i < kRequests; ++i) {
        queue.Push(&frames[i % frames.size()]);
      }
    });
    for (int i = 0; i < kRequests; ++i) benchmark::DoNotOptimize(queue.Pop());
  }
  ReportHop(state);
}
BENCHMARK(BM_FrameHop)->Apply(Sizes);

std::unique_ptr<Executable> EmptyStage(const std::string& input,
                                       const std::string& output,
                                       std::size_t bytes) {
  return std::make_unique<testing_util::FakeExecutable>(
      std::vector<TensorSpec>{{.name = input, .bytes = bytes}},
      std::vector<TensorSpec>{{.name = output, .bytes = bytes}},
      [](std::span<const ConstBytes>, std::span<const MutableBytes>) {});
}

// The whole runtime with two empty stages: the copies in and out, three hops.
void BM_PipelineOfTwo(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const std::vector<TensorData> input = {TensorData(bytes)};
  std::vector<std::unique_ptr<Executable>> stages;
  stages.push_back(EmptyStage("a", "b", bytes));
  stages.push_back(EmptyStage("b", "c", bytes));
  Pipeline pipeline(std::move(stages), {{{.name = "a", .bytes = bytes}},
                                        {{.name = "c", .bytes = bytes}}});
  Completion completion;
  for (auto _ : state) {
    for (int pushed = 0, popped = 0; popped < kRequests;) {
      for (; pushed < kRequests && pushed - popped < 2 * kCapacity; ++pushed) {
        pipeline.Push(input);
      }
      const int ready = std::min(kCapacity, pushed - popped);
      pipeline.WaitForResults(ready);
      for (int i = 0; i < ready; ++i, ++popped) pipeline.Pop(completion);
    }
  }
  ReportHop(state);
}
BENCHMARK(BM_PipelineOfTwo)->Apply(Sizes);

}  // namespace
}  // namespace coralline
