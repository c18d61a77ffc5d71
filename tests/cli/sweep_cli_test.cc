// sweep, as a user runs it.

#include <algorithm>

#include "tests/cli/cli_fixture.h"

namespace coralline {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class SweepCli : public Cli {
 protected:
  SweepCli() { Run("generate fc --width 2620 -o fc.tflite"); }

  std::string Content(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(folder_ / name).rdbuf();
    return text.str();
  }

  void ExpectError(const std::string& arguments, int status,
                   const std::string& text) {
    const Result result = Run("sweep " + arguments);
    EXPECT_EQ(result.status, status) << arguments;
    EXPECT_THAT(result.output, HasSubstr(text));
  }
};

TEST_F(SweepCli, ShowsEveryCellAndWhatItMeans) {
  Run("generate fc --width 500 -o small.tflite");
  ExpectGolden("sweep", "sweep fc.tflite small.tflite --counts 1-3");
  ExpectGolden("sweep_csv",
               "sweep fc.tflite --counts 1,4 --strategies all --csv");
  ExpectGolden("sweep_json",
               "sweep fc.tflite --counts 3,4 --strategies optimal,compiler "
               "--json --objective latency --host python");
}

// As `plan` has it, for the same model, devices and method.
TEST_F(SweepCli, AgreesWithPlan) {
  const Result sweep = Run("sweep fc.tflite --counts 4 --csv");
  for (const char* strategy : {"optimal", "equal-layers", "balanced"}) {
    const std::string plan = Run("plan fc.tflite --count 4 --json --strategy " +
                                 std::string(strategy))
                                 .stdout_only;
    const std::string name = "\"period_ns\": ";
    const std::size_t begin = plan.find(name) + name.size();
    const std::string period =
        plan.substr(begin, plan.find(',', begin) - begin);
    const std::size_t line = sweep.output.find(std::string(",4,") + strategy);
    ASSERT_NE(line, std::string::npos) << strategy;
    EXPECT_THAT(sweep.output.substr(line, sweep.output.find('\n', line) - line),
                HasSubstr("," + period + ","))
        << strategy;
  }
}

TEST_F(SweepCli, PlansNetworksOfTheZoo) {
  const Result result = Run("sweep resnet50 fc.tflite --counts 2 --csv");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output, AllOf(HasSubstr("\nresnet50,"), HasSubstr("\nfc,"),
                                   HasSubstr(",simulated,2,optimal,2,2,")));
}

TEST_F(SweepCli, GoesOnWhereItStopped) {
  const std::string sweep = "sweep fc.tflite --counts 1-8 --csv";
  const std::string whole = Run(sweep + " -o rows.jsonl").output;
  const std::string rows = Content("rows.jsonl");
  ASSERT_EQ(std::count(rows.begin(), rows.end(), '\n'), 1 + 8 * 5);
  // Killed within its 17th row.
  std::size_t at = 0;
  for (int line = 0; line < 17; ++line) at = rows.find('\n', at) + 1;
  Write("rows.jsonl", rows.substr(0, at + 20));
  const Result rest = Run(sweep + " -o rows.jsonl");
  EXPECT_EQ(rest.status, 0);
  EXPECT_EQ(rest.stdout_only, whole);
  EXPECT_THAT(rest.output, HasSubstr("16 of its 16 rows are of this sweep, 24 "
                                     "are new; its last line was torn"));
  EXPECT_EQ(Content("rows.jsonl").size(), rows.size());
  // A part of it takes nothing new.
  const Result part = Run("sweep fc.tflite --counts 2 --csv -o rows.jsonl");
  EXPECT_THAT(part.output, HasSubstr("5 of its 40 rows are of this sweep, 0 "
                                     "are new"));
  // Another model of the same name takes none of its rows.
  Run("generate fc --width 2621 -o fc.tflite");
  const Result other = Run("sweep fc.tflite --counts 2 --csv -o rows.jsonl");
  EXPECT_THAT(other.output, HasSubstr("0 of its 40 rows are of this sweep, 5 "
                                      "are new"));
}

// The first file that is opened then must not stand in for stderr.
TEST_F(SweepCli, WritesItsRowsWhereStderrIsClosed) {
  const std::string sweep = "sweep fc.tflite --counts 2 --csv -o rows.jsonl";
  const Result closed = Run(sweep + " 2>&- #");
  EXPECT_EQ(closed.status, 0);
  EXPECT_THAT(Run(sweep).output,
              HasSubstr("5 of its 5 rows are of this sweep, 0 are new"));
}

TEST_F(SweepCli, AnInterruptKeepsWhatIsFinished) {
  const std::string sweep =
      "sweep resnet50 resnet101 resnet152 --counts 1-16 --jobs 1 --csv";
  const Result stopped =
      Run(sweep + " -o rows.jsonl", "timeout -s INT --preserve-status 0.3");
  // A fast machine may have finished.
  ASSERT_TRUE(stopped.status == 130 || stopped.status == 0) << stopped.output;
  EXPECT_THAT(stopped.output, HasSubstr("model,ops,"));
  const Result rest = Run(sweep + " -o rows.jsonl");
  EXPECT_EQ(rest.status, 0);
  EXPECT_EQ(rest.stdout_only, Run(sweep).stdout_only);
}

TEST_F(SweepCli, RefusesAnotherSweepsFile) {
  Run("sweep fc.tflite --counts 1 -o rows.jsonl");
  ExpectError("fc.tflite --counts 1 -o rows.jsonl --host python", 2,
              "host is native there and python here");
  ExpectError("fc.tflite --counts 1 -o rows.jsonl --device edgetpu-usb2", 2,
              "device is edgetpu-pcie there and edgetpu-usb2 here");
  ExpectError("fc.tflite --counts 1 -o rows.jsonl --max-replicas 1", 2,
              "max_replicas is 16 there and 1 here");
  Write("other", "something else\n");
  ExpectError("fc.tflite --counts 1 -o other", 2, "other:1");
  ExpectError("fc.tflite --counts 1 -o no/where.jsonl", 1, "no/where.jsonl");
  EXPECT_EQ(Content("other"), "something else\n");
}

TEST_F(SweepCli, RefusesWhatMakesNoSense) {
  ExpectError("", 2, "MODELS");
  for (const char* counts : {"0-3", "8-1", "1-", "-3", "x", "1,,2", "1-65"}) {
    ExpectError(std::string("fc.tflite --counts=") + counts, 2,
                "is no number of devices from 1 to 64");
  }
  ExpectError("fc.tflite --strategies optimum", 2,
              "no strategy 'optimum'; expected one of");
  ExpectError("fc.tflite --device moon", 2, "moon");
  ExpectError("fc.tflite --device cpu:0", 2,
              "sweep answers from the simulator");
  ExpectError("fc.tflite --device edgetpu-pcie=4", 2, "--counts");
  ExpectError("fc.tflite --objective devices", 2, "--objective");
  ExpectError("fc.tflite --csv --json", 2, "--csv");
  ExpectError("resnet5", 2, "did you mean 'resnet50'?");
  ExpectError("absent.tflite", 3, "absent.tflite: no such file");
  Write("bad.tflite", "no model");
  ExpectError("fc.tflite bad.tflite --counts 1", 3, "bad.tflite");
}

// Exhaustive search has too many cuts: a row that says so.
TEST_F(SweepCli, KeepsARowWhereThereIsNoPlan) {
  const Result result =
      Run("sweep resnet50 --counts 8 --strategies exhaustive");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("no plan by exhaustive on 8: "),
                    HasSubstr("ways to cut 75 ops into 8 segments"),
                    Not(HasSubstr("How much faster"))));
}

}  // namespace
}  // namespace coralline
