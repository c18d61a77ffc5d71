// profile, as a user runs and interrupts it.

#include <sqlite3.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "coralline/profile/profile.h"
#include "tests/cli/cli_fixture.h"

namespace coralline {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr int kSegments = 15;  // of five layers
// Long enough to be caught in the middle.
constexpr const char* kSlowly =
    "profile fc.tflite --device emulated:edgetpu-pcie --all --cache c.sqlite "
    "--interval 1e-9 --segment-budget 0.2 -o p.json";
constexpr const char* kQuickly =
    "profile fc.tflite --device emulated:edgetpu-pcie --all --cache c.sqlite "
    "-o p.json";

class ProfileCli : public Cli {
 protected:
  ProfileCli() { Run("generate fc --width 200 -o fc.tflite"); }

  // Segments in the cache; 0 where there is none yet.
  int NumCached() const {
    const std::string path = folder_ / "c.sqlite";
    if (!std::filesystem::exists(path)) return 0;
    sqlite3* database = nullptr;
    sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr);
    sqlite3_busy_timeout(database, 10'000);
    int count = 0;
    const auto keep = [](void* out, int, char** values, char**) {
      *static_cast<int*>(out) = std::atoi(values[0]);
      return 0;
    };
    sqlite3_exec(database, "SELECT count(*) FROM segments", keep, &count,
                 nullptr);
    sqlite3_close(database);
    return count;
  }

  // Sends a signal once three segments are measured; returns what waitpid does.
  int Interrupt(int signal) const {
    const pid_t child = Start(kSlowly);
    int status = 0;
    while (NumCached() < 3) {
      if (waitpid(child, &status, WNOHANG) == child) return status;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    kill(child, signal);
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
  }

  void ExpectNothingIsMeasuredTwice() {
    const int cached = NumCached();
    ASSERT_GE(cached, 3);
    const Result result = Run(kQuickly);
    EXPECT_EQ(result.status, 0);
    const std::string now = cached == kSegments
                                ? "15 segments\n"
                                : "15 segments, " +
                                      std::to_string(kSegments - cached) +
                                      " measured now\n";
    EXPECT_THAT(result.output, HasSubstr(now));
    EXPECT_EQ(NumCached(), kSegments);
    EXPECT_EQ(ReadProfile(folder_ / "p.json").segments.size(), kSegments);
  }
};

TEST_F(ProfileCli, GoesOnAfterItIsKilled) {
  Interrupt(SIGKILL);
  ExpectNothingIsMeasuredTwice();
}

TEST_F(ProfileCli, WritesOnCtrlCWhatItHasAndGoesOnLater) {
  const int status = Interrupt(SIGINT);
  const int cached = NumCached();
  // A busy machine may let it end before the signal comes.
  if (cached < kSegments) {
    EXPECT_EQ(WEXITSTATUS(status), 130);
  }
  EXPECT_EQ(ReadProfile(folder_ / "p.json").segments.size(), cached);
  ExpectNothingIsMeasuredTwice();
}

TEST_F(ProfileCli, WritesASimulatedProfile) {
  const Result result =
      Run("profile fc.tflite --device edgetpu-pcie -o p.json");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("15 segments\n"), HasSubstr("ops 0-4"),
                    Not(HasSubstr("temperature"))));
  EXPECT_EQ(ReadProfile(folder_ / "p.json").segments[0].origin,
            Origin::kSimulated);
}

TEST_F(ProfileCli, MeasuresASampleAndCalibratesToIt) {
  Run("generate mobilenet_v1 --width 0.25 --size 128 -o m.tflite");
  Result result =
      Run("profile m.tflite --device emulated:edgetpu-pcie --sample 24 "
          "--segment-budget 0.05 --cache c.sqlite -o m.json");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_EQ(ReadProfile(folder_ / "m.json").segments.size(), 24U);
  // Of any order: the hash tells which is whose.
  result =
      Run("calibrate fc.tflite m.tflite --profile m.json --device "
          "edgetpu-usb3-desktop -o mine.json");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(
      result.output,
      AllOf(HasSubstr("half of the 24 segments predicted from the other half"),
            HasSubstr("not determined by these rows"),
            HasSubstr("first inferences, each measured once"),
            HasSubstr("warning: times are emulated"),
            HasSubstr("wrote mine.json")));
  result = Run("simulate m.tflite --device mine.json");
  EXPECT_EQ(result.status, 0) << result.output;
  result = Run("calibrate m.tflite --profile m.json -o mine.json --json");
  EXPECT_THAT(result.output, AllOf(HasSubstr("\"error_held_out\""),
                                   HasSubstr("\"is_measured\": false")));
}

TEST_F(ProfileCli, CalibrateSaysWhatItMisses) {
  Run("profile fc.tflite --device edgetpu-pcie -o p.json");
  const auto expect = [&](const std::string& arguments,
                          const std::string& message) {
    const Result result = Run("calibrate -o mine.json " + arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.output, HasSubstr(message));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "mine.json"));
  };
  expect("--profile p.json", "--profile needs the .tflite files");
  expect("fc.tflite --profile p.json", "15 segments to calibrate with, 20 or");
  Run("generate fc --width 201 -o other.tflite");
  expect("other.tflite --profile p.json", "p.json: of 'fc' (hash ");
  expect("fc.tflite --profile p.json --host-name x", "--host-name is for");
  expect("", "Exactly 1 option");
  Profile cpu = ReadProfile(folder_ / "p.json");
  cpu.device = "cpu:0";
  Write("cpu.json", FormatProfile(cpu));
  expect("fc.tflite --profile cpu.json", "cpu.json: a profile of cpu:0");
}

TEST_F(ProfileCli, SamplesOnlyAccelerators) {
  const Result result = Run("profile fc.tflite --device cpu:0 --sample 3");
  EXPECT_EQ(result.status, CanExecute() ? 2 : 4) << result.output;
}

}  // namespace
}  // namespace coralline
