#include "coralline/sim/internal/least_squares.h"

#include <algorithm>
#include <cmath>

namespace coralline::internal {
namespace {

constexpr double kNoRemainder = 1e-6;    // of a column's length
constexpr double kNoEffect = 1e-9;       // of the measured time
constexpr double kHuber = 1.345;         // standard deviations
constexpr double kToDeviation = 1.4826;  // of the median of absolute values

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// Takes `factor` times `b` from `a`.
void Subtract(std::vector<double>& a, const std::vector<double>& b,
              double factor) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= factor * b[i];
}

// Gram and Schmidt twice over: columns of an orthonormal base, in the order in
// which they are given, so that earlier unknowns are preferred.
class Factors {
 public:
  // Whether the column adds something to the base.
  bool Add(std::vector<double> column) {
    const double length = std::sqrt(Dot(column, column));
    std::vector<double> r(base_.size(), 0.0);
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t k = 0; k < base_.size(); ++k) {
        const double share = Dot(base_[k], column);
        r[k] += share;
        Subtract(column, base_[k], share);
      }
    }
    const double rest = std::sqrt(Dot(column, column));
    if (!(rest > kNoRemainder * length)) return false;
    for (double& value : column) value /= rest;
    base_.push_back(std::move(column));
    r.push_back(rest);
    triangle_.push_back(std::move(r));
    return true;
  }

  std::vector<double> Solve(const std::vector<double>& right) const {
    std::vector<double> projected;
    for (const auto& column : base_) projected.push_back(Dot(column, right));
    return BackSubstitute(std::move(projected));
  }

  // Square roots of the diagonal of the inverse normal matrix.
  std::vector<double> InverseLengths() const {
    std::vector<double> squares(base_.size(), 0.0);
    for (std::size_t k = 0; k < base_.size(); ++k) {
      std::vector<double> unit(base_.size(), 0.0);
      unit[k] = 1;
      const auto column = BackSubstitute(std::move(unit));
      for (std::size_t j = 0; j < squares.size(); ++j) {
        squares[j] += column[j] * column[j];
      }
    }
    for (double& value : squares) value = std::sqrt(value);
    return squares;
  }

 private:
  std::vector<double> BackSubstitute(std::vector<double> x) const {
    for (std::size_t k = x.size(); k-- > 0;) {
      x[k] /= triangle_[k][k];
      for (std::size_t i = 0; i < k; ++i) x[i] -= triangle_[k][i] * x[k];
    }
    return x;
  }

  Columns base_;
  Columns triangle_;  // column by column
};

std::vector<double> Weighted(std::vector<double> values,
                             const std::vector<double>& weights) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] *= std::sqrt(weights[i]);
  }
  return values;
}

std::vector<double> Residuals(const Columns& columns, std::vector<double> right,
                              const std::vector<double>& values) {
  for (std::size_t j = 0; j < columns.size(); ++j) {
    Subtract(right, columns[j], values[j]);
  }
  return right;
}

double Deviation(std::vector<double> residuals) {
  for (double& value : residuals) value = std::abs(value);
  const auto middle =
      residuals.begin() + static_cast<std::ptrdiff_t>(residuals.size() / 2);
  std::nth_element(residuals.begin(), middle, residuals.end());
  return kToDeviation * *middle;
}

bool HasEffect(const std::vector<double>& column, double old) {
  const double scale = old == 0 ? 1 : std::abs(old);
  return std::any_of(column.begin(), column.end(), [scale](double value) {
    return std::abs(value) * scale > kNoEffect;
  });
}

Solution SolveWeighted(const Columns& columns, std::vector<double> right,
                       const std::vector<double>& weights,
                       const std::function<double(std::size_t)>& old) {
  Factors factors;
  Solution solution;
  std::vector<std::size_t> unknowns;
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const bool is_new = HasEffect(columns[j], old(j)) &&
                        factors.Add(Weighted(columns[j], weights));
    solution.is_determined.push_back(is_new);
    solution.values.push_back(old(j));
    solution.standard_errors.push_back(0);
    if (is_new) {
      unknowns.push_back(j);
    } else {
      Subtract(right, columns[j], old(j));
    }
  }
  const auto values = factors.Solve(Weighted(std::move(right), weights));
  const auto lengths = factors.InverseLengths();
  for (std::size_t k = 0; k < unknowns.size(); ++k) {
    solution.values[unknowns[k]] = values[k];
    solution.standard_errors[unknowns[k]] = lengths[k];
  }
  return solution;
}

}  // namespace

Solution SolveRobust(const Columns& columns, const std::vector<double>& right,
                     const std::function<double(std::size_t)>& old) {
  constexpr int kRounds = 50;
  std::vector<double> weights(right.size(), 1.0);
  Solution solution;
  double deviation = 0;
  for (int round = 0; round < kRounds; ++round) {
    solution = SolveWeighted(columns, right, weights, old);
    const auto residuals = Residuals(columns, right, solution.values);
    deviation = Deviation(residuals);
    if (deviation < kNoEffect) break;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double limit = kHuber * deviation;
      weights[i] =
          std::min(1.0, limit / std::max(std::abs(residuals[i]), limit));
    }
  }
  for (double& error : solution.standard_errors) error *= deviation;
  return solution;
}

}  // namespace coralline::internal
