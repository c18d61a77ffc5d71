#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "coralline/pipeline/internal/generation.h"
#include "coralline/pipeline/pipeline.h"

namespace coralline::internal {

/// One request inside, from Claim until its result was taken.
struct Slot {
  /// Who may finish the request: number of a generation and a phase, in one
  /// word, so that a thread of a generation that was given up cannot.
  alignas(64) std::atomic<std::uint64_t> owner{0};
  std::shared_ptr<Generation> generation;  ///< has its frame
  /// Where its inputs are being written, when it was moved meanwhile.
  std::shared_ptr<Generation> claimed_in;
  bool committed = false;
  int attempts = 0;  ///< devices that failed with it
  ResultCallback callback;
  // The answer, written by who finishes it.
  Outcome outcome = Outcome::kDone;
  std::optional<Error> error;
  ResultView view;
  alignas(64) Signal released;  ///< counts its results that were taken
};

/// The requests inside a pipeline, in order: at most `size` of them, so a
/// result that is early waits for those before it here. Requests belong to the
/// newest generation when they are claimed; those that are not finished can be
/// moved to another.
class Window {
 public:
  /// At most 2^20.
  Window(int size, std::chrono::nanoseconds spin);

  // -- Who pushes, any thread.
  enum class Wait { kForever, kNever };
  /// The next request, and its frame, which stays until Commit.
  struct Claimed {
    RequestId id = 0;
    Frame* frame = nullptr;
  };
  /// nullopt when closed, or without room and not to wait. Throws while there
  /// is no deployment.
  std::optional<Claimed> Claim(Wait wait, ResultCallback callback);
  void Commit(const Claimed& claimed, std::chrono::nanoseconds timeout);
  /// In place of Commit: answered as cancelled.
  void Abandon(const Claimed& claimed);
  bool Cancel(RequestId id);
  void Close();
  void Drain();

  // -- Who takes results, one thread at a time.
  void WaitForResults(int count);
  /// nullopt after the last, or where none is ready and not to wait.
  std::optional<RequestId> Take(Wait wait);
  const ResultView& ViewOf(RequestId id) { return slot(id).view; }
  void Release(RequestId id);

  // -- Who runs requests: threads of generations.
  /// After the last stage. Ignored where the request was moved away.
  void Complete(const Generation& generation, const Frame& frame,
                Clock::time_point end);

  // -- The supervisor, one thread.
  /// Requests from now on belong to `next`. Starts it.
  void Roll(std::shared_ptr<Generation> next);
  /// Those inside that are not finished, too; their inputs are copied. Those in
  /// `blamed` made a device fail, and fail themselves when they did thrice.
  void Move(std::shared_ptr<Generation> next,
            const std::vector<FaultReport>& faults);
  /// All that are not finished, and later ones until Roll or Move.
  void FailAll(const Error& error);
  /// At the end: all that are not finished, and lets the generations go.
  void CancelAll();

  std::shared_ptr<Generation> current() const;
  RequestId next() const { return next_; }
  RequestCounts counts() const;
  void ResetCounts();
  int size() const { return static_cast<int>(slots_.size()); }

 private:
  // What follows the number of the generation in Slot::owner.
  enum Phase : std::uint64_t { kRunning = 0, kFinishing = 1, kFinished = 2 };
  static std::uint64_t Owner(std::uint64_t generation, Phase phase) {
    return generation * 4 + phase;
  }
  static Phase PhaseOf(std::uint64_t owner) { return Phase(owner % 4); }

  struct alignas(64) Ready {
    Signal signal;
    RequestId id = 0;
  };
  // A request that is about to be finished.
  struct Ending {
    RequestId id = 0;
    Outcome outcome = Outcome::kDone;
    std::optional<Error> error;
    Clock::time_point end = Clock::now();
  };

  Slot& slot(RequestId id) { return slots_[id % slots_.size()]; }
  std::uint64_t Lap(std::uint64_t count) const { return count / slots_.size(); }
  bool AllDelivered() const { return closed_ && next_delivery_ == next_; }
  void Open(RequestId id, ResultCallback callback);
  static bool BeginFinish(Slot& slot);
  void Finish(const Ending& ending);
  void FinishCommitted(Outcome outcome, const std::optional<Error>& error);
  void DeliverFinished();
  bool NextIsFinished();
  void Deliver(RequestId id);
  void NudgeResults();
  void NudgeRoom();
  bool MoveOne(RequestId id, const std::shared_ptr<Generation>& next);
  std::vector<Ending> GiveUp(const std::vector<FaultReport>& faults);

  std::vector<Slot> slots_;
  std::vector<Ready> ready_;  // results to be popped, in order
  std::chrono::nanoseconds spin_;

  mutable std::mutex mutex_;  // pushing, and changing what runs
  std::shared_ptr<Generation> current_;
  std::optional<Error> failure_;
  std::atomic<bool> closed_{false};
  std::atomic<bool> has_failed_{false};
  alignas(64) std::atomic<RequestId> next_{0};  // to be claimed

  alignas(64) std::atomic<bool> delivering_{false};
  std::atomic<RequestId> next_delivery_{0};
  std::uint64_t num_ready_ = 0;  // of who delivers
  std::atomic<int> num_drainers_{0};
  alignas(64) std::uint64_t num_taken_ = 0;  // of who takes results

  std::array<std::atomic<std::int64_t>, 4> num_outcomes_{};
  std::atomic<std::int64_t> num_rerun_{0};
  RequestCounts subtracted_;  // from what counts() gives
};

}  // namespace coralline::internal
