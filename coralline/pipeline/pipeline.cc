#include "coralline/pipeline/pipeline.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/pipeline/internal/supervisor.h"

namespace coralline {
namespace {

using internal::Window;

std::unique_ptr<Deployer> OneDeviceEach(
    std::vector<std::unique_ptr<Executable>> executables) {
  CORALLINE_CHECK(!executables.empty());
  std::vector<std::vector<std::unique_ptr<Executable>>> stages;
  for (auto& executable : executables) {
    stages.emplace_back().push_back(std::move(executable));
  }
  return FixedDeployment(std::move(stages));
}

int WindowSize(const PipelineOptions& options, int num_devices) {
  constexpr int kMost = 1 << 20;
  const int wanted = options.max_in_flight > 0 ? options.max_in_flight
                                               : std::max(16, 8 * num_devices);
  CORALLINE_CHECK(wanted <= kMost);
  return static_cast<int>(std::bit_ceil(static_cast<unsigned>(wanted)));
}

std::shared_ptr<internal::Shared> MakeShared(const PipelineOptions& options,
                                             int num_devices) {
  auto shared = std::make_shared<internal::Shared>();
  shared->options = options;
  shared->window = std::make_shared<Window>(WindowSize(options, num_devices),
                                            shared->spin());
  shared->traces.resize(num_devices);
  for (auto& trace : shared->traces) trace.reserve(options.trace_capacity);
  for (int i = 0; i < num_devices; ++i) {
    shared->leases.push_back(std::make_unique<internal::DeviceLease>());
  }
  return shared;
}

}  // namespace

PipelineInterface InterfaceOf(const Graph& graph) {
  return {SpecsOf(graph, graph.inputs), SpecsOf(graph, graph.outputs)};
}

InputSlot::InputSlot(InputSlot&& other) noexcept
    : window_(std::exchange(other.window_, nullptr)),
      id_(other.id_),
      frame_(other.frame_) {}

InputSlot::~InputSlot() {
  if (window_) window_->Abandon({id_, frame_});
}

std::span<const MutableBytes> InputSlot::inputs() const {
  return frame_->inputs;
}

void InputSlot::Commit(const RequestOptions& options) {
  CORALLINE_CHECK(window_);
  std::exchange(window_, nullptr)->Commit({id_, frame_}, options.timeout);
}

OutputSlot::OutputSlot(OutputSlot&& other) noexcept
    : window_(std::exchange(other.window_, nullptr)), result_(other.result_) {}

OutputSlot::~OutputSlot() {
  if (window_) window_->Release(result_->id);
}

Pipeline::Pipeline(std::vector<std::unique_ptr<Executable>> stages,
                   const PipelineInterface& interface,
                   const PipelineOptions& options)
    : Pipeline(OneDeviceEach(std::move(stages)), interface, options) {}

Pipeline::Pipeline(std::unique_ptr<Deployer> deployer,
                   const PipelineInterface& interface,
                   const PipelineOptions& options)
    : shared_(MakeShared(options, deployer->num_devices())),
      window_(shared_->window.get()),
      supervisor_(std::make_unique<internal::Supervisor>(
          shared_, std::move(deployer), interface)) {}

Pipeline::~Pipeline() = default;

std::optional<InputSlot> Pipeline::Claim(bool wait, ResultCallback callback) {
  auto claimed =
      window_->Claim(wait ? Window::Wait::kForever : Window::Wait::kNever,
                     std::move(callback));
  if (!claimed) return std::nullopt;
  return InputSlot(window_, claimed->id, claimed->frame);
}

std::optional<RequestId> Pipeline::PushTo(std::optional<InputSlot> slot,
                                          const std::vector<TensorData>& inputs,
                                          const RequestOptions& options) {
  if (!slot) return std::nullopt;
  CORALLINE_CHECK(inputs.size() == slot->inputs().size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const MutableBytes tensor = slot->inputs()[i];
    CORALLINE_CHECK(inputs[i].size() == tensor.size());
    std::copy(inputs[i].begin(), inputs[i].end(), tensor.begin());
  }
  slot->Commit(options);
  return slot->id();
}

std::optional<RequestId> Pipeline::Push(const std::vector<TensorData>& inputs,
                                        const RequestOptions& options) {
  return PushTo(Claim(true, nullptr), inputs, options);
}

std::optional<RequestId> Pipeline::TryPush(
    const std::vector<TensorData>& inputs, const RequestOptions& options) {
  return PushTo(Claim(false, nullptr), inputs, options);
}

std::optional<InputSlot> Pipeline::Acquire(ResultCallback callback) {
  return Claim(true, std::move(callback));
}

std::optional<InputSlot> Pipeline::TryAcquire(ResultCallback callback) {
  return Claim(false, std::move(callback));
}

std::optional<RequestId> Pipeline::Submit(const std::vector<TensorData>& inputs,
                                          ResultCallback callback,
                                          const RequestOptions& options) {
  CORALLINE_CHECK(callback);
  return PushTo(Claim(true, std::move(callback)), inputs, options);
}

std::optional<RequestId> Pipeline::TrySubmit(
    const std::vector<TensorData>& inputs, ResultCallback callback,
    const RequestOptions& options) {
  CORALLINE_CHECK(callback);
  return PushTo(Claim(false, std::move(callback)), inputs, options);
}

std::future<Completion> Pipeline::Submit(const std::vector<TensorData>& inputs,
                                         const RequestOptions& options) {
  auto promise = std::make_shared<std::promise<Completion>>();
  auto future = promise->get_future();
  const auto id = Submit(
      inputs,
      [promise](const ResultView& result) {
        Completion completion;
        completion.Assign(result);
        promise->set_value(std::move(completion));
      },
      options);
  if (!id) throw Error(ErrorKind::kFailed, "the pipeline is closed");
  return future;
}

bool Pipeline::Cancel(RequestId id) { return window_->Cancel(id); }
void Pipeline::Close() { window_->Close(); }
void Pipeline::Drain() { window_->Drain(); }
void Pipeline::WaitForResults(int count) { window_->WaitForResults(count); }

std::optional<OutputSlot> Pipeline::Take(bool wait) {
  const auto id =
      window_->Take(wait ? Window::Wait::kForever : Window::Wait::kNever);
  if (!id) return std::nullopt;
  return OutputSlot(window_, window_->ViewOf(*id));
}

std::optional<OutputSlot> Pipeline::PopInPlace() { return Take(true); }

std::optional<OutputSlot> Pipeline::TryPopInPlace() { return Take(false); }

bool Pipeline::Pop(Completion& completion) {
  const auto slot = PopInPlace();
  if (slot) completion.Assign(slot->result());
  return slot.has_value();
}

bool Pipeline::TryPop(Completion& completion) {
  const auto slot = TryPopInPlace();
  if (slot) completion.Assign(slot->result());
  return slot.has_value();
}

const PipelineInterface& Pipeline::interface() const {
  return supervisor_->interface();
}

int Pipeline::max_in_flight() const { return window_->size(); }

int Pipeline::num_stages() const { return window_->current()->num_stages(); }

int Pipeline::num_devices() const {
  return static_cast<int>(shared_->leases.size());
}

void Pipeline::ResetState() {
  for (const auto& worker : window_->current()->workers()) {
    worker->replica().executable->ResetState();
  }
}

PipelineStats Pipeline::Stats() const {
  PipelineStats stats{window_->counts(), {}, {}};
  const auto generation = window_->current();
  stats.stages.resize(generation->num_stages());
  for (const auto& worker : generation->workers()) {
    ReplicaStats replica = worker->Stats();
    replica.temperature = supervisor_->deployer().Temperature(replica.device);
    stats.stages[worker->stage()].replicas.push_back(std::move(replica));
  }
  for (int s = 0; s < generation->num_stages(); ++s) {
    stats.stages[s].queue = generation->QueueOf(s, window_->next());
  }
  stats.events = supervisor_->events();
  return stats;
}

void Pipeline::ResetStats() {
  window_->ResetCounts();
  for (const auto& worker : window_->current()->workers()) {
    worker->ResetStats();
  }
}

std::vector<TraceEvent> Pipeline::Trace() const {
  std::vector<TraceEvent> all;
  for (const auto& trace : shared_->traces) {
    all.insert(all.end(), trace.begin(), trace.end());
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.start < b.start; });
  return all;
}

}  // namespace coralline
