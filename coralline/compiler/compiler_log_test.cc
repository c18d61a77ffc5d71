#include "coralline/compiler/compiler_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coralline {
namespace {

using testing::ElementsAre;

// As version 16 prints it with -s.
constexpr const char* kOutput =
    "Edge TPU Compiler version 16.0.384591198\n"
    "Started a compilation timeout timer of 180 seconds.\n"
    "\n"
    "Model compiled successfully in 2019 ms.\n"
    "\n"
    "Input model: fc.tflite\n"
    "Input size: 8.05MiB\n"
    "Output model: fc_edgetpu.tflite\n"
    "Output size: 8.12MiB\n"
    "On-chip memory used for caching model parameters: 5.34MiB\n"
    "On-chip memory remaining for caching model parameters: 2.41MiB\n"
    "Off-chip memory used for streaming uncached model parameters: 512.50KiB\n"
    "Number of Edge TPU subgraphs: 1\n"
    "Total number of operations: 7\n"
    "Operation log: fc_edgetpu.log\n"
    "\n"
    "Operator                       Count      Status\n"
    "\n"
    "FULLY_CONNECTED                5          Mapped to Edge TPU\n"
    "SUB                            2          Operation is working on an "
    "unsupported data type\n"
    "Compilation child process completed within timeout period.\n"
    "Compilation succeeded! \n";

TEST(ParseCompilerLog, ReadsStandardOutput) {
  const auto log = ParseCompilerLog(kOutput);
  ASSERT_TRUE(log);
  EXPECT_EQ(log->compiler_version, "16.0.384591198");
  ASSERT_TRUE(log->placement);
  EXPECT_EQ(log->placement->cached_bytes, 5'599'396);  // 5.34 * 2^20
  EXPECT_EQ(log->placement->remaining_bytes, 2'527'068);
  EXPECT_EQ(log->placement->streamed_bytes, 524'800);
  EXPECT_EQ(log->num_subgraphs, 1);
  EXPECT_EQ(log->num_ops, 7);
  EXPECT_THAT(
      log->operators,
      ElementsAre(
          LoggedOperator{"FULLY_CONNECTED", 5, "Mapped to Edge TPU"},
          LoggedOperator{"SUB", 2,
                         "Operation is working on an unsupported data type"}));
  EXPECT_EQ(log->num_cpu_ops(), 2);
}

TEST(ParseCompilerLog, ReadsALogFileWhichDoesNotTellOfMemory) {
  const auto log = ParseCompilerLog(
      "Edge TPU Compiler version 2.0.267685300\r\n"
      "Input: ssd.tflite\r\n"
      "Output: ssd_edgetpu.tflite\r\n"
      "\r\n"
      "Operator                       Count      Status\r\n"
      "\r\n"
      "CONV_2D                        61         Mapped to Edge TPU\r\n"
      "CUSTOM                         1          Operation is working on an "
      "unsupported data type\r\n");
  ASSERT_TRUE(log);
  EXPECT_EQ(log->compiler_version, "2.0.267685300");
  EXPECT_FALSE(log->placement);
  EXPECT_EQ(log->num_subgraphs, 0);
  EXPECT_EQ(log->num_ops, 62);
  EXPECT_EQ(log->num_cpu_ops(), 1);
}

TEST(ParseCompilerLog, ReadsTheMemoryOfOldVersions) {
  const auto log = ParseCompilerLog(
      "Edge TPU Compiler version 2.0.291256449\n"
      "On-chip memory available for caching model parameters: 6.00MiB\n"
      "On-chip memory used for caching model parameters: 4.50MiB\n"
      "Off-chip memory used for streaming uncached model parameters: 0.00B\n");
  ASSERT_TRUE(log && log->placement);
  EXPECT_EQ(log->placement->cached_bytes, 9 << 19);
  EXPECT_EQ(log->placement->remaining_bytes, 3 << 19);
  EXPECT_EQ(log->placement->streamed_bytes, 0);
}

TEST(ParseCompilerLog, KnowsAllUnits) {
  const auto cached = [](const std::string& size) {
    const auto log = ParseCompilerLog(
        "On-chip memory used for caching model parameters: " + size);
    return log ? log->placement->cached_bytes : -1;
  };
  EXPECT_EQ(cached("17.00B"), 17);
  EXPECT_EQ(cached("1.50KiB"), 1536);
  EXPECT_EQ(cached("0.25MiB"), 1 << 18);
  EXPECT_EQ(cached("1.00GiB"), 1 << 30);
  for (const char* wrong : {"", "MiB", "-1.00B", "1.00", "1.00 TiB", "nanB",
                            "infMiB", "1e300GiB", "1.00MiB."}) {
    EXPECT_EQ(cached(wrong), -1) << wrong;
  }
}

TEST(ParseCompilerLog, TakesNoOtherText) {
  for (const char* text :
       {"", "\n\n", "hello", "Edge TPU Compiler version 16.0.384591198\n",
        "Operator Count Status\n", "Operator Count Status\nCONV_2D many x\n",
        "Number of Edge TPU subgraphs: 1\n"}) {
    EXPECT_FALSE(ParseCompilerLog(text)) << text;
  }
}

TEST(ParseCompilerLog, IsNotMisledByHugeCounts) {
  const auto log = ParseCompilerLog(
      "Operator Count Status\n"
      "ADD 2147483647 Mapped to Edge TPU\n"
      "SUB 2147483647 Mapped to Edge TPU\n"
      "MUL 99999999999 Mapped to Edge TPU\n");
  ASSERT_TRUE(log);
  EXPECT_EQ(log->operators.size(), 2U);
  EXPECT_EQ(log->num_ops, 2147483647);
}

TEST(CompilerVersionIn, IsThatOfTheVersionLine) {
  EXPECT_EQ(CompilerVersionIn(kOutput), "16.0.384591198");
  EXPECT_EQ(CompilerVersionIn("Edge TPU Compiler version \n"), "");
  EXPECT_EQ(CompilerVersionIn("gcc 12.2.0\n"), "");
}

TEST(CompilerErrorText, IsTheCompilersReason) {
  const std::string version = "Edge TPU Compiler version 16.0.384591198\n";
  EXPECT_EQ(CompilerErrorText(version + "\nInternal compiler error. Aborting! "
                                        "\n"),
            "Internal compiler error. Aborting!");
  EXPECT_EQ(CompilerErrorText(version + "Compilation failed: Compilation "
                                        "failed due to large activation "
                                        "tensors in model.\n"),
            "Compilation failed: Compilation failed due to large activation "
            "tensors in model.");
  EXPECT_EQ(
      CompilerErrorText(version +
                        "ERROR: :61 op_context.input->type == kTfLiteUInt8 "
                        "was not true.\n"
                        "ERROR: Node number 0 (QUANTIZE) failed to prepare.\n"
                        "\n"
                        "Compilation failed: Model failed in Tflite "
                        "interpreter.\n"),
      "Compilation failed: Model failed in Tflite interpreter. (ERROR: :61 "
      "op_context.input->type == kTfLiteUInt8 was not true.)");
  EXPECT_EQ(CompilerErrorText("Invalid model: float.tflite\n"
                              "Model not quantized\n"),
            "Model not quantized");
  EXPECT_EQ(CompilerErrorText("ERROR: Unknown command line flag 'q'\n"),
            "ERROR: Unknown command line flag 'q'");
  EXPECT_EQ(CompilerErrorText(kOutput), "");
  EXPECT_EQ(CompilerErrorText(""), "");
}

TEST(CompilerErrorText, IsOneShortLineOfPlainText) {
  const std::string text =
      CompilerErrorText("ERROR: \x1b[31m\xff" + std::string(1000, 'x'));
  EXPECT_EQ(text.substr(0, 14), "ERROR: ?[31m?x");
  EXPECT_EQ(text.size(), 303U);
}

}  // namespace
}  // namespace coralline
