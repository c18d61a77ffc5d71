// What `profile` prints, from values: drift and temperatures are rare.

#include "coralline/cli/profile_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coralline::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

SegmentProfile Measured(int op, std::chrono::nanoseconds latency) {
  return {.segment = {{op}},
          .latency = latency,
          .low = latency - 1us,
          .high = latency + 1us,
          .first = 9ms,
          .runs = 40};
}

Profile TwoSegments() {
  Profile profile{.model = "reef", .device = "edgetpu:pci:0"};
  profile.Add(Measured(0, 1ms));
  profile.Add(Measured(1, 2ms));
  return profile;
}

TEST(ProfileText, SaysNothingOfDriftWhereThereIsNone) {
  Profile profile = TwoSegments();
  profile.segments[0].drift = 0.01;
  EXPECT_EQ(ProfileText(profile, {.measured = 2}),
            "reef on edgetpu:pci:0: 2 segments, 2 measured now\n"
            "ops   latency  interval   drift    first  runs  origin\n"
            "op 0  1.00 ms     0.2 %  +1.0 %  9.00 ms    40  measured\n"
            "op 1  2.00 ms     0.1 %       -  9.00 ms    40  measured\n");
}

TEST(ProfileText, NamesTheSegmentThatDriftedMost) {
  Profile profile = TwoSegments();
  profile.segments[0].drift = -0.03;
  profile.segments[1].drift = 0.07;
  EXPECT_THAT(ProfileText(profile, {}),
              HasSubstr("drift: 2 of 2 segments changed by more than 2 % while "
                        "they were measured, op 1 by +7.0 %; measure again "
                        "with --remeasure"));
}

TEST(ProfileText, GivesTheRangeOfTemperatures) {
  Profile profile = TwoSegments();
  profile.segments[0].start_celsius = 45;
  profile.segments[0].end_celsius = 61;
  profile.segments[1].start_celsius = 50;
  EXPECT_THAT(ProfileText(profile, {}), HasSubstr("temperature: 45 to 61 C\n"));
}

TEST(ProfileText, ComparesTheSameSegmentEarlyAndLate) {
  ProfileRun run{.early = Measured(0, 1000us), .late = Measured(0, 1050us)};
  EXPECT_THAT(
      ProfileText(TwoSegments(), run),
      HasSubstr("op 0 again at the end: 1.05 ms instead of 1.00 ms, +5.0 %"));
  run.late->low = 1000us;  // chance may explain it
  EXPECT_THAT(ProfileText(TwoSegments(), run), Not(HasSubstr("again")));
  run.late = Measured(0, 1010us);  // not notable
  EXPECT_THAT(ProfileText(TwoSegments(), run), Not(HasSubstr("again")));
}

}  // namespace
}  // namespace coralline::cli
