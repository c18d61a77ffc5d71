#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "coralline/plan/internal/lattice.h"
#include "coralline/plan/problem.h"

namespace coralline {

inline constexpr std::int64_t kNoLimit =
    std::numeric_limits<std::int64_t>::max() / 4;

/// What a plan must stay within. Times in nanoseconds.
struct PlanLimits {
  std::int64_t period = kNoLimit;
  std::int64_t latency = kNoLimit;
  int devices = 0;  ///< of all classes together
};

/// A segment on a class of devices, from one boundary to another.
struct Candidate {
  std::int64_t busy_ns = 0;
  int to = 0;
  std::int16_t device_class = 0;
  bool can_replicate = true;
};

/// Its parts that hold what stages share.
struct SharedNs {
  std::int64_t host = 0;
  std::int64_t link = 0;
};

/// How many devices serve a busy time at a period.
inline std::int64_t ReplicasFor(std::int64_t busy_ns, std::int64_t period_ns) {
  return busy_ns <= period_ns ? 1 : (busy_ns + period_ns - 1) / period_ns;
}

/// The segments between the boundaries of a lattice that a plan within some
/// limits may hold.
class Candidates {
 public:
  struct Options {
    PlanLimits limits;
    /// No more are looked at, and a quarter as many kept, which take 16
    /// to 32 bytes; the result is incomplete then.
    std::int64_t max_segments = kNoLimit;
    /// Asked now and then; true ends the search early.
    std::function<bool()> should_stop;
  };

  /// Asks the problem for the cost of each segment that the limits and the
  /// floors leave over.
  Candidates(const PlanProblem& problem, const Lattice& lattice,
             const Options& options);

  /// Leaves out what no plan within the limits can hold.
  void Tighten(const PlanLimits& limits);

  /// The fewest devices, and the least latency, of the stages from each
  /// boundary to the end, where only the period limits them and classes and
  /// shared parts do not; kNoLimit where there is no way.
  struct Remainders {
    std::vector<std::int64_t> devices;
    std::vector<std::int64_t> latency;
  };
  Remainders RemaindersAt(std::int64_t period) const;

  int num_boundaries() const { return static_cast<int>(first_.size()) - 1; }
  std::size_t begin(int boundary) const { return first_[boundary]; }
  std::size_t end(int boundary) const { return first_[boundary + 1]; }
  const Candidate& operator[](std::size_t i) const { return all_[i]; }
  SharedNs shared(std::size_t i) const {
    return shared_.empty() ? SharedNs{} : shared_[i];
  }
  bool uses_host() const { return uses_host_; }

  /// Segments whose cost was asked for.
  std::int64_t num_segments() const { return num_segments_; }
  bool is_complete() const { return is_complete_; }
  int max_replicas(const Candidate& candidate) const {
    return candidate.can_replicate ? max_replicas_ : 1;
  }

 private:
  class Builder;

  // The same from the beginning to each boundary.
  Remainders BeginningsAt(std::int64_t period) const;

  int max_replicas_;
  std::vector<std::size_t> first_;
  std::vector<Candidate> all_;
  std::vector<SharedNs> shared_;  // empty where nothing is shared
  bool uses_host_ = false;
  std::int64_t num_segments_ = 0;
  bool is_complete_ = true;
};

}  // namespace coralline
