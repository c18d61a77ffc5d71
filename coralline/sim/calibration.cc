#include "coralline/sim/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "coralline/base/error.h"
#include "coralline/sim/internal/least_squares.h"
#include "coralline/sim/segment_cost.h"

namespace coralline {
namespace {

double TimeOf(const Graph& graph, const DeviceSpec& spec) {
  return CostOf(graph, OpRange(0, graph.num_ops()), MakeLayers(graph, spec),
                spec)
      .warm_ms();
}

// What the time is linear in: a constant, or one over a rate.
double Linear(const SpecConstant& constant, double value) {
  return constant.is_rate ? 1 / value : value;
}

struct Sample {
  Graph graph;
  double ms = 0;
};

std::vector<Sample> SamplesOf(std::span<const Measurement> rows) {
  std::vector<Sample> samples;
  for (const Measurement& row : rows) {
    const bool is_usable =
        row.quality == "ok" && row.segments == 1 && row.ms_per_inference > 0;
    if (is_usable) samples.push_back({NetworkOf(row), row.ms_per_inference});
  }
  if (!samples.empty()) return samples;
  throw Error(ErrorKind::kUsage,
              "no row of one device and quality 'ok' to calibrate with");
}

std::vector<SpecConstant> Choose(const std::vector<std::string>& paths) {
  const auto all = SpecConstants();
  std::vector<SpecConstant> chosen;
  for (const SpecConstant& constant : all) {
    if (paths.empty() ||
        std::find(paths.begin(), paths.end(), constant.path) != paths.end()) {
      chosen.push_back(constant);
    }
  }
  for (const std::string& path : paths) {
    if (std::any_of(all.begin(), all.end(),
                    [&](const auto& c) { return path == c.path; })) {
      continue;
    }
    std::vector<std::string> names;
    for (const SpecConstant& constant : all) names.emplace_back(constant.path);
    throw Error(ErrorKind::kUsage,
                fmt::format("constant '{}' cannot be calibrated; expected {}",
                            path, fmt::join(names, ", ")));
  }
  return chosen;
}

// How the times grow with one constant, in units of the measured ones. Doubling
// a constant is exact, as the time is linear in it.
std::vector<double> ColumnOf(const SpecConstant& constant,
                             const DeviceSpec& spec,
                             const std::vector<Sample>& samples) {
  DeviceSpec other = spec;
  const double old = spec.*constant.member;
  other.*constant.member = constant.is_rate ? old / 2 : (old > 0 ? 2 * old : 1);
  const double step =
      Linear(constant, other.*constant.member) - Linear(constant, old);
  std::vector<double> column;
  for (const Sample& sample : samples) {
    const double change =
        TimeOf(sample.graph, other) - TimeOf(sample.graph, spec);
    column.push_back(change / step / sample.ms);
  }
  return column;
}

CalibrationErrors ErrorsOf(const DeviceSpec& spec,
                           const std::vector<Sample>& samples) {
  std::vector<double> errors;
  for (const Sample& sample : samples) {
    errors.push_back(std::abs(TimeOf(sample.graph, spec) / sample.ms - 1));
  }
  std::sort(errors.begin(), errors.end());
  return {errors[errors.size() / 2], errors[errors.size() * 9 / 10],
          errors.back()};
}

// What the constants that take part have to explain.
std::vector<double> Unexplained(const internal::Columns& columns,
                                const std::vector<SpecConstant>& constants,
                                const DeviceSpec& spec,
                                const std::vector<Sample>& samples) {
  std::vector<double> rest;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    double value = 1 - TimeOf(samples[i].graph, spec) / samples[i].ms;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      value += columns[j][i] * Linear(constants[j], spec.*constants[j].member);
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

Subset Solve(const internal::Columns& columns,
             const std::vector<SpecConstant>& constants,
             const std::vector<bool>& takes_part, const DeviceSpec& spec,
             const std::vector<Sample>& samples) {
  Subset subset;
  internal::Columns chosen;
  std::vector<SpecConstant> owners;
  for (std::size_t j = 0; j < columns.size(); ++j) {
    if (!takes_part[j]) continue;
    subset.places.push_back(j);
    chosen.push_back(columns[j]);
    owners.push_back(constants[j]);
  }
  subset.solution = internal::SolveRobust(
      chosen, Unexplained(chosen, owners, spec, samples),
      [&](std::size_t j) { return Linear(owners[j], spec.*owners[j].member); });
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

// Fits, and leaves out one by one what the rows do not tell.
internal::Solution Fit(const internal::Columns& columns,
                       const std::vector<SpecConstant>& constants,
                       const DeviceSpec& spec,
                       const std::vector<Sample>& samples) {
  std::vector<bool> takes_part(columns.size(), true);
  Subset subset = Solve(columns, constants, takes_part, spec, samples);
  while (const auto worst = FindWorst(subset.solution)) {
    takes_part[subset.places[*worst]] = false;
    subset = Solve(columns, constants, takes_part, spec, samples);
  }
  internal::Solution all{std::vector<double>(columns.size()),
                         std::vector<double>(columns.size()),
                         std::vector<bool>(columns.size(), false)};
  for (std::size_t k = 0; k < subset.places.size(); ++k) {
    const std::size_t place = subset.places[k];
    all.values[place] = subset.solution.values[k];
    all.standard_errors[place] = subset.solution.standard_errors[k];
    all.is_determined[place] = subset.solution.is_determined[k];
  }
  return all;
}

}  // namespace

Calibration Calibrate(const DeviceSpec& spec, std::span<const Measurement> rows,
                      const std::vector<std::string>& paths) {
  const auto constants = Choose(paths);
  const auto samples = SamplesOf(rows);
  internal::Columns columns;
  for (const SpecConstant& constant : constants) {
    columns.push_back(ColumnOf(constant, spec, samples));
  }
  const auto solution = Fit(columns, constants, spec, samples);
  Calibration result{.spec = spec,
                     .num_rows = static_cast<int>(samples.size()),
                     .before = ErrorsOf(spec, samples)};
  for (std::size_t j = 0; j < constants.size(); ++j) {
    const double old = spec.*constants[j].member;
    FittedConstant fitted{.path = constants[j].path,
                          .old_value = old,
                          .new_value = old,
                          .is_determined = solution.is_determined[j]};
    if (fitted.is_determined) {
      const double value = solution.values[j];
      const double error = solution.standard_errors[j];
      fitted.new_value = constants[j].is_rate ? 1 / value : value;
      fitted.standard_error =
          constants[j].is_rate ? error / (value * value) : error;
    }
    result.spec.*constants[j].member = fitted.new_value;
    result.constants.push_back(std::move(fitted));
  }
  result.after = ErrorsOf(result.spec, samples);
  return result;
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
  return json.dump(2) + "\n";
}

}  // namespace coralline
