#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "coralline/pipeline/deployment.h"
#include "coralline/pipeline/request.h"
#include "coralline/pipeline/stats.h"

namespace coralline {

namespace internal {
class Supervisor;
class Window;
struct Frame;
struct Shared;
}  // namespace internal

/// The model's inputs and outputs, in the order in which requests have them.
struct PipelineInterface {
  std::vector<TensorSpec> inputs;
  std::vector<TensorSpec> outputs;
};

/// The interface of a whole model.
PipelineInterface InterfaceOf(const Graph& graph);

/// How a thread waits that has nothing to do: it yields the processor for a
/// time, so that two busy threads hand over without a system call, then it
/// sleeps, so that an idle pipeline costs nothing.
enum class WaitProfile {
  kBalanced,    ///< yields for 0.1 ms
  kThroughput,  ///< yields for 2 ms: the most throughput, one core or more
};

struct PipelineOptions {
  /// Requests inside at a time, rounded up to a power of two; results are put
  /// back in order within these. 0: 8 for each device, 16 at least.
  int max_in_flight = 0;
  WaitProfile wait = WaitProfile::kBalanced;
  /// An inference that takes longer is given up, and its device with it. Zero:
  /// never. A device that failed is tried again after as long, and after twice
  /// as long each time that it fails again.
  std::chrono::nanoseconds watchdog{0};
  /// How often measured times are compared with the plan's, to plan again where
  /// they drift. Zero: never.
  std::chrono::nanoseconds rebalance{0};
  /// Threads of devices that are no core themselves are pinned to these in
  /// turn. Empty: the system places them.
  std::vector<int> cores;
  /// Asks for real-time priority for the threads of the stages.
  bool realtime = false;
  /// Inferences of each device that Trace keeps, the first ones; 0: none.
  int trace_capacity = 0;
  /// Told of each event, on a thread of the pipeline, or on the one that makes
  /// or destroys it.
  std::function<void(const PipelineEvent&)> on_event;
};

/// Room for one request: its inputs are written in place, then it is handed
/// over. Requests behind it wait meanwhile. Destroyed without Commit, it is
/// answered as cancelled. Must not outlive its pipeline. One thread at a time.
class InputSlot {
 public:
  InputSlot(InputSlot&& other) noexcept;
  ~InputSlot();

  RequestId id() const { return id_; }
  /// In the order of the interface, of its sizes, to be written before Commit.
  std::span<const MutableBytes> inputs() const;
  /// Once.
  void Commit(const RequestOptions& options = {});

 private:
  friend class Pipeline;
  InputSlot(internal::Window* window, RequestId id, internal::Frame* frame)
      : window_(window), id_(id), frame_(frame) {}
  internal::Window* window_;  // null once handed over
  RequestId id_;
  internal::Frame* frame_;
};

/// A result in place: valid, and its room taken, until this is destroyed. Must
/// not outlive its pipeline. One thread at a time.
class OutputSlot {
 public:
  OutputSlot(OutputSlot&& other) noexcept;
  ~OutputSlot();
  const ResultView& result() const { return *result_; }

 private:
  friend class Pipeline;
  OutputSlot(internal::Window* window, const ResultView& result)
      : window_(window), result_(&result) {}
  internal::Window* window_;  // null once given back
  const ResultView* result_;
};

/// Runs requests through a chain of stages. Each stage is a segment served by
/// one device or several, each with a thread of its own; whichever is free
/// takes the next request, so a slow one gets fewer.
///
/// Stages are joined by tensor name. A request travels as one preallocated
/// frame that holds every tensor crossing between stages, so a tensor that
/// skips stages, and an output that is ready early, cost nothing on the way: a
/// stage writes it once, and the next reads it in place. Nothing is allocated
/// for a request.
///
/// Results come out in the order in which requests went in, each exactly once.
/// A request either has its result taken by Pop (Push, TryPush, Acquire) or
/// given to a callback or future (Submit).
///
/// When an inference throws Error(kDevice), or exceeds the watchdog, its device
/// is given up: what is inside and not finished is run again on what the
/// Deployer makes of the other devices. A device that answers again is used
/// again. Where no deployment is left, requests inside fail with the error, and
/// so does Push, until one is. An inference that throws anything else fails its
/// request alone; so does a request with which devices failed three times.
///
/// All members may be called from any thread, but for the result side (Pop,
/// TryPop, WaitForResults), which belongs to one thread at a time. The
/// destructor needs all calls to have returned.
class Pipeline {
 public:
  /// One device a stage, without another to go to. Throws Error(kModel) when
  /// the stages do not fit together. Requires at least one stage.
  Pipeline(std::vector<std::unique_ptr<Executable>> stages,
           const PipelineInterface& interface,
           const PipelineOptions& options = {});
  /// What the deployer makes of all of its devices. Throws Error(kDevice) where
  /// it makes nothing.
  Pipeline(std::unique_ptr<Deployer> deployer,
           const PipelineInterface& interface,
           const PipelineOptions& options = {});
  /// Ends at once: requests inside are answered as cancelled (those of Submit)
  /// or dropped. Waits for inferences at work, up to the watchdog.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Copies one request in; waits while the pipeline is full. nullopt once it
  /// is closed. Throws Error(kDevice) while no device is left. Requires inputs
  /// of the interface's sizes.
  std::optional<RequestId> Push(const std::vector<TensorData>& inputs,
                                const RequestOptions& options = {});
  /// Never waits: nullopt where there is no room too.
  std::optional<RequestId> TryPush(const std::vector<TensorData>& inputs,
                                   const RequestOptions& options = {});
  /// Push without the copy; waits as Push does. With a callback, Submit.
  std::optional<InputSlot> Acquire(ResultCallback callback = nullptr);
  std::optional<InputSlot> TryAcquire(ResultCallback callback = nullptr);

  /// As Push, the answer to a callback. A callback that captures no more than
  /// two pointers is kept without allocating.
  std::optional<RequestId> Submit(const std::vector<TensorData>& inputs,
                                  ResultCallback callback,
                                  const RequestOptions& options = {});
  /// As Push, the answer to a future. Throws Error(kFailed) once closed.
  std::future<Completion> Submit(const std::vector<TensorData>& inputs,
                                 const RequestOptions& options = {});
  /// As TryPush, the answer to a callback.
  std::optional<RequestId> TrySubmit(const std::vector<TensorData>& inputs,
                                     ResultCallback callback,
                                     const RequestOptions& options = {});

  /// Its answer will be kCancelled, unless it is being finished now. Returns
  /// false for a request that is not inside, or is finished.
  bool Cancel(RequestId id);
  /// No more requests: Pop returns false once the last result is out.
  void Close();
  /// Waits until all requests accepted before have their answers: given to
  /// their callbacks, or ready to Pop.
  void Drain();

  /// Waits, in one sleep, until `count` results can be popped without waiting,
  /// or no more will come. Requires so many requests inside.
  void WaitForResults(int count);
  /// Waits for the next result and copies it out, reusing the storage of
  /// `completion`. Returns false after the last one.
  bool Pop(Completion& completion);
  /// Never waits; false too where none is ready.
  bool TryPop(Completion& completion);
  /// Pop without the copy.
  std::optional<OutputSlot> PopInPlace();
  std::optional<OutputSlot> TryPopInPlace();

  const PipelineInterface& interface() const;
  /// Most requests that can be inside, results not yet popped included.
  int max_in_flight() const;
  /// Of what runs now.
  int num_stages() const;
  /// All that the deployer has, in use or not.
  int num_devices() const;

  /// Sets variable tensors of all stages back. Requires an empty pipeline.
  void ResetState();

  PipelineStats Stats() const;
  void ResetStats();
  /// Inferences so far, by device and time. Requires that nothing runs.
  std::vector<TraceEvent> Trace() const;

 private:
  std::optional<RequestId> PushTo(std::optional<InputSlot> slot,
                                  const std::vector<TensorData>& inputs,
                                  const RequestOptions& options);
  std::optional<InputSlot> Claim(bool wait, ResultCallback callback);
  std::optional<OutputSlot> Take(bool wait);

  std::shared_ptr<internal::Shared> shared_;
  internal::Window* window_;  // of shared_
  std::unique_ptr<internal::Supervisor> supervisor_;
};

}  // namespace coralline
