#include "coralline/cli/explain_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "coralline/cli/format.h"
#include "coralline/cli/plan_report.h"
#include "coralline/cli/range_text.h"

namespace coralline::cli {
namespace {

using std::chrono::nanoseconds;

// Faster or slower by less is the same.
constexpr double kNoticeable = 1.005;

bool IsFaster(nanoseconds a, nanoseconds b) {
  return static_cast<double>(b.count()) >
         kNoticeable * static_cast<double>(a.count());
}

std::string Plural(int count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// With a capital and a full stop.
std::string Sentence(std::string text) {
  text.front() = static_cast<char>(std::toupper(text.front()));
  return text + ".";
}

std::string Cuts(const Plan& plan) {
  std::string text;
  for (const PlannedStage& stage : plan.stages) {
    text += fmt::format("{}{}", text.empty() ? "" : " | ",
                        FormatSegment(stage.segment));
    if (stage.replicas > 1) text += fmt::format(" on {}", stage.replicas);
  }
  return text;
}

std::int64_t StreamedBytes(const ExplainedPlan& explained) {
  std::int64_t bytes = 0;
  for (const auto& parts : explained.parts) {
    bytes += parts.placement.streamed_bytes;
  }
  return bytes;
}

double TransferMs(const SegmentCost& cost) {
  return cost.input_ms + cost.output_ms + cost.relayout_ms;
}

// The largest part of a stage's time.
std::string WhatTakesTime(const PlannedStage& stage, const SegmentCost& cost) {
  const std::string all = FormatMs(stage.cost.busy);
  const double busy_ms = static_cast<double>(stage.cost.busy.count()) / 1e6;
  const double host_ms = busy_ms - cost.warm_ms();
  const double fixed_ms = cost.fixed_ms + cost.instructions_ms;
  const double largest = std::max({cost.streaming_ms, cost.compute_ms,
                                   TransferMs(cost), fixed_ms, host_ms});
  if (largest == cost.streaming_ms) {
    return fmt::format(
        "it streams {} of parameters that do not fit, {:.3f} of its {}",
        FormatBytes(cost.placement.streamed_bytes), largest, all);
  }
  if (largest == cost.compute_ms) {
    return fmt::format("it computes for {:.3f} of its {}", largest, all);
  }
  if (largest == host_ms) {
    return fmt::format("the host takes {:.3f} of its {}", largest, all);
  }
  if (largest == TransferMs(cost)) {
    return fmt::format("tensors in and out take {:.3f} of its {}", largest,
                       all);
  }
  return fmt::format(
      "starting an inference takes {:.3f} of its {}, whatever the segment",
      largest, all);
}

Answer OneDevice(const Explanation& all) {
  const ExplainedPlan& one = all.alone;
  Answer answer{.question = "How fast is one device?"};
  std::string text = fmt::format("One {} takes {} per inference", all.device,
                                 FormatMs(one.plan.period));
  if (const auto streamed = StreamedBytes(one); streamed > 0) {
    double ms = 0;
    for (const auto& parts : one.parts) ms += parts.streaming_ms;
    text += fmt::format(
        ": {} of parameters do not fit its memory beside the rest and are sent "
        "again each time, which takes {:.3f} ms",
        FormatBytes(streamed), ms);
  } else {
    text += ": all parameters stay on the chip";
  }
  answer.sentences.push_back(text + ".");
  answer.sentences.push_back(Sentence(WhatLimits(one)));
  return answer;
}

Answer ThePlan(const Explanation& all) {
  const ExplainedPlan& best = all.best;
  Answer answer{.question = fmt::format("Why this plan?")};
  answer.sentences.push_back(fmt::format(
      "Of at most {}, {} a result every {}, {} the speed of one device: {}.",
      Plural(all.count, "device"),
      best.num_devices == 1 ? "one gives"
                            : fmt::format("{} give", best.num_devices),
      FormatMs(best.plan.period),
      FormatRatio(all.alone.plan.period, best.plan.period), Cuts(best.plan)));
  answer.sentences.push_back(Sentence(WhatLimits(best)));
  const auto before = StreamedBytes(all.alone);
  if (before > 0) {
    answer.sentences.push_back(
        fmt::format("It streams {} per inference where one device streams {}.",
                    FormatBytes(StreamedBytes(best)), FormatBytes(before)));
  }
  if (all.neighbour) {
    answer.sentences.push_back(fmt::format(
        "The nearest other cut, one op away, is {}: {}, where {}.",
        IsFaster(best.plan.period, all.neighbour->plan.period)
            ? fmt::format("slower, {}", FormatMs(all.neighbour->plan.period))
            : "no faster",
        Cuts(all.neighbour->plan), WhatLimits(*all.neighbour)));
  }
  answer.sentences.push_back(fmt::format(
      "Certificate: {}; {}.", ClaimText(best.plan, Objective::kThroughput),
      best.plan.certificate->method));
  return answer;
}

Answer MoreDevices(const Explanation& all) {
  Answer answer{.question = "What would fewer or more devices do?"};
  for (std::size_t i = 1; i < all.by_count.size(); ++i) {
    const ExplainedPlan& fewer = all.by_count[i - 1];
    const ExplainedPlan& more = all.by_count[i];
    const int count = static_cast<int>(i) + 1;
    if (IsFaster(more.plan.period, fewer.plan.period)) {
      answer.sentences.push_back(
          fmt::format("{} devices: every {}, {} the speed of {}; {}.", count,
                      FormatMs(more.plan.period),
                      FormatRatio(fewer.plan.period, more.plan.period),
                      count - 1, Cuts(more.plan)));
    } else {
      answer.sentences.push_back(
          fmt::format("{} devices are not faster than {}: {}.", count,
                      count - 1, WhatLimits(fewer)));
    }
  }
  if (all.all_devices) {
    answer.sentences.push_back(
        fmt::format("All {} in a chain would give a result every {}, {}: {}.",
                    all.count, FormatMs(all.all_devices->plan.period),
                    IsFaster(all.best.plan.period, all.all_devices->plan.period)
                        ? "slower than the plan"
                        : "no faster",
                    WhatLimits(*all.all_devices)));
  }
  return answer;
}

std::string StrategySentence(const Explanation& all,
                             const ExplainedStrategy& other) {
  const std::string name = other.strategy == Strategy::kCompiler
                               ? "edgetpu_compiler --num_segments"
                           : other.strategy == Strategy::kEqualLayers
                               ? "As many layers each"
                               : "libcoral's partition_with_profiling";
  if (!other.explained) {
    return fmt::format("{}: no cut ({}).", name, other.why_not);
  }
  const ExplainedPlan& theirs = *other.explained;
  std::string text = fmt::format("{}: {}, every {}", name, Cuts(theirs.plan),
                                 FormatMs(theirs.plan.period));
  if (!IsFaster(all.best.plan.period, theirs.plan.period)) {
    return text + ", as fast as the plan.";
  }
  text += fmt::format(", {} as long as the plan",
                      FormatRatio(theirs.plan.period, all.best.plan.period));
  if (IsFaster(all.alone.plan.period, theirs.plan.period)) {
    text += ", and longer than one device alone";
  }
  return fmt::format("{}: {}.", text, WhatLimits(theirs));
}

Answer Strategies(const Explanation& all) {
  Answer answer{.question = fmt::format("What do other methods cut, in {}?",
                                        Plural(all.count, "segment"))};
  for (const ExplainedStrategy& other : all.strategies) {
    answer.sentences.push_back(StrategySentence(all, other));
  }
  return answer;
}

// How much a streamed layer of the slowest stage is too large.
std::optional<std::string> SmallerLayer(const Explanation& all) {
  const ExplainedPlan& best = all.best;
  const std::size_t slowest = best.SlowestStage();
  const SegmentCost& cost = best.parts[slowest];
  const auto& ops = best.plan.stages[slowest].segment.ops;
  for (std::size_t i = 0; i < cost.placement.is_cached.size(); ++i) {
    const auto& layer = cost.layers[i];
    if (cost.placement.is_cached[i] || layer.passes == 0) continue;
    const auto bytes = cost.placement.streamed_bytes;
    return fmt::format(
        "A smaller layer: stage {} streams {}, op {} among it, and has {} of "
        "its memory left; what fits there is no longer streamed.",
        slowest, FormatBytes(bytes), ops[i],
        FormatBytes(cost.placement.remaining_bytes));
  }
  return std::nullopt;
}

Answer WhatHelps(const Explanation& all) {
  Answer answer{.question = "What would help?"};
  for (const WhatIf& what_if : all.what_ifs) {
    if (IsFaster(what_if.period, all.best.plan.period)) {
      answer.sentences.push_back(
          fmt::format("With {}: every {}, {} the speed.", what_if.change,
                      FormatMs(what_if.period),
                      FormatRatio(all.best.plan.period, what_if.period)));
    } else {
      answer.sentences.push_back(
          fmt::format("With {}: no faster.", what_if.change));
    }
  }
  if (auto smaller = SmallerLayer(all)) {
    answer.sentences.push_back(std::move(*smaller));
  }
  const ExplainedPlan& more = all.by_count.back();
  if (IsFaster(more.plan.period, all.best.plan.period)) {
    answer.sentences.push_back(fmt::format(
        "One device more: every {}, {} the speed.", FormatMs(more.plan.period),
        FormatRatio(all.best.plan.period, more.plan.period)));
  }
  return answer;
}

Answer HowSure(const Explanation& all) {
  const TimeRange range = all.best.PeriodRange();
  Answer answer{.question = "How sure is that?"};
  answer.sentences.push_back(fmt::format(
      "A result may come every {:.3f} to {:.3f} ms: {} "
      "confidence.",
      range.low_ms, range.high_ms, ConfidenceText(range.confidence())));
  for (const Doubt& doubt : range.doubts) {
    answer.sentences.push_back(
        Sentence(fmt::format("{}: {:.3f} ms less to {:.3f} ms more",
                             doubt.reason, doubt.faster_ms, doubt.slower_ms)));
  }
  return answer;
}

}  // namespace

std::string WhatLimits(const ExplainedPlan& explained) {
  const Load& load = explained.load;
  const std::size_t num_stages = explained.plan.stages.size();
  if (load.host > load.slowest_stage && load.host == load.period()) {
    return fmt::format(
        "the host limits it: {} for {}, one at a time",
        num_stages == 1 ? std::string("each request holds it")
                        : fmt::format("each of {} stages holds it", num_stages),
        FormatMs(load.host / num_stages));
  }
  if (load.period() > load.slowest_stage) {
    return fmt::format(
        "the shared link limits it: it is busy for {} of every "
        "inference",
        FormatMs(load.period()));
  }
  const std::size_t slowest = explained.SlowestStage();
  const PlannedStage& stage = explained.plan.stages[slowest];
  std::string text = fmt::format(
      "stage {} ({}{}) limits it: {}", slowest, FormatSegment(stage.segment),
      stage.replicas > 1 ? fmt::format(", on {} devices", stage.replicas)
                         : std::string(),
      WhatTakesTime(stage, explained.parts[slowest]));
  if (stage.segment.ops.size() == 1) {
    text += ", and a single op cannot be cut";
  }
  return text;
}

std::vector<Answer> AnswersOf(const Explanation& explanation) {
  return {OneDevice(explanation),   ThePlan(explanation),
          MoreDevices(explanation), Strategies(explanation),
          WhatHelps(explanation),   HowSure(explanation)};
}

}  // namespace coralline::cli
