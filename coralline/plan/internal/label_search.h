#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "coralline/plan/internal/candidates.h"

namespace coralline {

/// Ways from the boundaries to the end at one period, by what they use of each
/// limited quantity: devices of every class and in all, the host, each shared
/// link, and, where it is asked for, latency. At a given period a segment needs
/// a fixed number of replicas, so all of these add up along a way, and only
/// ways that no other beats in every quantity have to be kept: a shortest path
/// with several resources.
class LabelSearch {
 public:
  struct Options {
    PlanLimits limits;
    bool with_latency = false;
  };

  LabelSearch(const Candidates& candidates,
              std::span<const DeviceClass> classes, const Options& options);

  bool IsFeasible() const { return !ways_.front().empty(); }

  /// Of the ways from the beginning.
  struct Total {
    std::int64_t devices = 0;
    std::int64_t latency = 0;  ///< 0 without with_latency
  };
  std::vector<Total> Totals() const;

  /// A stage of a way.
  struct Hop {
    int from = 0;
    std::size_t candidate = 0;
    int replicas = 1;
  };
  /// The way within limits that are as tight as these or tighter whose
  /// boundaries are the earliest, then its classes. The period is that of the
  /// search. Requires limits that one of Totals meets.
  std::vector<Hop> Earliest(const PlanLimits& limits) const;

 private:
  using Amounts = std::vector<std::int64_t>;

  void SearchFrom(int boundary);
  // What a candidate uses; nullopt where it needs more replicas than it may.
  bool Use(std::size_t candidate, Amounts& amounts) const;
  void Insert(std::vector<std::int64_t>& ways, const Amounts& way) const;
  bool HasWay(const Amounts& used, const Amounts& more, int to,
              const Amounts& limits) const;
  Amounts LimitsOf(const PlanLimits& limits) const;

  const Candidates& candidates_;
  std::span<const DeviceClass> classes_;
  PlanLimits limits_;
  // Where each quantity lies among the amounts; -1 where it is not limited.
  int total_ = 0;
  int host_ = -1;
  std::vector<int> links_;  // of each class
  int latency_ = -1;
  std::size_t width_ = 0;
  Amounts within_;
  std::vector<std::vector<std::int64_t>> ways_;  // width_ amounts each
};

}  // namespace coralline
