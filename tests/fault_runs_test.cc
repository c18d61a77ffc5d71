// Random faults on emulated devices: each request must be answered exactly
// once, in order and bit-exact, or with an error while no device is left.
// CORALLINE_FAULT_RUNS: how many runs; CORALLINE_FAULT_SEED: the first one's
// seed. A run's faults and requests are its seed's, not who runs when: a
// machine under load may make inferences exceed the watchdog as well, which
// must cost time alone.

#include "coralline/device/testing.h"
#include "tests/fault_run.h"

namespace coralline {
namespace {

using namespace fault_runs;

TEST(FaultRuns, AnswerEachRequestOnceAndRight) {
  if (!testing_util::CanExecute()) GTEST_SKIP() << "no TFLite library";
  const std::uint64_t first = NumberFrom("CORALLINE_FAULT_SEED", 0);
  const std::uint64_t num_runs = NumberFrom("CORALLINE_FAULT_RUNS", 60);
  Report report;
  for (std::uint64_t seed = first; seed < first + num_runs; ++seed) {
    Random random(seed);
    RunSetup setup = RandomSetup(random);
    FaultRun run(std::move(setup), random, report);
    SCOPED_TRACE(
        fmt::format("CORALLINE_FAULT_SEED={}: {}", seed, run.Faults()));
    run.Run();
  }
  report.Print();
  if (num_runs < 20) return;  // some, to be repeated
  for (const char* kind : {"fail", "stall", "slow", "lost", "lost and back"}) {
    EXPECT_GT(report.fired[kind], 0) << kind;
  }
  EXPECT_GT(report.runs_without_device, 0);
  ASSERT_FALSE(report.recoveries.empty());
  EXPECT_LT(report.Recovery(50), 2 * kWatchdog);
}

}  // namespace
}  // namespace coralline
