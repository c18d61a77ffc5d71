#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "bench/runner.h"

namespace coralline::bench {

/// What our pipeline is compared with: other designs, written here, each as
/// good as it gets. They run chains alone: each stage has one input, of the
/// size of the output before it, and one output.

/// The design of libcoral's PipelinedModelRunner; libcoral's own code is not
/// run. A thread for each segment; queues of a mutex and condition variables,
/// unbounded before the first and after the last stage and of one request
/// between stages; each output is allocated by the stage that makes it and
/// freed by whoever takes it. (libcoral takes those between stages from a pool;
/// an allocation is some 0.03 us, nothing beside waking a thread.)
class LibcoralStylePipeline : public Runner {
 public:
  explicit LibcoralStylePipeline(Stages stages);
  ~LibcoralStylePipeline() override;
  std::chrono::nanoseconds Run(int requests, int in_flight) override;

  void Push();
  void WaitForResults(int) {}  // libcoral has none: Pop waits for one
  void Pop();

 private:
  using Buffer = std::unique_ptr<std::byte[]>;  // null: no more requests

  class Queue {
   public:
    explicit Queue(std::size_t capacity) : capacity_(capacity) {}
    void Push(Buffer buffer);
    Buffer Pop();

   private:
    const std::size_t capacity_;
    std::mutex mutex_;
    std::condition_variable has_room_;
    std::condition_variable has_buffer_;
    std::deque<Buffer> buffers_;
  };

  void RunStage(int stage);

  Stages stages_;
  std::vector<std::unique_ptr<Queue>> queues_;  // before, between, after
  std::vector<std::jthread> threads_;
};

/// oneTBB's parallel_pipeline: a filter that gives out preallocated slots, then
/// one filter in serial order for each stage. A thread takes a request through
/// as many filters as are free, so a stage has no thread, and no core, of its
/// own.
class TbbPipeline : public Runner {
 public:
  /// 0 threads: as many as TBB takes by default, one for each core. A stage
  /// that waits for its device holds its thread, so that fewer threads than
  /// stages leave devices idle.
  TbbPipeline(Stages stages, int threads);
  std::chrono::nanoseconds Run(int requests, int in_flight) override;

 private:
  Stages stages_;
  int threads_;
};

/// No pipeline: the whole model on each of some devices, each with a thread of
/// its own that takes the next request. Any number of inputs and outputs;
/// `in_flight` is ignored. Run throws what a device throws.
class WholeOnEach : public Runner {
 public:
  explicit WholeOnEach(Stages devices) : devices_(std::move(devices)) {}
  std::chrono::nanoseconds Run(int requests, int in_flight) override;

 private:
  Stages devices_;
};

}  // namespace coralline::bench
