#include "coralline/plan/known_costs.h"

#include "coralline/plan/scaled_costs.h"

namespace coralline {
namespace {

// The finaliser of splitmix64.
std::uint64_t Mix(std::uint64_t x) {
  x *= 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

// A sum over the ops, so that their order does not matter and a lookup is
// cheap; two of some thousand segments are alike with a chance of 1e-12.
std::uint64_t Key(std::span<const int> ops, int device_class) {
  std::uint64_t key = Mix(~static_cast<std::uint64_t>(device_class));
  for (const int op : ops) key += Mix(static_cast<std::uint64_t>(op) + 1);
  return key;
}

}  // namespace

std::optional<StageCost> KnownCosts::Of(std::span<const int> ops,
                                        int device_class) {
  const auto* known = Find(ops, device_class);
  if (known != nullptr) return *known;
  const auto cost = assumed_.Of(ops, device_class);
  return cost ? std::optional(Scaled(*cost, factor_)) : std::nullopt;
}

void KnownCosts::Learn(std::span<const int> ops, int device_class,
                       const std::optional<StageCost>& cost) {
  known_[Key(ops, device_class)] = cost;
}

const std::optional<StageCost>* KnownCosts::Find(std::span<const int> ops,
                                                 int device_class) const {
  if (known_.empty()) return nullptr;
  const auto found = known_.find(Key(ops, device_class));
  return found == known_.end() ? nullptr : &found->second;
}

}  // namespace coralline
