#include "bench/comparison.h"

#include "bench/our_pipeline.h"
#include "bench/peer_pipelines.h"
#include "bench/stages.h"

namespace coralline::bench {
namespace {

using Seconds = std::chrono::duration<double>;
using Microseconds = std::chrono::duration<double, std::micro>;

constexpr const char* kTargeted = "ours, throughput";

// What one run showed.
struct Sample {
  double period_s = 0;  // of a result
  StageRecord slowest;
};

struct Samples {
  std::vector<double> share;
  std::vector<double> speedup;
  std::vector<double> late_median_us;
  std::vector<double> late_p90_us;
};

// As many requests inside as RunRequests keeps. The warm-up brings the
// parameters and wakes every thread.
Sample RunOnce(const Variant& variant, Stages stages, int requests,
               bool is_steady) {
  std::vector<StageRecord> records(stages.size());
  const int in_flight = 4 * static_cast<int>(stages.size());
  const auto runner = variant.make(Recorded(std::move(stages), records));
  runner->Run(std::min(requests, 20), in_flight);
  for (StageRecord& record : records) record = {};
  const Seconds wall = runner->Run(requests, in_flight);
  const Seconds steady = records.back().last_done - records.back().first_done;
  return {is_steady ? steady.count() / (requests - 1) : wall.count() / requests,
          *std::max_element(records.begin(), records.end(),
                            [](const auto& a, const auto& b) {
                              return a.simulated < b.simulated;
                            })};
}

double PeriodOfWhole(const Comparison& comparison) {
  const auto make = [](Stages stages) {
    return std::make_unique<WholeOnEach>(std::move(stages));
  };
  Stages whole;
  whole.push_back(comparison.whole());
  return RunOnce({"whole", make}, std::move(whole), comparison.whole_requests,
                 /*is_steady=*/false)
      .period_s;
}

void Add(const Sample& sample, double whole_period_s, Samples& samples) {
  const Histogram& late = sample.slowest.overshoot;
  samples.share.push_back(Seconds(sample.slowest.simulated).count() /
                          sample.period_s);
  samples.speedup.push_back(whole_period_s / sample.period_s);
  samples.late_median_us.push_back(Microseconds(late.Percentile(50)).count());
  samples.late_p90_us.push_back(Microseconds(late.Percentile(90)).count());
}

std::string Verdict(double median, double target, const char* unit) {
  if (target <= 0) return "";
  return fmt::format("  target {}{}: {}", target, unit,
                     median >= target ? "met" : "missed");
}

}  // namespace

std::vector<Outcome> Compare(const Comparison& comparison,
                             const std::vector<Variant>& variants,
                             int repetitions) {
  std::vector<Samples> samples(variants.size());
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const double whole = comparison.whole ? PeriodOfWhole(comparison) : 0;
    for (std::size_t i = 0; i < variants.size(); ++i) {
      Add(RunOnce(variants[i], comparison.stages(), comparison.requests,
                  comparison.is_steady),
          whole, samples[i]);
    }
  }
  std::vector<Outcome> outcomes;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    outcomes.push_back({variants[i].name, SpreadOf(samples[i].share),
                        SpreadOf(samples[i].speedup),
                        SpreadOf(samples[i].late_median_us),
                        SpreadOf(samples[i].late_p90_us)});
  }
  return outcomes;
}

std::vector<Variant> OurVariants() {
  const auto with = [](WaitProfile wait) {
    return [wait](Stages stages) { return OurChain(std::move(stages), wait); };
  };
  return {{"ours, balanced", with(WaitProfile::kBalanced)},
          {kTargeted, with(WaitProfile::kThroughput)}};
}

std::vector<Variant> AllVariants() {
  std::vector<Variant> variants = OurVariants();
  variants.push_back({"libcoral style", [](Stages stages) {
                        return std::make_unique<LibcoralStylePipeline>(
                            std::move(stages));
                      }});
  variants.push_back({"TBB, stages + 1", [](Stages stages) {
                        const int threads = static_cast<int>(stages.size()) + 1;
                        return std::make_unique<TbbPipeline>(std::move(stages),
                                                             threads);
                      }});
  variants.push_back({"TBB, its default", [](Stages stages) {
                        return std::make_unique<TbbPipeline>(std::move(stages),
                                                             0);
                      }});
  return variants;
}

void PrintOutcomes(const Comparison& comparison,
                   const std::vector<Outcome>& outcomes,
                   const Targets& targets) {
  fmt::print("\n{}\n{:18}{:24}{:26}{:>20}\n", comparison.name, "",
             "share of 1 / slowest", comparison.whole ? "speed-up" : "",
             "late by us: p50, p90");
  for (const Outcome& outcome : outcomes) {
    fmt::print("{:18}{:24}{:26}{:>12.1f}{:>8.1f}", outcome.variant,
               FormatSpread(outcome.share, 3),
               comparison.whole ? FormatSpread(outcome.speedup, 1) : "",
               outcome.late_median_us.median, outcome.late_p90_us.median);
    if (outcome.variant == kTargeted) {
      fmt::print("{}{}", Verdict(outcome.share.median, targets.share, ""),
                 Verdict(outcome.speedup.median, targets.speedup, "x"));
    }
    fmt::print("\n");
  }
}

}  // namespace coralline::bench
