#include "coralline/plan/internal/lattice.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "coralline/base/check.h"

namespace coralline {
namespace {

using Bits = std::vector<std::uint64_t>;

struct HashBits {
  std::size_t operator()(const Bits& bits) const {
    std::uint64_t hash = 0;
    for (const std::uint64_t word : bits) {
      hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
      hash ^= hash >> 29U;
    }
    return hash;
  }
};

bool Has(const Bits& bits, int op) {
  return ((bits[op / 64] >> (op % 64)) & 1U) != 0;
}

void Set(Bits& bits, int op) { bits[op / 64] |= std::uint64_t{1} << (op % 64); }

// An ideal, and the ops that could be done next, by rank.
struct Ideal {
  Bits done;
  std::vector<int> next;
};

// Finds the ideals one size after another: those with one op more than the
// ideals of the last size.
class IdealSearch {
 public:
  IdealSearch(const Precedence& precedence, std::span<const int> order)
      : precedence_(precedence),
        order_(order),
        rank_(order.size()),
        followers_(order.size()) {
    for (int i = 0; i < static_cast<int>(order.size()); ++i) {
      rank_[order[i]] = i;
    }
    for (int op = 0; op < static_cast<int>(precedence.size()); ++op) {
      for (const int before : precedence[op]) followers_[before].push_back(op);
    }
  }

  std::optional<Lattice> Run(std::int64_t max_boundaries,
                             const std::function<bool()>& should_stop) {
    level_ = {First()};
    lattice_.first = {0};
    for (std::size_t size = 0; size < order_.size(); ++size) {
      if (!Grow(max_boundaries, should_stop)) return std::nullopt;
    }
    lattice_.first.push_back(static_cast<int>(lattice_.steps.size()));
    return std::move(lattice_);
  }

 private:
  Ideal First() const {
    Ideal first{.done = Bits((order_.size() + 63) / 64, 0)};
    for (const int op : order_) {
      if (precedence_[op].empty()) first.next.push_back(op);
    }
    return first;
  }

  // False where there are too many.
  bool Grow(std::int64_t max_boundaries,
            const std::function<bool()>& should_stop) {
    constexpr int kNowAndThen = 1024;
    std::unordered_map<Bits, int, HashBits> numbers;
    std::vector<Ideal> grown;
    for (std::size_t i = 0; i < level_.size(); ++i) {
      const Ideal& ideal = level_[i];
      if (num_ideals_ > max_boundaries) return false;
      if ((i + 1) % kNowAndThen == 0 && should_stop && should_stop()) {
        return false;
      }
      for (const int op : ideal.next) {
        Bits done = ideal.done;
        Set(done, op);
        const auto [at, is_new] =
            numbers.try_emplace(std::move(done), num_ideals_);
        if (is_new) {
          ++num_ideals_;
          grown.push_back(After(ideal, op, at->first));
        }
        lattice_.steps.push_back({op, rank_[op], at->second});
      }
      lattice_.first.push_back(static_cast<int>(lattice_.steps.size()));
    }
    level_ = std::move(grown);
    return num_ideals_ <= max_boundaries;
  }

  Ideal After(const Ideal& ideal, int op, const Bits& done) const {
    Ideal after{.done = done};
    for (const int next : ideal.next) {
      if (next != op) after.next.push_back(next);
    }
    for (const int follower : followers_[op]) {
      const auto& before = precedence_[follower];
      const bool is_ready =
          std::all_of(before.begin(), before.end(),
                      [&](int needed) { return Has(done, needed); });
      if (is_ready) after.next.push_back(follower);
    }
    std::sort(after.next.begin(), after.next.end(),
              [this](int a, int b) { return rank_[a] < rank_[b]; });
    return after;
  }

  const Precedence& precedence_;
  std::span<const int> order_;
  std::vector<int> rank_;
  std::vector<std::vector<int>> followers_;
  std::vector<Ideal> level_;
  int num_ideals_ = 1;
  Lattice lattice_;
};

}  // namespace

std::vector<int> OpsBetween(const Lattice& lattice, int from, int to) {
  // Any way from the beginning to a boundary does the same ops.
  struct Arrival {
    int from = -1;
    Lattice::Step step;
  };
  std::vector<Arrival> arrivals(lattice.num_boundaries());
  for (int b = 0; b < lattice.num_boundaries(); ++b) {
    for (const Lattice::Step& step : lattice.StepsFrom(b)) {
      arrivals[step.to] = {b, step};
    }
  }
  const auto done = [&arrivals](int boundary) {
    std::vector<std::pair<int, int>> ops;
    for (int b = boundary; b != 0; b = arrivals[b].from) {
      ops.emplace_back(arrivals[b].step.rank, arrivals[b].step.op);
    }
    std::sort(ops.begin(), ops.end());
    return ops;
  };
  const auto before = done(from);
  const auto after = done(to);
  std::vector<std::pair<int, int>> between;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                      std::back_inserter(between));
  std::vector<int> ops;
  for (const auto& [rank, op] : between) ops.push_back(op);
  return ops;
}

Lattice LatticeOfOrder(std::span<const int> order) {
  Lattice lattice{.first = {0}};
  for (int i = 0; i < static_cast<int>(order.size()); ++i) {
    lattice.steps.push_back({order[i], i, i + 1});
    lattice.first.push_back(i + 1);
  }
  lattice.first.push_back(static_cast<int>(order.size()));
  return lattice;
}

std::optional<Lattice> LatticeOfAllOrders(
    const Precedence& precedence, std::span<const int> order,
    std::int64_t max_boundaries, const std::function<bool()>& should_stop) {
  CORALLINE_CHECK(order.size() == precedence.size());
  return IdealSearch(precedence, order).Run(max_boundaries, should_stop);
}

}  // namespace coralline
