#include "coralline/sweep/summary.h"

#include <algorithm>

namespace coralline {
namespace {

constexpr double kNoticeable = 1.05;

template <typename T>
void AddOnce(std::vector<T>& values, const T& value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) {
    values.push_back(value);
  }
}

double Ratio(std::chrono::nanoseconds a, std::chrono::nanoseconds b) {
  return static_cast<double>(a.count()) / static_cast<double>(b.count());
}

}  // namespace

SweepSummary::SweepSummary(const std::vector<SweepRow>& rows,
                           Objective objective)
    : objective_(objective) {
  for (const SweepRow& row : rows) {
    if (models_.empty() || models_.back().name != row.model.name) {
      models_.push_back(row.model);
    }
    AddOnce(counts_, row.count);
    AddOnce(strategies_, row.strategy);
    rows_[{row.model.name, row.count, row.strategy}] = &row;
  }
}

const SweepRow* SweepSummary::Find(const std::string& model, int count,
                                   Strategy strategy) const {
  const auto found = rows_.find({model, count, strategy});
  return found == rows_.end() ? nullptr : found->second;
}

std::optional<double> SweepSummary::SpeedUp(const SweepRow& row) {
  if (!row.plan || !row.model.alone) return std::nullopt;
  return Ratio(row.model.alone->period, row.plan->period);
}

std::optional<double> SweepSummary::OptimalAhead(const SweepRow& row) const {
  const SweepRow* best = Find(row.model.name, row.count, Strategy::kOptimal);
  if (best == nullptr || !best->plan || !row.plan) return std::nullopt;
  return Ratio(Value(*row.plan), Value(*best->plan));
}

std::optional<int> SweepSummary::EnoughDevices(const std::string& model) const {
  std::vector<const SweepRow*> rows;
  for (const int count : counts_) {
    const SweepRow* row = Find(model, count, Strategy::kOptimal);
    if (row != nullptr && row->plan) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(),
            [](const auto* a, const auto* b) { return a->count < b->count; });
  // From the most devices down, while none of those passed is noticeably
  // better.
  std::optional<int> enough;
  std::chrono::nanoseconds best = std::chrono::nanoseconds::max();
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    const std::chrono::nanoseconds value = Value(*(*row)->plan);
    best = std::min(best, value);
    if (Ratio(value, best) >= kNoticeable) break;
    enough = (*row)->count;
  }
  return enough;
}

std::chrono::nanoseconds SweepSummary::Value(const SweptPlan& plan) const {
  return objective_ == Objective::kLatency ? plan.latency : plan.period;
}

}  // namespace coralline
