#include "coralline/sim/informative_segments.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "coralline/sim/operator_support.h"
#include "coralline/sim/segment_cost.h"

namespace coralline {
namespace {

using Row = std::vector<double>;

// Times are known to within this share.
constexpr double kNoise = 0.02;

// By begin and length. Doubling lengths show layers of every kind, alone and
// together, without all pairs of cuts.
std::vector<Segment> Candidates(const Graph& graph) {
  const int ops = graph.num_ops();
  std::set<std::pair<int, int>> ranges;
  for (int begin = 0; begin < ops; ++begin) {
    for (int length = 1; begin + length <= ops; length *= 2) {
      ranges.emplace(begin, begin + length);
    }
    ranges.emplace(begin, ops);
    ranges.emplace(0, begin + 1);
  }
  std::vector<bool> runs;
  for (const Op& op : graph.ops) runs.push_back(CheckOp(graph, op).is_mapped());
  std::vector<Segment> segments;
  for (const auto& [begin, end] : ranges) {
    if (std::find(runs.begin() + begin, runs.begin() + end, false) ==
        runs.begin() + end) {
      segments.push_back(OpRange(begin, end));
    }
  }
  return segments;
}

// The spec with one constant so that its part of a time doubles.
DeviceSpec Doubled(const DeviceSpec& spec, const SpecConstant& constant) {
  DeviceSpec doubled = spec;
  double& value = doubled.*constant.member;
  value = constant.is_rate ? value / 2 : (value > 0 ? 2 * value : 1);
  return doubled;
}

// What one segment tells: the share that each constant has in its warm time,
// and in a first one by the upload, in units of the noise.
struct Told {
  Row warm;
  Row first;
};

std::vector<Told> WhatTheyTell(const Graph& graph,
                               const std::vector<bool>& has_bias,
                               const DeviceSpec& spec,
                               const std::vector<Segment>& segments) {
  const auto layers = MakeLayers(graph, spec, has_bias);
  std::vector<DeviceSpec> doubled;
  for (const SpecConstant& constant : SpecConstants()) {
    if (constant.is_optional && spec.*constant.member <= 0) continue;
    doubled.push_back(Doubled(spec, constant));
  }
  std::vector<Told> told;
  for (const Segment& segment : segments) {
    const SegmentCost once = CostOf(graph, segment, layers, spec);
    Told rows;
    for (const DeviceSpec& other : doubled) {
      const SegmentCost twice = CostOf(graph, segment, layers, other);
      rows.warm.push_back((twice.warm_ms() / once.warm_ms() - 1) / kNoise);
      rows.first.push_back((twice.upload_ms - once.upload_ms) /
                           once.first_ms() / kNoise);
    }
    told.push_back(std::move(rows));
  }
  return told;
}

// What is known of the constants: the covariance of their relative errors.
class Knowledge {
 public:
  explicit Knowledge(std::size_t size) : covariance_(size, Row(size, 0.0)) {
    for (std::size_t i = 0; i < size; ++i) covariance_[i][i] = 1;
  }

  // By what a measurement narrows it: the logarithm of the volume.
  double GainOf(const Row& row) const {
    const Row product = Times(row);
    double sum = 1;
    for (std::size_t i = 0; i < row.size(); ++i) sum += row[i] * product[i];
    return std::log(sum);
  }

  // Sherman and Morrison's formula.
  void Learn(const Row& row) {
    const Row product = Times(row);
    double sum = 1;
    for (std::size_t i = 0; i < row.size(); ++i) sum += row[i] * product[i];
    for (std::size_t i = 0; i < row.size(); ++i) {
      for (std::size_t j = 0; j < row.size(); ++j) {
        covariance_[i][j] -= product[i] * product[j] / sum;
      }
    }
  }

 private:
  Row Times(const Row& row) const {
    Row product(row.size(), 0.0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      for (std::size_t j = 0; j < row.size(); ++j) {
        product[i] += covariance_[i][j] * row[j];
      }
    }
    return product;
  }

  std::vector<Row> covariance_;
};

// Two rows of one segment have no constant in common, so their gains add up.
std::size_t FindBest(const Knowledge& knowledge, const std::vector<Told>& told,
                     const std::vector<bool>& is_chosen) {
  std::size_t best = told.size();
  double best_gain = -1;
  for (std::size_t i = 0; i < told.size(); ++i) {
    if (is_chosen[i]) continue;
    const double gain =
        knowledge.GainOf(told[i].warm) + knowledge.GainOf(told[i].first);
    if (gain <= best_gain) continue;
    best = i;
    best_gain = gain;
  }
  return best;
}

}  // namespace

std::vector<Segment> InformativeSegments(const Graph& graph,
                                         const std::vector<bool>& has_bias,
                                         const DeviceSpec& spec, int count) {
  const auto candidates = Candidates(graph);
  const auto told = WhatTheyTell(graph, has_bias, spec, candidates);
  std::vector<bool> is_chosen(candidates.size(), false);
  std::vector<Segment> chosen;
  if (candidates.empty()) return chosen;
  Knowledge knowledge(told[0].warm.size());
  while (std::ssize(chosen) <
         std::min<std::ptrdiff_t>(count, std::ssize(candidates))) {
    const std::size_t best = FindBest(knowledge, told, is_chosen);
    is_chosen[best] = true;
    knowledge.Learn(told[best].warm);
    knowledge.Learn(told[best].first);
    chosen.push_back(candidates[best]);
  }
  return chosen;
}

}  // namespace coralline
