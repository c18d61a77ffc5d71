#include "coralline/plan/internal/candidates.h"

#include <algorithm>
#include <utility>

#include "coralline/base/check.h"

namespace coralline {
namespace {

std::int64_t Add(std::int64_t a, std::int64_t b) {
  return std::min(kNoLimit, a + b);
}

}  // namespace

// Goes from each boundary depth first to all that hold it: ops are added by
// rank, so each is reached once, and the ops of a segment lie on a stack.
class Candidates::Builder {
 public:
  Builder(const PlanProblem& problem, const Lattice& lattice,
          const Options& options, Candidates& out)
      : problem_(problem),
        lattice_(lattice),
        options_(options),
        limits_(options.limits),
        out_(out),
        last_(lattice.num_boundaries() - 1),
        work_(lattice.num_boundaries(), 0),
        reach_{std::vector<std::int64_t>(lattice.num_boundaries(), kNoLimit),
               std::vector<std::int64_t>(lattice.num_boundaries(), kNoLimit)} {
    for (int b = 0; b < last_; ++b) {
      for (const Lattice::Step& step : lattice.StepsFrom(b)) {
        work_[step.to] = work_[b] + FloorOf(step.op);
      }
    }
  }

  void Run() {
    reach_.devices[0] = reach_.latency[0] = 0;
    for (int from = 0; from <= last_; ++from) {
      out_.first_.push_back(out_.all_.size());
      if (from < last_ && MayPass(from, 0, 0, from) && out_.is_complete_) {
        from_ = from;
        AskForRest();
        Visit(from, -1);
      }
    }
    out_.first_.push_back(out_.all_.size());
  }

 private:
  std::int64_t FloorOf(int op) const {
    return problem_.floors.ops.empty() ? 0 : problem_.floors.ops[op].count();
  }

  // Whether the stages up to from, so many devices and so much latency more,
  // and the least that what follows `to` takes stay within the limits.
  bool MayPass(int from, std::int64_t devices, std::int64_t latency,
               int to) const {
    std::int64_t rest = 0;
    if (to != last_) {
      rest = work_[last_] - work_[to] + problem_.floors.stage.count();
    }
    const std::int64_t rest_devices =
        to == last_ ? 0 : ReplicasFor(rest, limits_.period);
    return reach_.devices[from] + devices + rest_devices <= limits_.devices &&
           reach_.latency[from] + latency + rest <= limits_.latency;
  }

  // The last stage, from here to the end.
  void AskForRest() {
    const std::int64_t floor =
        work_[last_] - work_[from_] + problem_.floors.stage.count();
    const std::int64_t replicas = ReplicasFor(floor, limits_.period);
    if (replicas > out_.max_replicas_ ||
        !MayPass(from_, replicas, floor, last_)) {
      return;
    }
    std::vector<std::pair<int, int>> rest;  // rank and op
    for (int b = from_; b != last_; b = lattice_.StepsFrom(b).front().to) {
      const Lattice::Step& step = lattice_.StepsFrom(b).front();
      rest.emplace_back(step.rank, step.op);
    }
    std::sort(rest.begin(), rest.end());
    for (const auto& [rank, op] : rest) ops_.push_back(op);
    AskForCost(last_);
    ops_.clear();
  }

  // All but the last stage: at least one more follows.
  void Visit(int boundary, int last_rank) {
    for (const Lattice::Step& step : lattice_.StepsFrom(boundary)) {
      if (step.rank <= last_rank || step.to == last_ || !out_.is_complete_) {
        continue;
      }
      const std::int64_t floor =
          work_[step.to] - work_[from_] + problem_.floors.stage.count();
      // No longer segment from here is cheaper than this floor.
      const std::int64_t replicas = ReplicasFor(floor, limits_.period);
      if (replicas > out_.max_replicas_ ||
          !MayPass(from_, replicas + 1, floor + problem_.floors.stage.count(),
                   last_)) {
        continue;
      }
      ops_.push_back(step.op);
      if (MayPass(from_, replicas, floor, step.to)) AskForCost(step.to);
      Visit(step.to, step.rank);
      ops_.pop_back();
    }
  }

  bool IsTooMuch() const {
    const auto kept = static_cast<std::int64_t>(out_.all_.size());
    return out_.num_segments_ > options_.max_segments ||
           kept > options_.max_segments / 4;
  }

  void AskForCost(int to) {
    ++out_.num_segments_;
    if (IsTooMuch() || (out_.num_segments_ % 1024 == 0 &&
                        options_.should_stop && options_.should_stop())) {
      out_.is_complete_ = false;
      return;
    }
    for (std::size_t c = 0; c < problem_.classes.size(); ++c) {
      if (problem_.classes[c].count == 0) continue;
      const auto cost = problem_.costs->Of(ops_, static_cast<int>(c));
      if (cost) Keep(*cost, to, static_cast<int>(c));
    }
  }

  void Keep(const StageCost& cost, int to, int device_class) {
    CORALLINE_CHECK(cost.busy.count() > 0);
    const DeviceClass& device = problem_.classes[device_class];
    const Candidate candidate{
        .busy_ns = cost.busy.count(),
        .to = to,
        .device_class = static_cast<std::int16_t>(device_class),
        .can_replicate = cost.can_replicate};
    const SharedNs shared{.host = cost.host.count(),
                          .link = device.shares_link ? cost.link.count() : 0};
    const std::int64_t replicas =
        ReplicasFor(candidate.busy_ns, limits_.period);
    if (replicas > out_.max_replicas(candidate) || replicas > device.count ||
        shared.host > limits_.period || shared.link > limits_.period ||
        !MayPass(from_, replicas, candidate.busy_ns, to)) {
      return;
    }
    out_.all_.push_back(candidate);
    out_.uses_host_ = out_.uses_host_ || shared.host > 0;
    if (shared.host > 0 || shared.link > 0 || !out_.shared_.empty()) {
      out_.shared_.resize(out_.all_.size());
      out_.shared_.back() = shared;
    }
    reach_.devices[to] =
        std::min(reach_.devices[to], reach_.devices[from_] + replicas);
    reach_.latency[to] =
        std::min(reach_.latency[to], reach_.latency[from_] + candidate.busy_ns);
  }

  const PlanProblem& problem_;
  const Lattice& lattice_;
  const Options& options_;
  const PlanLimits limits_;
  Candidates& out_;
  const int last_;
  std::vector<std::int64_t> work_;  // floors of all that a boundary has done
  Remainders reach_;                // from the beginning, within the period
  int from_ = 0;
  std::vector<int> ops_;
};

Candidates::Candidates(const PlanProblem& problem, const Lattice& lattice,
                       const Options& options)
    : max_replicas_(problem.max_replicas) {
  Builder(problem, lattice, options, *this).Run();
}

Candidates::Remainders Candidates::RemaindersAt(std::int64_t period) const {
  Remainders least{std::vector<std::int64_t>(num_boundaries(), kNoLimit),
                   std::vector<std::int64_t>(num_boundaries(), kNoLimit)};
  least.devices.back() = least.latency.back() = 0;
  for (int from = num_boundaries() - 2; from >= 0; --from) {
    for (std::size_t i = begin(from); i < end(from); ++i) {
      const Candidate& candidate = all_[i];
      const std::int64_t replicas = ReplicasFor(candidate.busy_ns, period);
      if (replicas > max_replicas(candidate)) continue;
      least.devices[from] =
          std::min(least.devices[from], replicas + least.devices[candidate.to]);
      least.latency[from] = std::min(
          least.latency[from], candidate.busy_ns + least.latency[candidate.to]);
    }
  }
  return least;
}

Candidates::Remainders Candidates::BeginningsAt(std::int64_t period) const {
  Remainders least{std::vector<std::int64_t>(num_boundaries(), kNoLimit),
                   std::vector<std::int64_t>(num_boundaries(), kNoLimit)};
  least.devices[0] = least.latency[0] = 0;
  for (int from = 0; from < num_boundaries(); ++from) {
    for (std::size_t i = begin(from); i < end(from); ++i) {
      const Candidate& candidate = all_[i];
      const std::int64_t replicas = ReplicasFor(candidate.busy_ns, period);
      if (replicas > max_replicas(candidate)) continue;
      const int to = candidate.to;
      least.devices[to] =
          std::min(least.devices[to], Add(replicas, least.devices[from]));
      least.latency[to] = std::min(least.latency[to],
                                   Add(candidate.busy_ns, least.latency[from]));
    }
  }
  return least;
}

void Candidates::Tighten(const PlanLimits& limits) {
  const Remainders before = BeginningsAt(limits.period);
  const Remainders after = RemaindersAt(limits.period);
  std::size_t kept = 0;
  for (int from = 0; from < num_boundaries(); ++from) {
    const std::size_t from_begin = begin(from);
    first_[from] = kept;
    // first_[from + 1] still is the old end.
    for (std::size_t i = from_begin; i < end(from); ++i) {
      const Candidate candidate = all_[i];
      const std::int64_t replicas =
          ReplicasFor(candidate.busy_ns, limits.period);
      if (replicas > max_replicas(candidate) ||
          before.devices[from] + replicas + after.devices[candidate.to] >
              limits.devices ||
          before.latency[from] + candidate.busy_ns +
                  after.latency[candidate.to] >
              limits.latency) {
        continue;
      }
      all_[kept] = candidate;
      if (!shared_.empty()) shared_[kept] = shared_[i];
      ++kept;
    }
  }
  first_.back() = kept;
  all_.resize(kept);
  if (!shared_.empty()) shared_.resize(kept);
}

}  // namespace coralline
