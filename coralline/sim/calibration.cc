#include "coralline/sim/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

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

bool IsPossible(const SpecConstant& constant, double solution) {
  return constant.is_rate ? solution > 0 : solution >= 0;
}

// Fits, and leaves out what comes out impossible, the worst first.
internal::Solution Fit(const internal::Columns& columns,
                       const std::vector<SpecConstant>& constants,
                       const DeviceSpec& spec,
                       const std::vector<Sample>& samples) {
  std::vector<bool> takes_part(columns.size(), true);
  for (;;) {
    internal::Columns chosen;
    std::vector<SpecConstant> owners;
    std::vector<std::size_t> places;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      if (!takes_part[j]) continue;
      chosen.push_back(columns[j]);
      owners.push_back(constants[j]);
      places.push_back(j);
    }
    const auto solution = internal::SolveRobust(
        chosen, Unexplained(chosen, owners, spec, samples), [&](std::size_t j) {
          return Linear(owners[j], spec.*owners[j].member);
        });
    std::size_t worst = places.size();
    double worst_t = 0;
    internal::Solution all{std::vector<double>(columns.size()),
                           std::vector<double>(columns.size()),
                           std::vector<bool>(columns.size(), false)};
    for (std::size_t k = 0; k < places.size(); ++k) {
      all.values[places[k]] = solution.values[k];
      all.standard_errors[places[k]] = solution.standard_errors[k];
      all.is_determined[places[k]] = solution.is_determined[k];
      if (!solution.is_determined[k] ||
          IsPossible(owners[k], solution.values[k])) {
        continue;
      }
      const double t =
          solution.values[k] / std::max(solution.standard_errors[k], 1e-300);
      if (worst == places.size() || t < worst_t) {
        worst = k;
        worst_t = t;
      }
    }
    if (worst == places.size()) return all;
    takes_part[places[worst]] = false;
  }
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
