#include "coralline/plan/strategy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"

namespace coralline {
namespace {

TEST(Strategy, ReadsTheNamesThatItGives) {
  for (const Strategy strategy :
       {Strategy::kOptimal, Strategy::kCompiler, Strategy::kEqualLayers,
        Strategy::kBalanced, Strategy::kLibcoral, Strategy::kExhaustive}) {
    EXPECT_EQ(ParseStrategy(StrategyName(strategy)), strategy);
  }
  EXPECT_EQ(StrategyName(Strategy::kEqualLayers), "equal-layers");
}

TEST(Strategy, AnUnknownNameIsAnsweredWithTheKnownOnes) {
  try {
    ParseStrategy("optimum");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_STREQ(error.what(),
                 "no strategy 'optimum'; expected one of optimal, compiler, "
                 "equal-layers, balanced, libcoral, exhaustive");
  }
}

}  // namespace
}  // namespace coralline
