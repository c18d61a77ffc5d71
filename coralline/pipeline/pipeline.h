#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "coralline/base/histogram.h"
#include "coralline/device/device.h"
#include "coralline/pipeline/bounded_queue.h"

namespace coralline {

namespace internal {
struct Wiring;
}

/// The model's inputs and outputs, in the order in which Push takes and Pop
/// gives them.
struct PipelineInterface {
  std::vector<TensorSpec> inputs;
  std::vector<TensorSpec> outputs;
};

/// The interface of a whole model.
PipelineInterface InterfaceOf(const Graph& graph);

struct PipelineOptions {
  /// Requests that may wait before each stage and after the last.
  int queue_capacity = 8;
  /// How long a thread yields before it blocks.
  std::chrono::nanoseconds spin = std::chrono::microseconds(100);
};

/// One finished request.
struct Completion {
  std::vector<TensorData> outputs;
  /// From Push's return to the end of the last stage.
  std::chrono::nanoseconds latency{0};
};

/// How well an emulated device kept to the simulated time.
struct EmulationStats {
  bool computes = false;  ///< whether the CPU computes the outputs meanwhile
  std::chrono::nanoseconds simulated{0};  ///< of the last inference
  Histogram overshoot;              ///< beyond it, of those that waited for it
  std::int64_t compute_longer = 0;  ///< those that the CPU made longer
};

/// What one stage did since the last reset.
struct StageStats {
  std::string description;  ///< of its Executable
  Histogram busy;           ///< time of each inference
  std::chrono::nanoseconds waiting_for_input{0};
  std::chrono::nanoseconds waiting_for_output{0};
  std::optional<EmulationStats> emulation;  ///< of an emulated device
};

/// Runs requests through a chain of stages, one thread per stage, joined by
/// bounded queues.
///
/// Stages are joined by tensor name. A request travels as one preallocated
/// frame that holds every tensor crossing between stages, so a tensor that
/// skips stages, and an output that is ready early, cost nothing on the way.
/// Results come out in the order in which requests went in.
///
/// When a stage throws, the pipeline stops: every waiting and every later Push
/// and Pop throws that error.
///
/// One thread may push and one may pop; they may be the same as long as it
/// never has more than max_in_flight() requests inside. Stats and ResetStats
/// may be called from any thread.
class Pipeline {
 public:
  /// Takes the loaded segments and starts their threads. Throws Error(kModel)
  /// when they do not fit together. Requires at least one stage.
  Pipeline(std::vector<std::unique_ptr<Executable>> stages,
           const PipelineInterface& interface,
           const PipelineOptions& options = {});
  /// Drops the requests in flight and joins the threads.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Copies one request in; waits while the pipeline is full. Requires inputs
  /// of the interface's sizes, and that Close was not called.
  void Push(const std::vector<TensorData>& inputs);
  /// No more requests: Pop returns false once the last result is out.
  void Close();
  /// Waits, in one sleep, until `count` results can be popped without waiting,
  /// or the pipeline has ended. Belongs to the popping thread. Requires so many
  /// requests inside; more than the last queue holds count as what it holds.
  void WaitForResults(int count);
  /// Waits for the next result and copies it out, reusing the storage of
  /// `completion`. Returns false after the last one.
  bool Pop(Completion& completion);

  /// Most requests that can be inside: Push waits for a Pop beyond.
  int max_in_flight() const { return static_cast<int>(frames_.size()); }
  int num_stages() const { return static_cast<int>(stages_.size()); }

  /// Sets variable tensors of all stages back. Requires an empty pipeline.
  void ResetState();

  std::vector<StageStats> Stats() const;
  void ResetStats();

 private:
  struct Frame;
  struct Stage;
  using FrameQueue = BoundedQueue<Frame*>;
  using Clock = std::chrono::steady_clock;

  void RunStage(Stage& stage);
  bool RunRequest(Stage& stage);
  static void RecordRequest(Stage& stage, std::chrono::nanoseconds waited,
                            std::chrono::nanoseconds busy);
  void Fail(std::exception_ptr error);
  [[noreturn]] void ThrowFailure();

  std::unique_ptr<internal::Wiring> wiring_;
  std::vector<std::unique_ptr<Frame>> frames_;
  std::unique_ptr<FrameQueue> free_;                 // from Pop back to Push
  std::vector<std::unique_ptr<FrameQueue>> queues_;  // before, between, after
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
  std::vector<std::unique_ptr<Stage>> stages_;  // last: joins its threads
};

}  // namespace coralline
