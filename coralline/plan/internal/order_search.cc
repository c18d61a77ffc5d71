#include "coralline/plan/internal/order_search.h"

#include <algorithm>
#include <limits>

namespace coralline {
namespace {

// Runs the ops one after another; `choose` picks one of those that are ready,
// which are in the order in which they became so.
template <typename Choose>
std::vector<int> RunAll(const Precedence& precedence,
                        const std::vector<std::vector<int>>& followers,
                        const Choose& choose) {
  std::vector<std::size_t> missing;
  std::vector<int> ready;
  for (std::size_t op = 0; op < precedence.size(); ++op) {
    missing.push_back(precedence[op].size());
    if (precedence[op].empty()) ready.push_back(static_cast<int>(op));
  }
  std::vector<int> order;
  while (!ready.empty()) {
    const auto chosen = ready.begin() + choose(ready);
    const int op = *chosen;
    ready.erase(chosen);
    order.push_back(op);
    for (const int follower : followers[op]) {
      if (--missing[follower] == 0) ready.push_back(follower);
    }
  }
  return order;
}

// The position of the smallest value.
template <typename Value>
std::ptrdiff_t Smallest(const std::vector<int>& ready, const Value& value) {
  const auto least =
      std::min_element(ready.begin(), ready.end(),
                       [&value](int a, int b) { return value(a) < value(b); });
  return least - ready.begin();
}

}  // namespace

OrderSearch::OrderSearch(const Precedence& precedence,
                         const std::vector<int>& order)
    : precedence_(precedence), followers_(precedence.size()) {
  for (int op = 0; op < static_cast<int>(precedence.size()); ++op) {
    for (const int before : precedence[op]) followers_[before].push_back(op);
  }
  best_ = KeysOf(order);
}

std::vector<double> OrderSearch::KeysOf(const std::vector<int>& order) const {
  std::vector<double> keys(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    keys[order[i]] = static_cast<double>(i);
  }
  return keys;
}

std::vector<int> OrderSearch::OrderOfKeys() const {
  return RunAll(precedence_, followers_, [this](const auto& ready) {
    return Smallest(ready, [this](int op) { return keys_[op]; });
  });
}

std::vector<int> OrderSearch::DepthFirst() const {
  return RunAll(precedence_, followers_, [](const auto& ready) {
    return static_cast<std::ptrdiff_t>(ready.size()) - 1;
  });
}

std::vector<int> OrderSearch::BreadthFirst() const {
  return RunAll(precedence_, followers_,
                [](const auto&) { return std::ptrdiff_t{0}; });
}

// Prefers the op that ends more results than it begins.
std::vector<int> OrderSearch::FewestAlive() const {
  std::vector<std::size_t> readers;
  for (const auto& followers : followers_) readers.push_back(followers.size());
  return RunAll(precedence_, followers_, [&](const auto& ready) {
    const auto at = Smallest(ready, [&](int op) {
      int change = followers_[op].empty() ? 0 : 1;
      for (const int before : precedence_[op]) {
        if (readers[before] == 1) --change;
      }
      return change;
    });
    for (const int before : precedence_[ready[at]]) --readers[before];
    return at;
  });
}

std::vector<int> OrderSearch::Next() {
  const int number = tried_++;
  if (number == 0) keys_ = KeysOf(DepthFirst());
  if (number == 1) keys_ = KeysOf(BreadthFirst());
  if (number == 2) keys_ = KeysOf(FewestAlive());
  if (number > 2) {
    // Moves a few ops to other places.
    keys_ = best_;
    std::uniform_int_distribution<std::size_t> any(0, keys_.size() - 1);
    const int moves = 1 + static_cast<int>(random_() % 4);
    for (int i = 0; i < moves; ++i) {
      keys_[any(random_)] = static_cast<double>(any(random_)) + 0.5;
    }
  }
  return OrderOfKeys();
}

void OrderSearch::Keep() { best_ = KeysOf(OrderOfKeys()); }

}  // namespace coralline
