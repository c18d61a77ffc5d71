#include "coralline/cli/speedup_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/cli/interrupt.h"
#include "coralline/report/speedup_chart.h"
#include "coralline/sweep/sweep.h"

namespace coralline::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kTimeForOnePlan = 1s;
constexpr auto kTimeForAll = 10s;
// As `sweep` has it: libcoral's own is too coarse for fast models.
constexpr auto kLibcoralThreshold = 10us;

SweepOptions OptionsOf(const SpeedUpRequest& request) {
  SweepOptions sweep{.device = request.device,
                     .strategies = {Strategy::kOptimal, Strategy::kCompiler,
                                    Strategy::kEqualLayers, Strategy::kBalanced,
                                    Strategy::kLibcoral},
                     .problem = request.problem,
                     .plan = request.plan,
                     .libcoral = {.diff_threshold = kLibcoralThreshold},
                     .split_layers = request.split_layers,
                     .time_limit = kTimeForOnePlan};
  // What stages of their own cost is what the sweep compares itself.
  sweep.problem.cpu_fallback = false;
  if (sweep.plan.objective == Objective::kDevices) {
    sweep.plan.objective = Objective::kThroughput;
  }
  sweep.counts.resize(request.device.count);
  std::iota(sweep.counts.begin(), sweep.counts.end(), 1);
  return sweep;
}

// The short search for a chart may miss what a longer one found.
void TakeKnownPlan(const std::optional<KnownPlan>& known,
                   std::vector<SweepRow>& rows) {
  if (!known) return;
  for (SweepRow& row : rows) {
    if (row.strategy == Strategy::kOptimal && row.plan &&
        row.count >= known->devices) {
      row.plan->period = std::min(row.plan->period, known->period);
    }
  }
}

// How much the best plans gain, and how far ahead they are.
std::string Words(const SweepSummary& summary, const std::string& model) {
  const int most = summary.counts().back();
  const SweepRow* best = summary.Find(model, most, Strategy::kOptimal);
  const auto speed_up = best ? SweepSummary::SpeedUp(*best) : std::nullopt;
  if (!speed_up) return "";
  std::string text = fmt::format(
      "The best plan on {} devices gives results {:.2f} times as "
      "often as one device.",
      most, *speed_up);
  const auto enough = summary.EnoughDevices(model);
  if (enough && *enough < most) {
    text += fmt::format(" From {} on, more bring less than 5 %.", *enough);
  }
  const SweepRow* compiler = summary.Find(model, most, Strategy::kCompiler);
  const auto ahead = compiler ? summary.OptimalAhead(*compiler) : std::nullopt;
  if (ahead) {
    text += fmt::format(" The compiler's own cut takes {:.2f} times as long.",
                        *ahead);
  }
  return text;
}

}  // namespace

Section SpeedUpSection(const Model& model, const SpeedUpRequest& request) {
  Section section{.title = "What more devices bring"};
  const SweepOptions options = OptionsOf(request);
  const auto end = std::chrono::steady_clock::now() + kTimeForAll;
  SweepCallbacks callbacks;
  callbacks.should_stop = [end] {
    return Interrupted() || std::chrono::steady_clock::now() > end;
  };
  std::vector<SweepRow> rows;
  try {
    rows = RunSweep({{.name = model.name, .load = [&model] { return model; }}},
                    options, callbacks);
  } catch (const Error& error) {
    section.text = fmt::format("Not known: {}.", error.what());
    return section;
  }
  const std::size_t all = options.counts.size() * options.strategies.size();
  if (rows.size() < all && Interrupted()) {
    section.text = "Left out: interrupted.";
    return section;
  }
  if (rows.size() < all) {
    section.text = fmt::format(
        "Left out: planning for each number of devices takes more than {} s; "
        "'coralline sweep' does it.",
        std::chrono::seconds(kTimeForAll).count());
    return section;
  }
  TakeKnownPlan(request.known, rows);
  const SweepSummary summary(rows, options.plan.objective);
  section.text = Words(summary, model.name);
  Chart chart = SpeedUpChart(summary, model.name);
  auto& lines = std::get<LineChart>(chart.body).lines;
  lines.insert(lines.end(), request.others.begin(), request.others.end());
  if (lines.empty()) {
    section.text =
        "The model does not run whole on one device, so there is "
        "nothing to compare with.";
    return section;
  }
  section.charts.push_back(std::move(chart));
  return section;
}

}  // namespace coralline::cli
