#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/device/device.h"

namespace coralline {

/// Requests are numbered from 0 in the order in which they are accepted, which
/// is the order of their results.
using RequestId = std::uint64_t;

/// How a request ended. Every accepted request ends exactly once.
enum class Outcome {
  kDone,       ///< the outputs are there
  kFailed,     ///< Error says why: no device was left, or it fails everywhere
  kCancelled,  ///< by Cancel, or by the end of the pipeline
  kExpired,    ///< its time was over before it was its turn on every stage
};

struct RequestOptions {
  /// Counted from the end of Push. A request whose time is over is not run any
  /// further, and its answer, in its turn, is kExpired. Zero: no limit.
  std::chrono::nanoseconds timeout{0};
};

/// The answer to one request, in the pipeline's own memory: valid as long as
/// whoever gives it says.
struct ResultView {
  RequestId id = 0;
  Outcome outcome = Outcome::kDone;
  const Error* error = nullptr;  ///< of kFailed
  /// In the order of the model's outputs; empty unless kDone.
  std::span<const ConstBytes> outputs;
  /// From the end of Push to the end of the last stage.
  std::chrono::nanoseconds latency{0};
};

/// The same in the caller's memory.
struct Completion {
  RequestId id = 0;
  Outcome outcome = Outcome::kDone;
  std::optional<Error> error;
  std::vector<TensorData> outputs;
  std::chrono::nanoseconds latency{0};

  /// Copies the answer, reusing the storage that is there.
  void Assign(const ResultView& result);
};

/// Takes an answer on the thread that finished it, in request order; the view
/// is valid during the call. Must be quick, must not throw, and may call
/// TryPush (which throws where no device is left), Cancel and Stats of the
/// pipeline, nothing that waits for it.
using ResultCallback = std::function<void(const ResultView&)>;

}  // namespace coralline
