#include "coralline/device/internal/fault_state.h"

#include <algorithm>
#include <utility>

#include "coralline/base/check.h"

namespace coralline::internal {
namespace {

using std::chrono::nanoseconds;

constexpr double kUsualDegrees = 45;
constexpr double kHotDegrees = 90;

void Add(const Fault& fault, InferenceFaults& inference) {
  switch (fault.kind) {
    case FaultKind::kFail:
      inference.fails = true;
      return;
    case FaultKind::kStall:
      inference.stall =
          std::max(inference.stall, fault.duration.value_or(kDefaultStall));
      return;
    case FaultKind::kSlow:
      inference.factor = std::max(inference.factor, fault.factor);
      return;
    case FaultKind::kLost:
      ++inference.num_losses;
      return;
  }
}

bool HappensOnce(FaultKind kind) {
  return kind == FaultKind::kFail || kind == FaultKind::kStall;
}

}  // namespace

FaultState::FaultState(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    CORALLINE_CHECK(fault.at_request.has_value() != fault.at_time.has_value());
    entries_.push_back({.fault = fault});
  }
}

bool FaultState::Entry::IsActive(FaultKind kind, TimePoint now) const {
  if (fault.kind != kind || !HasBegun(now)) return false;
  return !fault.duration || now < *since + *fault.duration;
}

bool FaultState::AnyIsActive(FaultKind kind, TimePoint now) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.IsActive(kind, now);
  });
}

void FaultState::SetBegins(TimePoint now) {
  if (!first_) first_ = now;
  for (Entry& entry : entries_) {
    if (entry.since) continue;
    if (entry.fault.at_time) {
      entry.since = *first_ + *entry.fault.at_time;
    } else if (next_ >= *entry.fault.at_request) {
      entry.since = now;
    }
  }
}

InferenceFaults FaultState::Start(TimePoint now) {
  const std::lock_guard lock(mutex_);
  SetBegins(now);
  if (AnyIsActive(FaultKind::kLost, now)) return {.is_lost = true};
  InferenceFaults inference{.number = next_++};
  for (Entry& entry : entries_) {
    const FaultKind kind = entry.fault.kind;
    if (!entry.HasBegun(now)) continue;
    if (HappensOnce(kind) && std::exchange(entry.is_over, true)) continue;
    if (kind == FaultKind::kSlow && !entry.IsActive(kind, now)) continue;
    Add(entry.fault, inference);
  }
  return inference;
}

bool FaultState::IsLost(TimePoint now) const {
  const std::lock_guard lock(mutex_);
  return AnyIsActive(FaultKind::kLost, now);
}

int FaultState::NumLosses(TimePoint now) const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(
      std::count_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.fault.kind == FaultKind::kLost && entry.HasBegun(now);
      }));
}

std::optional<double> FaultState::Temperature(TimePoint now) const {
  const std::lock_guard lock(mutex_);
  const bool can_be_hot = std::any_of(
      entries_.begin(), entries_.end(),
      [](const Entry& entry) { return entry.fault.kind == FaultKind::kSlow; });
  if (!can_be_hot) return std::nullopt;
  return AnyIsActive(FaultKind::kSlow, now) ? kHotDegrees : kUsualDegrees;
}

}  // namespace coralline::internal
