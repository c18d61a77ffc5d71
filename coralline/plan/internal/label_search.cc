#include "coralline/plan/internal/label_search.h"

#include <algorithm>

#include "coralline/base/check.h"

namespace coralline {

LabelSearch::LabelSearch(const Candidates& candidates,
                         std::span<const DeviceClass> classes,
                         const Options& options)
    : candidates_(candidates),
      classes_(classes),
      limits_(options.limits),
      links_(classes.size(), -1),
      ways_(candidates.num_boundaries()) {
  int width = static_cast<int>(classes.size());
  // The devices of a single class are all devices.
  total_ = width == 1 ? 0 : width++;
  if (candidates.uses_host()) host_ = width++;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    if (classes[c].shares_link) links_[c] = width++;
  }
  if (options.with_latency) latency_ = width++;
  width_ = width;
  within_ = LimitsOf(limits_);
  ways_.back().assign(width_, 0);
  for (int b = candidates.num_boundaries() - 2; b >= 0; --b) SearchFrom(b);
}

LabelSearch::Amounts LabelSearch::LimitsOf(const PlanLimits& limits) const {
  Amounts amounts(width_, limits_.period);
  amounts[total_] = limits.devices;
  for (std::size_t c = 0; c < classes_.size(); ++c) {
    amounts[c] = std::min(classes_[c].count, limits.devices);
  }
  if (latency_ >= 0) amounts[latency_] = limits.latency;
  return amounts;
}

bool LabelSearch::Use(std::size_t candidate, Amounts& amounts) const {
  const Candidate& segment = candidates_[candidate];
  const std::int64_t replicas = ReplicasFor(segment.busy_ns, limits_.period);
  if (replicas > candidates_.max_replicas(segment)) return false;
  std::fill(amounts.begin(), amounts.end(), 0);
  const SharedNs shared = candidates_.shared(candidate);
  amounts[segment.device_class] = replicas;
  amounts[total_] = replicas;
  if (host_ >= 0) amounts[host_] = shared.host;
  const int link = links_[segment.device_class];
  if (link >= 0) amounts[link] = shared.link;
  if (latency_ >= 0) amounts[latency_] = segment.busy_ns;
  return true;
}

void LabelSearch::SearchFrom(int boundary) {
  Amounts used(width_);
  Amounts way(width_);
  for (std::size_t i = candidates_.begin(boundary);
       i < candidates_.end(boundary); ++i) {
    const auto& rest = ways_[candidates_[i].to];
    if (rest.empty() || !Use(i, used)) continue;
    for (std::size_t at = 0; at < rest.size(); at += width_) {
      bool is_within = true;
      for (std::size_t k = 0; k < width_; ++k) {
        way[k] = used[k] + rest[at + k];
        is_within = is_within && way[k] <= within_[k];
      }
      if (is_within) Insert(ways_[boundary], way);
    }
  }
}

// Keeps the ways that no other beats or equals in every amount, those with
// fewer devices first. What beats a way mostly has as many, so it is looked for
// from there.
void LabelSearch::Insert(std::vector<std::int64_t>& ways,
                         const Amounts& way) const {
  const auto covers = [this](const std::int64_t* a, const std::int64_t* b) {
    for (std::size_t k = 0; k < width_; ++k) {
      if (a[k] > b[k]) return false;
    }
    return true;
  };
  std::size_t end = ways.size();
  while (end > 0 && ways[end - width_ + total_] > way[total_]) end -= width_;
  for (std::size_t at = end; at > 0; at -= width_) {
    if (covers(&ways[at - width_], way.data())) return;
  }
  std::size_t kept = end;
  for (std::size_t at = end; at < ways.size(); at += width_) {
    if (covers(way.data(), &ways[at])) continue;
    if (kept != at) std::copy_n(&ways[at], width_, &ways[kept]);
    kept += width_;
  }
  ways.resize(kept);
  ways.insert(ways.begin() + static_cast<std::ptrdiff_t>(end), way.begin(),
              way.end());
  // Of those with as many devices, too.
  for (std::size_t at = end;
       at > 0 && ways[at - width_ + total_] == way[total_]; at -= width_) {
    if (!covers(way.data(), &ways[at - width_])) continue;
    const auto begin = ways.begin() + static_cast<std::ptrdiff_t>(at - width_);
    ways.erase(begin, begin + static_cast<std::ptrdiff_t>(width_));
  }
}

std::vector<LabelSearch::Total> LabelSearch::Totals() const {
  std::vector<Total> totals;
  const auto& ways = ways_.front();
  for (std::size_t at = 0; at < ways.size(); at += width_) {
    totals.push_back(
        {ways[at + total_], latency_ < 0 ? 0 : ways[at + latency_]});
  }
  return totals;
}

bool LabelSearch::HasWay(const Amounts& used, const Amounts& more, int to,
                         const Amounts& limits) const {
  const auto& rest = ways_[to];
  for (std::size_t at = 0; at < rest.size(); at += width_) {
    bool is_within = true;
    for (std::size_t k = 0; k < width_; ++k) {
      is_within = is_within && used[k] + more[k] + rest[at + k] <= limits[k];
    }
    if (is_within) return true;
  }
  return false;
}

std::vector<LabelSearch::Hop> LabelSearch::Earliest(
    const PlanLimits& limits) const {
  const Amounts within = LimitsOf(limits);
  const int last = candidates_.num_boundaries() - 1;
  Amounts used(width_, 0);
  Amounts more(width_);
  std::vector<Hop> hops;
  for (int from = 0; from != last;) {
    std::optional<std::size_t> best;
    for (std::size_t i = candidates_.begin(from); i < candidates_.end(from);
         ++i) {
      const Candidate& segment = candidates_[i];
      const bool is_earlier =
          !best ||
          std::pair(segment.to, segment.device_class) <
              std::pair(candidates_[*best].to, candidates_[*best].device_class);
      if (is_earlier && Use(i, more) &&
          HasWay(used, more, segment.to, within)) {
        best = i;
      }
    }
    CORALLINE_CHECK(best.has_value());
    Use(*best, more);
    for (std::size_t k = 0; k < width_; ++k) used[k] += more[k];
    hops.push_back({from, *best,
                    static_cast<int>(ReplicasFor(candidates_[*best].busy_ns,
                                                 limits_.period))});
    from = candidates_[*best].to;
  }
  return hops;
}

}  // namespace coralline
