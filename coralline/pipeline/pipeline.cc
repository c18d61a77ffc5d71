#include "coralline/pipeline/pipeline.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/pipeline/internal/wiring.h"

namespace coralline {

using std::chrono::nanoseconds;

// One request: the content of every slot, in one allocation.
struct Pipeline::Frame {
  explicit Frame(const std::vector<TensorSpec>& slots) {
    constexpr std::size_t kAlign = 64;
    std::size_t total = kAlign;
    std::vector<std::size_t> offsets;
    for (const TensorSpec& slot : slots) {
      offsets.push_back(total);
      total += (slot.bytes + kAlign - 1) / kAlign * kAlign;
    }
    storage = std::make_unique_for_overwrite<std::byte[]>(total);
    const auto misalignment =
        reinterpret_cast<std::uintptr_t>(storage.get()) % kAlign;
    std::byte* base = storage.get() - misalignment;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      tensors.emplace_back(base + offsets[i], slots[i].bytes);
    }
  }

  std::unique_ptr<std::byte[]> storage;
  std::vector<MutableBytes> tensors;
  Clock::time_point pushed;
  Clock::time_point done;
};

struct Pipeline::Stage {
  std::unique_ptr<Executable> executable;
  const internal::Wiring::Stage* wiring = nullptr;
  FrameQueue* input = nullptr;
  FrameQueue* output = nullptr;
  // Of the request at work; kept to avoid allocations.
  std::vector<ConstBytes> input_spans;
  std::vector<MutableBytes> output_spans;
  nanoseconds last_push{0};  // what the last Push took
  mutable std::mutex stats_mutex;
  StageStats stats;
  std::jthread thread;
};

namespace {

StageStats EmptyStats(const Executable& executable) {
  StageStats stats{.description = executable.description()};
  if (const EmulatedRun* run = executable.last_emulated_run()) {
    stats.emulation.emplace(EmulationStats{.computes = run->computes});
  }
  return stats;
}

void Reset(StageStats& stats) {
  StageStats empty{.description = stats.description};
  if (stats.emulation) {
    empty.emulation.emplace(
        EmulationStats{.computes = stats.emulation->computes});
  }
  stats = std::move(empty);
}

void Record(const EmulatedRun& run, EmulationStats& stats) {
  stats.simulated = run.simulated;
  if (run.overshoot) {
    stats.overshoot.Record(*run.overshoot);
  } else {
    ++stats.compute_longer;
  }
}

}  // namespace

PipelineInterface InterfaceOf(const Graph& graph) {
  return {SpecsOf(graph, graph.inputs), SpecsOf(graph, graph.outputs)};
}

Pipeline::Pipeline(std::vector<std::unique_ptr<Executable>> stages,
                   const PipelineInterface& interface,
                   const PipelineOptions& options) {
  CORALLINE_CHECK(!stages.empty());
  wiring_ = std::make_unique<internal::Wiring>(
      internal::ConnectStages(stages, interface));
  for (std::size_t i = 0; i <= stages.size(); ++i) {
    queues_.push_back(
        std::make_unique<FrameQueue>(options.queue_capacity, options.spin));
  }
  // Enough frames to fill every queue and to keep every stage at work.
  const std::size_t num_frames =
      queues_.size() * queues_[0]->capacity() + stages.size();
  free_ =
      std::make_unique<FrameQueue>(static_cast<int>(num_frames), options.spin);
  for (std::size_t i = 0; i < num_frames; ++i) {
    frames_.push_back(std::make_unique<Frame>(wiring_->slots));
    free_->Push(frames_.back().get());
  }
  for (std::size_t i = 0; i < stages.size(); ++i) {
    auto stage = std::make_unique<Stage>();
    stage->stats = EmptyStats(*stages[i]);
    stage->executable = std::move(stages[i]);
    stage->wiring = &wiring_->stages[i];
    stage->input = queues_[i].get();
    stage->output = queues_[i + 1].get();
    stages_.push_back(std::move(stage));
  }
  for (auto& stage : stages_) {
    stage->thread = std::jthread([this, &stage] { RunStage(*stage); });
  }
}

Pipeline::~Pipeline() {
  for (auto& queue : queues_) queue->Abort();
}

void Pipeline::Push(const std::vector<TensorData>& inputs) {
  CORALLINE_CHECK(inputs.size() == wiring_->inputs.size());
  const auto frame = free_->Pop();
  if (!frame) ThrowFailure();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const MutableBytes slot = (*frame)->tensors[wiring_->inputs[i]];
    CORALLINE_CHECK(inputs[i].size() == slot.size());
    std::copy(inputs[i].begin(), inputs[i].end(), slot.begin());
  }
  (*frame)->pushed = Clock::now();
  if (!queues_.front()->Push(*frame)) ThrowFailure();
}

void Pipeline::Close() { queues_.front()->Close(); }

void Pipeline::WaitForResults(int count) {
  FrameQueue& results = *queues_.back();
  results.WaitForValues(std::min(count, static_cast<int>(results.capacity())));
}

bool Pipeline::Pop(Completion& completion) {
  const auto frame = queues_.back()->Pop();
  if (!frame) {
    const std::lock_guard lock(failure_mutex_);
    if (failure_) std::rethrow_exception(failure_);
    return false;
  }
  completion.latency = (*frame)->done - (*frame)->pushed;
  completion.outputs.resize(wiring_->outputs.size());
  for (std::size_t i = 0; i < wiring_->outputs.size(); ++i) {
    const MutableBytes slot = (*frame)->tensors[wiring_->outputs[i]];
    completion.outputs[i].assign(slot.begin(), slot.end());
  }
  free_->Push(*frame);
  return true;
}

void Pipeline::ResetState() {
  for (auto& stage : stages_) stage->executable->ResetState();
}

std::vector<StageStats> Pipeline::Stats() const {
  std::vector<StageStats> stats;
  for (const auto& stage : stages_) {
    const std::lock_guard lock(stage->stats_mutex);
    stats.push_back(stage->stats);
  }
  return stats;
}

void Pipeline::ResetStats() {
  for (auto& stage : stages_) {
    const std::lock_guard lock(stage->stats_mutex);
    Reset(stage->stats);
  }
}

void Pipeline::RunStage(Stage& stage) {
  try {
    stage.executable->BindThread();
    while (RunRequest(stage)) {
    }
    stage.output->Close();
  } catch (...) {
    Fail(std::current_exception());
  }
}

// Returns false when there are no more requests.
bool Pipeline::RunRequest(Stage& stage) {
  const auto start = Clock::now();
  const auto frame = stage.input->Pop();
  if (!frame) return false;
  stage.input_spans.clear();
  for (const int slot : stage.wiring->inputs) {
    stage.input_spans.push_back((*frame)->tensors[slot]);
  }
  stage.output_spans.clear();
  for (const int slot : stage.wiring->outputs) {
    stage.output_spans.push_back((*frame)->tensors[slot]);
  }
  const auto got = Clock::now();
  stage.executable->Run(stage.input_spans, stage.output_spans);
  const auto done = Clock::now();
  (*frame)->done = done;
  RecordRequest(stage, got - start, done - got);
  const bool pushed = stage.output->Push(*frame);
  stage.last_push = Clock::now() - done;
  return pushed;
}

// Before the request is handed on, so that whoever has the last result finds it
// counted. The wait for room is counted with the next one.
void Pipeline::RecordRequest(Stage& stage, nanoseconds waited,
                             nanoseconds busy) {
  const std::lock_guard lock(stage.stats_mutex);
  stage.stats.waiting_for_input += waited;
  stage.stats.busy.Record(busy);
  stage.stats.waiting_for_output += std::exchange(stage.last_push, {});
  if (const EmulatedRun* run = stage.executable->last_emulated_run()) {
    Record(*run, *stage.stats.emulation);
  }
}

void Pipeline::Fail(std::exception_ptr error) {
  {
    const std::lock_guard lock(failure_mutex_);
    if (!failure_) failure_ = std::move(error);
  }
  for (auto& queue : queues_) queue->Abort();
  free_->Abort();
}

void Pipeline::ThrowFailure() {
  const std::lock_guard lock(failure_mutex_);
  CORALLINE_CHECK(failure_);
  std::rethrow_exception(failure_);
}

}  // namespace coralline
