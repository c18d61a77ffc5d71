#include "coralline/tflite/op_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"

namespace coralline {
namespace {

Model ModelOf(Op op) {
  Model model{.name = "m"};
  model.graph.ops.push_back(std::move(op));
  return model;
}

std::string ErrorOf(Op op, std::string_view version) {
  try {
    CheckRuntimeSupport(ModelOf(std::move(op)), version);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(MaxOpVersion, KnowsTheResolverOfTfLite29) {
  EXPECT_EQ(MaxOpVersion(OpKind::kConv2d), 5);
  EXPECT_EQ(MaxOpVersion(OpKind::kFullyConnected), 9);
  EXPECT_EQ(MaxOpVersion(OpKind::kUnidirectionalSequenceLstm), 3);
  EXPECT_EQ(MaxOpVersion(OpKind::kTransposeConv), 3);
  EXPECT_EQ(MaxOpVersion(OpKind::kQuantize), 3);
  EXPECT_EQ(MaxOpVersion(OpKind::kBatchMatmul), 4);
  EXPECT_EQ(MaxOpVersion(static_cast<OpKind>(151)), 1);
  EXPECT_EQ(MaxOpVersion(static_cast<OpKind>(152)), 0);
  EXPECT_EQ(MaxOpVersion(static_cast<OpKind>(-1)), 0);
}

TEST(CheckRuntimeSupport, NamesTheOpAndTheWayOut) {
  const Op op{.kind = OpKind::kFullyConnected, .version = 12};
  EXPECT_THAT(ErrorOf(op, "2.9.0"),
              testing::HasSubstr("m: op 0 (FULLY_CONNECTED) has version 12; "
                                 "TFLite 2.9.0 runs versions 1 to 9"));
  EXPECT_EQ(ErrorOf(op, "2.16.1"), "no error");
  EXPECT_THAT(ErrorOf({.kind = OpKind::kFullyConnected, .version = 0}, "2.9.0"),
              testing::HasSubstr("has version 0"));
  EXPECT_THAT(ErrorOf({.kind = OpKind::kBroadcastTo, .version = 1}, "2.9.0"),
              testing::HasSubstr("TFLite 2.9.0 runs versions 2 to 3"));
  EXPECT_THAT(
      ErrorOf({.kind = static_cast<OpKind>(158)}, "2.9.0"),
      testing::HasSubstr("SIGN) has version 1; TFLite 2.9.0 runs none"));
}

TEST(CheckRuntimeSupport, RefusesCustomOperators) {
  EXPECT_THAT(ErrorOf({.kind = OpKind::kCustom, .custom_code = "My"}, "2.16.1"),
              testing::HasSubstr("op 0 (My) is a custom operator"));
}

}  // namespace
}  // namespace coralline
