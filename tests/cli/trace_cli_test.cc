// --trace of `simulate` and `run`: what Perfetto and chrome://tracing open.

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

#include "tests/cli/cli_fixture.h"
#include "tests/trace_schema.h"

namespace coralline {
namespace {

using Json = TraceSchema::Json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class TraceCli : public Cli {
 protected:
  TraceCli() { Run("generate fc --width 1200 -o fc.tflite"); }

  // Runs the command, which is expected to end with this status, and checks
  // what it wrote.
  Json TraceOf(const std::string& command, int status = 0) {
    const Result result = Run(command + " --trace t.json");
    EXPECT_EQ(result.status, status) << command << "\n" << result.output;
    const Json trace = Json::parse(std::ifstream(folder_ / "t.json"));
    EXPECT_THAT(TraceSchema::ProblemsOf(trace), IsEmpty()) << command;
    return trace;
  }

  Json TraceOfRun(int devices, const std::string& options, int status = 0) {
    return TraceOf("run fc.tflite --no-cache --devices emulated:edgetpu-pcie:" +
                       std::to_string(devices) + " " + options,
                   status);
  }
};

// Of the slices of one name, on all tracks.
double TotalMs(const Json& trace, const std::string& name) {
  double us = 0;
  for (const Json& event : trace["traceEvents"]) {
    if (event["ph"] == "X" && event["name"] == name) {
      us += event["dur"].get<double>();
    }
  }
  return us / 1e3;
}

TEST_F(TraceCli, SimulateFollowsRequestsThroughStagesAndQueues) {
  const Json trace = TraceOf("simulate fc.tflite --stages 3 --batch 20");
  EXPECT_THAT(TraceNames(trace, "process_name"),
              ElementsAre("fc: stages, simulated", "fc: queues, simulated",
                          "fc: devices, simulated"));
  EXPECT_THAT(TraceNames(trace, "thread_name"),
              AllOf(Contains(HasSubstr("stage 2: ops ")),
                    Contains("device 1: edgetpu-pcie, simulated, stage 1")));
  EXPECT_EQ(CountEvents(trace, "X", "request 7"), 3);
  EXPECT_EQ(CountEvents(trace, "s"), 20);
  EXPECT_EQ(CountEvents(trace, "t"), 20);
  EXPECT_EQ(CountEvents(trace, "f"), 20);
  EXPECT_EQ(CountEvents(trace, "X", "input"), 3 * 20);
  EXPECT_GE(CountEvents(trace, "C", "queue before stage 2"), 1);
  EXPECT_EQ(trace["otherData"]["truncated"], false);
}

TEST_F(TraceCli, SimulatedPartsTakeWhatTheReportSays) {
  const Json trace = TraceOf("simulate fc.tflite --stages 2 --batch 10");
  const Json report = Json::parse(
      Run("simulate fc.tflite --stages 2 --batch 10 --json").stdout_only);
  for (const std::string part : {"input", "compute", "streaming", "output"}) {
    double ms = 0;
    for (const Json& segment : report["segments"]) {
      ms += 10 * segment[part + "_ms"].get<double>();
    }
    // A slice is written up to 2 ns shorter.
    EXPECT_NEAR(TotalMs(trace, part), ms, 20 * 2e-6) << part;
  }
}

TEST_F(TraceCli, SimulateShowsWhoHoldsLinksAndTheHost) {
  const Json shared = TraceOf(
      "simulate fc.tflite --stages 4 --devices-per-link 2 --host python");
  EXPECT_THAT(
      TraceNames(shared, "thread_name"),
      AllOf(Contains("host lock: python"), Contains("link 0: stages 0, 1"),
            Contains("link 1: stages 2, 3")));
  // To the device and back, and two halves of the host's lock.
  EXPECT_EQ(CountEvents(shared, "X", "stage 3"), 4 * 100);
  const Json pycoral = TraceOf("simulate fc.tflite --stages 4 --host pycoral");
  EXPECT_THAT(TraceNames(pycoral, "process_name"),
              Not(Contains(HasSubstr("links"))));
}

TEST_F(TraceCli, SimulateHasATrackForEachReplica) {
  Run("generate conv --width 64 --size 32 -o conv.tflite");
  Run("plan conv.tflite --count 4 -o plan.json");
  const Json trace = TraceOf("simulate conv.tflite --plan plan.json");
  const auto names = TraceNames(trace, "thread_name");
  EXPECT_EQ(std::count_if(
                names.begin(), names.end(),
                [](const auto& name) { return name.rfind("device ", 0) == 0; }),
            4);
  EXPECT_THAT(names, Contains(HasSubstr(", replica 1")));
  Run("plan fc.tflite --count 4 --max-replicas 1 --devices-per-link 4 "
      "-o shared.json");
  EXPECT_THAT(TraceNames(TraceOf("simulate fc.tflite --plan shared.json"),
                         "thread_name"),
              Contains(HasSubstr("link 0: ")));
}

TEST_F(TraceCli, SimulateTakesASingleRequest) {
  const Json whole = TraceOf("simulate fc.tflite --batch 1");
  EXPECT_EQ(CountEvents(whole, "s"), 0);  // a single slice leads nowhere
  EXPECT_EQ(
      CountEvents(TraceOf("simulate fc.tflite --batch 1 --stages 5"), "t"), 3);
}

TEST_F(TraceCli, SimulateCutsLongTracesOff) {
  const Result result =
      Run("simulate fc.tflite --stages 5 --batch 30000 --trace t.json");
  EXPECT_THAT(result.output,
              HasSubstr("t.json: holds the first 100000 inferences only"));
  std::ifstream file(folder_ / "t.json");
  std::string last;
  int slices = 0;
  for (std::string line; std::getline(file, line); last = line) {
    if (line.find("\"name\":\"request ") != std::string::npos) ++slices;
  }
  EXPECT_EQ(slices, 100'000);
  EXPECT_THAT(last, HasSubstr("\"truncated\":true"));
}

TEST_F(TraceCli, RunFollowsRequestsThroughStagesAndQueues) {
  const Json trace = TraceOfRun(3, "--stages 3 --requests 40 --warmup 3");
  EXPECT_THAT(TraceNames(trace, "process_name"),
              ElementsAre("fc: stages, emulated", "fc: queues, emulated",
                          "fc: devices, emulated"));
  EXPECT_THAT(TraceNames(trace, "thread_name"),
              AllOf(Contains(HasSubstr("stage 2: ops ")),
                    Contains("device 1: edgetpu-pcie #1, emulated")));
  EXPECT_EQ(CountEvents(trace, "X"), 2 * 3 * 43);
  EXPECT_EQ(CountEvents(trace, "X", "request 42"), 3);
  EXPECT_EQ(CountEvents(trace, "s"), 43);
  EXPECT_EQ(CountEvents(trace, "t"), 43);
  EXPECT_EQ(CountEvents(trace, "f"), 43);
  EXPECT_GE(CountEvents(trace, "C", "queue before stage 2"), 43);
  EXPECT_EQ(CountEvents(trace, "C", "queue before stage 0"), 0);
  EXPECT_EQ(trace["otherData"]["truncated"], false);
}

TEST_F(TraceCli, RunShowsWhatALostDeviceChanged) {
  const Json trace = TraceOfRun(
      3, "--stages 3 --requests 200 --fault device=1,at=50,kind=lost");
  EXPECT_THAT(TraceNames(trace, "process_name"),
              Contains("fc: events, emulated"));
  EXPECT_GE(CountEvents(trace, "i"), 2);
  // The lost device keeps its track, and every request ran to its end.
  EXPECT_THAT(TraceNames(trace, "thread_name"),
              Contains("device 1: edgetpu-pcie #1, emulated"));
  for (int request = 0; request < 220; ++request) {
    EXPECT_GE(CountEvents(trace, "X", "request " + std::to_string(request)), 1);
  }
}

TEST_F(TraceCli, RunHasALaneForEachReplica) {
  Run("generate conv --width 64 --size 32 -o conv.tflite");
  Run("plan conv.tflite --count 4 -o plan.json");
  const Json trace = TraceOf(
      "run conv.tflite --plan plan.json --no-cache --requests 30 --warmup 0");
  std::set<std::string> lanes;
  for (const std::string& name : TraceNames(trace, "thread_name")) {
    if (name.rfind("stage ", 0) == 0) lanes.insert(name);
  }
  EXPECT_EQ(lanes.size(), 4U);
}

TEST_F(TraceCli, RunWritesWhatItHasWhereAllFails) {
  const Json trace =
      TraceOfRun(1, "--requests 20 --fault device=0,at=0,kind=lost", 4);
  EXPECT_EQ(CountEvents(trace, "X"), 0);
  EXPECT_GE(CountEvents(trace, "i"), 1);
}

TEST_F(TraceCli, RunOnCoresIsMeasured) {
  if (!CanExecute()) GTEST_SKIP() << "no TFLite library";
  const Json trace = TraceOf(
      "run fc.tflite --stages 2 --devices cpu:0,cpu:0 --no-cache --requests 20 "
      "--warmup 0");
  EXPECT_THAT(TraceNames(trace, "process_name"),
              Contains("fc: devices, measured"));
  EXPECT_THAT(TraceNames(trace, "thread_name"),
              Contains(HasSubstr(", measured")));
}

}  // namespace
}  // namespace coralline
