#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "coralline/pipeline/internal/signal.h"
#include "coralline/pipeline/internal/wiring.h"

namespace coralline::internal {

using Clock = std::chrono::steady_clock;

/// Says that a frame has come as far as a stage, how many times.
struct Flag {
  Signal signal;
  Clock::time_point published;
};

/// The content of one request, in one allocation. Written by whoever has the
/// request, and read by whom it is handed to: what changes is on one cache
/// line.
struct alignas(64) Frame {
  explicit Frame(const Wiring& wiring);

  Flag arrival;  ///< at the first stage; what it goes with is beside it
  RequestId id = 0;
  Clock::time_point pushed;
  Clock::time_point deadline;  ///< max() for none
  bool expired = false;
  bool failed = false;
  std::atomic<bool> cancelled{false};

  std::optional<Error> error;  ///< of an inference that failed this request
  std::unique_ptr<std::byte[]> storage;
  std::vector<MutableBytes> tensors;  ///< of the wiring
  std::vector<MutableBytes> inputs;   ///< of the model
  std::vector<ConstBytes> outputs;    ///< of the model

  bool is_live() const { return !expired && !failed && !cancelled; }
  void Fail(const Error& why);
  void Reset(RequestId request);
  void CopyInputs(const Frame& from);
};

}  // namespace coralline::internal
