#include "coralline/plan/strategy.h"

#include <fmt/format.h>

#include <array>

#include "coralline/base/check.h"
#include "coralline/base/error.h"

namespace coralline {
namespace {

struct Named {
  Strategy strategy;
  std::string_view name;
};

constexpr std::array kStrategies = {
    Named{Strategy::kOptimal, "optimal"},
    Named{Strategy::kCompiler, "compiler"},
    Named{Strategy::kEqualLayers, "equal-layers"},
    Named{Strategy::kBalanced, "balanced"},
    Named{Strategy::kLibcoral, "libcoral"},
    Named{Strategy::kExhaustive, "exhaustive"},
};

}  // namespace

std::string StrategyName(Strategy strategy) {
  for (const Named& known : kStrategies) {
    if (known.strategy == strategy) return std::string(known.name);
  }
  CORALLINE_CHECK(false);
}

Strategy ParseStrategy(std::string_view name) {
  std::string names;
  for (const Named& known : kStrategies) {
    if (known.name == name) return known.strategy;
    names += names.empty() ? "" : ", ";
    names += known.name;
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("no strategy '{}'; expected one of {}", name, names));
}

}  // namespace coralline
