#include "coralline/sweep/sweep.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/sweep/internal/model_cells.h"

namespace coralline {
namespace {

using Clock = std::chrono::steady_clock;

// A model that several threads may work on: loaded by the first, given up by
// the last.
struct SharedModel {
  std::mutex mutex;
  std::shared_ptr<const Model> model;
  SweptModel facts;
  // The rest is the work list's.
  std::size_t next_count = 0;
  std::size_t num_finished = 0;
};

class Sweeper {
 public:
  Sweeper(const std::vector<SweepModel>& models, const SweepOptions& options,
          const SweepCallbacks& callbacks)
      : models_(models),
        options_(options),
        callbacks_(callbacks),
        shared_(models.size()),
        rows_(models.size() * options.counts.size() *
              options.strategies.size()) {}

  std::vector<SweepRow> Run() {
    {
      std::vector<std::jthread> threads;
      for (int i = 1; i < options_.jobs; ++i) {
        threads.emplace_back([this] { Work(); });
      }
      Work();
    }
    if (error_) std::rethrow_exception(error_);
    std::vector<SweepRow> rows;
    for (auto& row : rows_) {
      if (row) rows.push_back(std::move(*row));
    }
    return rows;
  }

 private:
  // One model on one number of devices.
  struct Task {
    std::size_t model = 0;
    std::size_t count = 0;
  };

  void Work() {
    std::optional<std::size_t> at;
    std::shared_ptr<const Model> model;
    std::unique_ptr<ModelCells> cells;
    try {
      while (const auto task = NextTask(at)) {
        if (at != task->model) {
          cells.reset();
          model = Load(task->model);
          at = task->model;
        }
        RunTask(*task, *model, cells);
        Finish(task->model);
      }
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      if (!error_) error_ = std::current_exception();
    }
  }

  // Rather of the model at hand, then of one that nobody is at, then of any.
  std::optional<Task> NextTask(std::optional<std::size_t> at) {
    const std::scoped_lock lock(mutex_);
    if (error_ || IsStopped()) return std::nullopt;
    const auto has_work = [this](std::size_t m) {
      return shared_[m].next_count < options_.counts.size();
    };
    std::optional<std::size_t> chosen;
    if (at && has_work(*at)) chosen = at;
    for (std::size_t m = 0; m < models_.size() && !chosen; ++m) {
      if (shared_[m].next_count == 0) chosen = m;
    }
    for (std::size_t m = 0; m < models_.size() && !chosen; ++m) {
      if (has_work(m)) chosen = m;
    }
    if (!chosen) return std::nullopt;
    return Task{*chosen, shared_[*chosen].next_count++};
  }

  std::shared_ptr<const Model> Load(std::size_t m) {
    SharedModel& shared = shared_[m];
    const std::scoped_lock lock(shared.mutex);
    if (!shared.model) {
      shared.model = std::make_shared<const Model>(models_[m].load());
      shared.facts = FactsOf(models_[m].name, *shared.model, options_);
    }
    return shared.model;
  }

  // Threads that are still at it keep the model for themselves.
  void Finish(std::size_t m) {
    const std::scoped_lock lock(mutex_, shared_[m].mutex);
    if (++shared_[m].num_finished == options_.counts.size()) {
      shared_[m].model.reset();
    }
  }

  void RunTask(const Task& task, const Model& model,
               std::unique_ptr<ModelCells>& cells) {
    const SweptModel& facts = shared_[task.model].facts;
    const int count = options_.counts[task.count];
    for (std::size_t s = 0; s < options_.strategies.size(); ++s) {
      const Strategy strategy = options_.strategies[s];
      auto row = Find(facts, count, strategy);
      const bool was_found = row.has_value();
      if (!row) {
        if (!cells)
          cells = std::make_unique<ModelCells>(model, facts, options_);
        row = cells->RowOf(count, strategy, StopAt());
        if (IsStopped()) return;
      }
      Keep(task, s, std::move(*row), was_found);
    }
  }

  std::optional<SweepRow> Find(const SweptModel& facts, int count,
                               Strategy strategy) {
    const std::scoped_lock lock(mutex_);
    if (!callbacks_.find) return std::nullopt;
    return callbacks_.find(facts, count, strategy);
  }

  void Keep(const Task& task, std::size_t strategy, SweepRow row,
            bool was_found) {
    const std::scoped_lock lock(mutex_);
    ++num_done_;
    if (callbacks_.finished) {
      callbacks_.finished(row, was_found, num_done_,
                          static_cast<std::int64_t>(rows_.size()));
    }
    const std::size_t cell = task.model * options_.counts.size() + task.count;
    rows_[cell * options_.strategies.size() + strategy] = std::move(row);
  }

  bool IsStopped() const {
    return callbacks_.should_stop && callbacks_.should_stop();
  }

  std::function<bool()> StopAt() const {
    if (options_.time_limit.count() <= 0) return [this] { return IsStopped(); };
    const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                        options_.time_limit);
    return [this, end] { return IsStopped() || Clock::now() > end; };
  }

  const std::vector<SweepModel>& models_;
  const SweepOptions& options_;
  const SweepCallbacks& callbacks_;
  std::vector<SharedModel> shared_;
  std::mutex mutex_;
  std::vector<std::optional<SweepRow>> rows_;
  std::int64_t num_done_ = 0;
  std::exception_ptr error_;
};

}  // namespace

std::vector<SweepRow> RunSweep(const std::vector<SweepModel>& models,
                               const SweepOptions& options,
                               const SweepCallbacks& callbacks) {
  CORALLINE_CHECK(options.device.spec.has_value());
  CORALLINE_CHECK(!options.counts.empty() && options.jobs >= 1);
  CORALLINE_CHECK(options.plan.objective != Objective::kDevices);
  return Sweeper(models, options, callbacks).Run();
}

}  // namespace coralline
