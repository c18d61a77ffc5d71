#include "coralline/sim/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>

#include "coralline/base/error.h"
#include "coralline/sim/internal/least_squares.h"

namespace coralline {
namespace {

// Layers do not depend on the constants that are fitted.
double TimeOf(const TimedSegment& timed, const DeviceSpec& spec) {
  const SegmentCost cost =
      CostOf(*timed.graph, timed.segment, *timed.layers, spec);
  return timed.is_first ? cost.first_ms() : cost.warm_ms();
}

// Networks as segments, with what these point to.
class WholeNetworks {
 public:
  WholeNetworks(const DeviceSpec& spec,
                std::span<const TimedNetwork> networks) {
    for (const TimedNetwork& network : networks) {
      const Graph& graph = network.graph;
      layers_.push_back(MakeLayers(graph, spec, network.has_bias));
      segments_.push_back({.graph = &graph,
                           .layers = &layers_.back(),
                           .segment = OpRange(0, graph.num_ops()),
                           .ms = network.ms,
                           .is_first = network.is_first});
    }
  }
  std::span<const TimedSegment> segments() const { return segments_; }

 private:
  std::deque<std::vector<Layer>> layers_;
  std::vector<TimedSegment> segments_;
};

// Constants that share one value.
using Group = std::vector<SpecConstant>;

// What the time is linear in: a constant, or one over a rate.
double Linear(const SpecConstant& constant, double value) {
  return constant.is_rate ? 1 / value : value;
}
double Linear(const Group& group, const DeviceSpec& spec) {
  return Linear(group[0], spec.*group[0].member);
}
void Set(const Group& group, double value, DeviceSpec& spec) {
  for (const SpecConstant& constant : group) spec.*constant.member = value;
}

std::vector<TimedNetwork> NetworksOf(std::span<const Measurement> rows) {
  std::vector<TimedNetwork> networks;
  for (const Measurement& row : rows) {
    const bool is_usable =
        row.quality == "ok" && row.segments == 1 && row.ms_per_inference > 0;
    if (is_usable) {
      networks.push_back({.graph = NetworkOf(row), .ms = row.ms_per_inference});
    }
  }
  if (!networks.empty()) return networks;
  throw Error(ErrorKind::kUsage,
              "no row of one device and quality 'ok' to calibrate with");
}

const SpecConstant& FindConstant(const std::string& path) {
  const auto all = SpecConstants();
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const auto& c) { return path == c.path; });
  if (found != all.end()) return *found;
  std::vector<std::string> names;
  for (const SpecConstant& constant : all) names.emplace_back(constant.path);
  throw Error(ErrorKind::kUsage,
              fmt::format("constant '{}' cannot be calibrated; expected {}",
                          path, fmt::join(names, ", ")));
}

// Each a group of its own; of none given, all that the spec has.
std::vector<Group> Choose(const std::vector<std::string>& paths,
                          const DeviceSpec& spec) {
  for (const std::string& path : paths) FindConstant(path);
  std::vector<Group> chosen;
  for (const SpecConstant& constant : SpecConstants()) {
    if (constant.is_optional && spec.*constant.member <= 0) continue;
    if (paths.empty() ||
        std::find(paths.begin(), paths.end(), constant.path) != paths.end()) {
      chosen.push_back({constant});
    }
  }
  return chosen;
}

// How the times grow with the constants of a group, in units of the measured
// ones. Doubling them is exact, as the time is linear in them.
std::vector<double> ColumnOf(const Group& group, const DeviceSpec& spec,
                             std::span<const TimedSegment> segments) {
  DeviceSpec once = spec;
  const double old = spec.*group[0].member;
  Set(group, old, once);
  DeviceSpec twice = once;
  Set(group, group[0].is_rate ? old / 2 : (old > 0 ? 2 * old : 1), twice);
  const double step = Linear(group, twice) - Linear(group, once);
  std::vector<double> column;
  for (const TimedSegment& timed : segments) {
    const double change = TimeOf(timed, twice) - TimeOf(timed, once);
    column.push_back(change / step / timed.ms);
  }
  return column;
}

// What the constants that take part have to explain.
std::vector<double> Unexplained(const internal::Columns& columns,
                                const std::vector<Group>& groups,
                                const DeviceSpec& spec,
                                std::span<const TimedSegment> segments) {
  std::vector<double> rest;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    double value = 1 - TimeOf(segments[i], spec) / segments[i].ms;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      value += columns[j][i] * Linear(groups[j], spec);
    }
    rest.push_back(value);
  }
  return rest;
}

// Some of the constants, by their places among all.
struct Subset {
  std::vector<std::size_t> places;
  internal::Solution solution;
};

Subset Solve(const internal::Columns& columns, const std::vector<Group>& groups,
             const std::vector<bool>& takes_part, const DeviceSpec& spec,
             std::span<const TimedSegment> segments) {
  Subset subset;
  internal::Columns chosen;
  std::vector<Group> owners;
  for (std::size_t j = 0; j < columns.size(); ++j) {
    if (!takes_part[j]) continue;
    subset.places.push_back(j);
    chosen.push_back(columns[j]);
    owners.push_back(groups[j]);
  }
  subset.solution = internal::SolveRobust(
      chosen, Unexplained(chosen, owners, spec, segments),
      [&](std::size_t j) { return Linear(owners[j], spec); });
  return subset;
}

// Which to leave out: the least certain of those that are below 0, or not even
// known to be above it.
std::optional<std::size_t> FindWorst(const internal::Solution& solution) {
  std::optional<std::size_t> worst;
  double worst_ratio = 1;
  for (std::size_t k = 0; k < solution.values.size(); ++k) {
    if (!solution.is_determined[k]) continue;
    const double error = std::max(solution.standard_errors[k], 1e-300);
    const double ratio = solution.values[k] / error;
    if (ratio >= worst_ratio) continue;
    worst = k;
    worst_ratio = ratio;
  }
  return worst;
}

// What a constant is to be that is not known to be above zero: the old one
// (nullopt) where that may be right, else zero; where zero has no meaning, what
// the rows leave room for.
std::optional<double> BoundOf(const Group& group, double value, double error,
                              const DeviceSpec& spec) {
  constexpr double kFar = 3;  // standard errors
  if (Linear(group, spec) <= value + kFar * error) return std::nullopt;
  return group[0].is_rate || group[0].is_optional ? error : 0;
}

// Fits, and leaves out one by one what the rows do not tell.
internal::Solution Fit(const internal::Columns& columns,
                       const std::vector<Group>& groups, DeviceSpec spec,
                       std::span<const TimedSegment> segments) {
  internal::Solution all{std::vector<double>(columns.size()),
                         std::vector<double>(columns.size()),
                         std::vector<bool>(columns.size(), false)};
  std::vector<bool> takes_part(columns.size(), true);
  Subset subset = Solve(columns, groups, takes_part, spec, segments);
  while (const auto worst = FindWorst(subset.solution)) {
    const std::size_t place = subset.places[*worst];
    takes_part[place] = false;
    const double error = subset.solution.standard_errors[*worst];
    const auto bound =
        BoundOf(groups[place], subset.solution.values[*worst], error, spec);
    if (bound) {
      all.values[place] = *bound;
      all.standard_errors[place] = error;
      all.is_determined[place] = true;
      Set(groups[place], Linear(groups[place][0], *bound), spec);
    }
    subset = Solve(columns, groups, takes_part, spec, segments);
  }
  for (std::size_t k = 0; k < subset.places.size(); ++k) {
    const std::size_t place = subset.places[k];
    all.values[place] = subset.solution.values[k];
    all.standard_errors[place] = subset.solution.standard_errors[k];
    all.is_determined[place] = subset.solution.is_determined[k];
  }
  return all;
}

}  // namespace

CalibrationErrors ErrorsOf(const DeviceSpec& spec,
                           std::span<const TimedSegment> segments) {
  std::vector<double> errors;
  for (const TimedSegment& timed : segments) {
    errors.push_back(std::abs(TimeOf(timed, spec) / timed.ms - 1));
  }
  std::sort(errors.begin(), errors.end());
  return {errors[errors.size() / 2], errors[errors.size() * 9 / 10],
          errors.back()};
}

namespace {

Calibration CalibrateGroups(const DeviceSpec& spec,
                            std::span<const TimedSegment> segments,
                            const std::vector<Group>& groups) {
  DeviceSpec tied = spec;
  internal::Columns columns;
  for (const Group& group : groups) {
    Set(group, spec.*group[0].member, tied);
    columns.push_back(ColumnOf(group, spec, segments));
  }
  const auto solution = Fit(columns, groups, tied, segments);
  Calibration result{.spec = tied,
                     .num_rows = static_cast<int>(segments.size()),
                     .before = ErrorsOf(spec, segments)};
  for (std::size_t j = 0; j < groups.size(); ++j) {
    for (const SpecConstant& constant : groups[j]) {
      const double old = spec.*constant.member;
      FittedConstant fitted{.path = constant.path,
                            .old_value = old,
                            .new_value = old,
                            .is_determined = solution.is_determined[j]};
      if (fitted.is_determined) {
        const double value = solution.values[j];
        const double error = solution.standard_errors[j];
        fitted.new_value = constant.is_rate ? 1 / value : value;
        fitted.standard_error =
            constant.is_rate ? error / (value * value) : error;
      }
      result.spec.*constant.member = fitted.new_value;
      result.constants.push_back(std::move(fitted));
    }
  }
  result.after = ErrorsOf(result.spec, segments);
  return result;
}

}  // namespace

Calibration Calibrate(const DeviceSpec& spec, std::span<const Measurement> rows,
                      const std::vector<std::string>& paths) {
  const auto groups = Choose(paths, spec);
  const auto networks = NetworksOf(rows);
  return CalibrateGroups(spec, WholeNetworks(spec, networks).segments(),
                         groups);
}

Calibration CalibrateToSegments(const DeviceSpec& spec,
                                std::span<const TimedSegment> segments,
                                const std::vector<std::string>& paths) {
  return CalibrateGroups(spec, segments, Choose(paths, spec));
}

Calibration CalibrateTogether(
    const DeviceSpec& spec, std::span<const TimedNetwork> networks,
    const std::vector<std::vector<std::string>>& paths) {
  std::vector<Group> groups;
  for (const auto& together : paths) {
    Group group;
    for (const std::string& path : together) {
      group.push_back(FindConstant(path));
    }
    groups.push_back(std::move(group));
  }
  return CalibrateGroups(spec, WholeNetworks(spec, networks).segments(),
                         groups);
}

std::string CalibratedSpecText(const std::string& base_json,
                               const Calibration& calibration,
                               const std::string& name,
                               const std::string& source) {
  using Json = nlohmann::ordered_json;
  Json json = Json::parse(base_json);
  json["name"] = name;
  for (const FittedConstant& constant : calibration.constants) {
    if (!constant.is_determined) continue;
    Json& entry = json[Json::json_pointer(constant.path)];
    // Six digits are more than any measurement gives.
    entry["value"] = std::stod(fmt::format("{:.6g}", constant.new_value));
    entry["source"] = source;
  }
  if (calibration.relative_error) {
    json["accuracy"] = {
        {"relative_error",
         {{"value",
           std::stod(fmt::format("{:.2g}", *calibration.relative_error))},
          {"unit", "1"},
          {"source", source + ", 9 of 10 times when one half of the segments "
                              "is predicted from the other"}}}};
  }
  return json.dump(2) + "\n";
}

}  // namespace coralline
