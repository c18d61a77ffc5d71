#include "coralline/pipeline/internal/window.h"

#include <algorithm>
#include <utility>

#include "coralline/base/check.h"

namespace coralline::internal {

constexpr int kMaxAttempts = 3;

Window::Window(int size, std::chrono::nanoseconds spin)
    : slots_(size), ready_(size), spin_(spin) {}

std::optional<Window::Claimed> Window::Claim(Wait wait,
                                             ResultCallback callback) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (closed_) return std::nullopt;
    if (failure_) throw Error(*failure_);
    const RequestId id = next_;
    Signal& released = slot(id).released;
    if (released.Reached(Lap(id))) {
      Open(id, std::move(callback));
      return Claimed{id, &current_->frame(id)};
    }
    if (wait == Wait::kNever) return std::nullopt;
    lock.unlock();
    released.Wait(Lap(id), spin_, [this] { return closed_ || has_failed_; });
    lock.lock();
  }
}

void Window::Open(RequestId id, ResultCallback callback) {
  Slot& opened = slot(id);
  if (opened.generation != current_) opened.generation = current_;
  opened.committed = false;
  opened.attempts = 0;
  opened.callback = std::move(callback);
  current_->frame(id).Reset(id);
  opened.owner.store(Owner(current_->number(), kRunning),
                     std::memory_order_release);
  next_.store(id + 1, std::memory_order_release);
}

void Window::Commit(const Claimed& claimed, std::chrono::nanoseconds timeout) {
  std::unique_lock lock(mutex_);
  Slot& committed = slot(claimed.id);
  Frame& frame = committed.generation->frame(claimed.id);
  if (committed.claimed_in) {
    frame.CopyInputs(*claimed.frame);
    committed.claimed_in.reset();
  }
  frame.pushed = Clock::now();
  frame.deadline =
      timeout.count() > 0 ? frame.pushed + timeout : Clock::time_point::max();
  committed.committed = true;
  if (!failure_) return committed.generation->Publish(claimed.id, frame.pushed);
  const Ending ending{claimed.id, Outcome::kFailed, failure_};
  if (!BeginFinish(committed)) return;
  lock.unlock();
  Finish(ending);
}

void Window::Abandon(const Claimed& claimed) {
  Cancel(claimed.id);
  Commit(claimed, {});
}

bool Window::Cancel(RequestId id) {
  const std::lock_guard lock(mutex_);
  if (id >= next_ || id < next_delivery_) return false;
  Slot& cancelled = slot(id);
  if (PhaseOf(cancelled.owner) != kRunning) return false;
  Frame& frame = cancelled.generation->frame(id);
  // A request that is just being delivered may have left its room to another.
  if (frame.id != id) return false;
  frame.cancelled = true;
  return true;
}

void Window::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  NudgeRoom();
  NudgeResults();
}

void Window::Drain() {
  const RequestId target = next_;
  ++num_drainers_;
  for (RequestId id = next_delivery_; id < target; id = next_delivery_) {
    next_delivery_.wait(id);
  }
  --num_drainers_;
}

void Window::WaitForResults(int count) {
  if (count < 1) return;
  const std::uint64_t last =
      num_taken_ + std::min(static_cast<std::size_t>(count), ready_.size()) - 1;
  ready_[last % ready_.size()].signal.Wait(Lap(last) + 1, spin_,
                                           [this] { return AllDelivered(); });
}

std::optional<RequestId> Window::Take(Wait wait) {
  Ready& ready = ready_[num_taken_ % ready_.size()];
  const std::uint64_t lap = Lap(num_taken_) + 1;
  const bool is_ready =
      wait == Wait::kNever
          ? ready.signal.Reached(lap)
          : ready.signal.Wait(lap, spin_, [this] { return AllDelivered(); });
  if (!is_ready) return std::nullopt;
  ++num_taken_;
  return ready.id;
}

void Window::Release(RequestId id) { slot(id).released.Publish(Lap(id) + 1); }

void Window::Complete(const Generation& generation, const Frame& frame,
                      Clock::time_point end) {
  Slot& completed = slot(frame.id);
  std::uint64_t expected = Owner(generation.number(), kRunning);
  if (!completed.owner.compare_exchange_strong(
          expected, Owner(generation.number(), kFinishing))) {
    return;
  }
  const Outcome outcome = frame.error       ? Outcome::kFailed
                          : frame.cancelled ? Outcome::kCancelled
                          : frame.expired   ? Outcome::kExpired
                                            : Outcome::kDone;
  Finish({frame.id, outcome, frame.error, end});
}

// Whoever succeeds is the one to finish the request.
bool Window::BeginFinish(Slot& slot) {
  std::uint64_t owner = slot.owner;
  return PhaseOf(owner) == kRunning &&
         slot.owner.compare_exchange_strong(owner, owner + kFinishing);
}

void Window::Finish(const Ending& ending) {
  Slot& finished = slot(ending.id);
  const Frame& frame = finished.generation->frame(ending.id);
  const bool is_done = ending.outcome == Outcome::kDone;
  finished.error = ending.error;
  finished.view = {.id = ending.id, .outcome = ending.outcome};
  if (finished.error) finished.view.error = &*finished.error;
  if (is_done) finished.view.outputs = frame.outputs;
  finished.view.latency = ending.end - frame.pushed;
  finished.owner.fetch_add(kFinished - kFinishing);
  DeliverFinished();
}

// Of all that are finished, those that are next. One thread does it at a time;
// who comes meanwhile leaves its request to that one, which looks again.
void Window::DeliverFinished() {
  while (NextIsFinished() && !delivering_.exchange(true)) {
    while (NextIsFinished()) Deliver(next_delivery_);
    delivering_ = false;
  }
}

bool Window::NextIsFinished() {
  const RequestId id = next_delivery_;
  return id < next_ && PhaseOf(slot(id).owner) == kFinished;
}

void Window::Deliver(RequestId id) {
  Slot& delivered = slot(id);
  auto& count = num_outcomes_[static_cast<int>(delivered.view.outcome)];
  count.store(count.load(std::memory_order_relaxed) + 1,
              std::memory_order_relaxed);
  if (delivered.callback) {
    const ResultCallback callback = std::exchange(delivered.callback, nullptr);
    callback(delivered.view);
    Release(id);
  } else {
    Ready& ready = ready_[num_ready_ % ready_.size()];
    ready.id = id;
    ready.signal.Publish(Lap(num_ready_++) + 1);
  }
  next_delivery_ = id + 1;
  if (num_drainers_ > 0) next_delivery_.notify_all();
  if (AllDelivered()) NudgeResults();
}

void Window::NudgeResults() {
  for (Ready& ready : ready_) ready.signal.Nudge();
}

void Window::NudgeRoom() {
  for (Slot& each : slots_) each.released.Nudge();
}

void Window::Roll(std::shared_ptr<Generation> next) {
  const std::lock_guard lock(mutex_);
  if (current_) current_->EndAt(next_);
  next->Start(next_);
  current_ = std::move(next);
}

void Window::Move(std::shared_ptr<Generation> next,
                  const std::vector<FaultReport>& faults) {
  std::vector<Ending> given_up;
  {
    const std::lock_guard lock(mutex_);
    given_up = GiveUp(faults);
    const RequestId begin = next_delivery_;
    std::vector<bool> finished;
    for (RequestId id = begin; id < next_; ++id) {
      finished.push_back(!MoveOne(id, next));
    }
    next->Start(begin, finished);
    for (RequestId id = begin; id < next_; ++id) {
      if (finished[id - begin] || !slot(id).committed) continue;
      next->Publish(id, Clock::now());
    }
    current_ = std::move(next);
    failure_.reset();
    has_failed_ = false;
  }
  for (const Ending& ending : given_up) Finish(ending);
}

// Requests with which too many devices failed: it may be their fault.
std::vector<Window::Ending> Window::GiveUp(
    const std::vector<FaultReport>& faults) {
  std::vector<Ending> given_up;
  for (const FaultReport& fault : faults) {
    if (!fault.in_request || fault.request < next_delivery_) continue;
    Slot& failed = slot(fault.request);
    if (++failed.attempts < kMaxAttempts || !BeginFinish(failed)) continue;
    given_up.push_back({fault.request, Outcome::kFailed, fault.error});
  }
  return given_up;
}

// Returns false where the request is finished already.
bool Window::MoveOne(RequestId id, const std::shared_ptr<Generation>& next) {
  Slot& moved = slot(id);
  std::uint64_t owner = moved.owner;
  if (PhaseOf(owner) != kRunning ||
      !moved.owner.compare_exchange_strong(owner,
                                           Owner(next->number(), kRunning))) {
    return false;
  }
  const Frame& from = moved.generation->frame(id);
  Frame& to = next->frame(id);
  to.Reset(id);
  to.cancelled = from.cancelled.load();
  if (moved.committed) {
    to.pushed = from.pushed;
    to.deadline = from.deadline;
    to.CopyInputs(from);
    ++num_rerun_;
  }
  if (!moved.committed && !moved.claimed_in) {
    moved.claimed_in = moved.generation;
  }
  moved.generation = next;
  return true;
}

void Window::FailAll(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    failure_ = error;
    has_failed_ = true;
  }
  NudgeRoom();
  FinishCommitted(Outcome::kFailed, error);
}

void Window::CancelAll() {
  FinishCommitted(Outcome::kCancelled, std::nullopt);
  const std::lock_guard lock(mutex_);
  current_.reset();
  for (Slot& each : slots_) each.generation.reset();
}

void Window::FinishCommitted(Outcome outcome,
                             const std::optional<Error>& error) {
  std::vector<Ending> endings;
  {
    const std::lock_guard lock(mutex_);
    for (RequestId id = next_delivery_; id < next_; ++id) {
      Slot& each = slot(id);
      if (!each.committed || !BeginFinish(each)) continue;
      endings.push_back({id, outcome, error});
    }
  }
  for (const Ending& ending : endings) Finish(ending);
}

std::shared_ptr<Generation> Window::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

RequestCounts Window::counts() const {
  const std::lock_guard lock(mutex_);
  const auto number = [this](Outcome outcome) -> std::int64_t {
    return num_outcomes_[static_cast<int>(outcome)];
  };
  return {.accepted = static_cast<std::int64_t>(next_) - subtracted_.accepted,
          .done = number(Outcome::kDone) - subtracted_.done,
          .failed = number(Outcome::kFailed) - subtracted_.failed,
          .cancelled = number(Outcome::kCancelled) - subtracted_.cancelled,
          .expired = number(Outcome::kExpired) - subtracted_.expired,
          .rerun = num_rerun_ - subtracted_.rerun};
}

void Window::ResetCounts() {
  const RequestCounts now = counts();
  const std::lock_guard lock(mutex_);
  subtracted_.accepted += now.accepted;
  subtracted_.done += now.done;
  subtracted_.failed += now.failed;
  subtracted_.cancelled += now.cancelled;
  subtracted_.expired += now.expired;
  subtracted_.rerun += now.rerun;
}

}  // namespace coralline::internal
