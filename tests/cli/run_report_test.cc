// What `run` prints, from values: what varies on a real run, or is rare.

#include "coralline/cli/run_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "coralline/cli/duration_option.h"
#include "coralline/cli/run_live_text.h"
#include "tests/trace_schema.h"

namespace coralline::cli {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Json = nlohmann::ordered_json;

Histogram Times(int count, std::chrono::nanoseconds time) {
  Histogram histogram;
  for (int i = 0; i < count; ++i) histogram.Record(time);
  return histogram;
}

ReplicaStats MakeReplica(int device, std::chrono::nanoseconds time) {
  return {.device = device,
          .description = "edgetpu-pcie #" + std::to_string(device),
          .predicted = 1ms,
          .busy = Times(100, time),
          .hop = Times(100, 7us),
          .waiting = 50ms,
          .emulation = EmulationStats{.simulated = 1ms}};
}

// Two stages, the second on two devices; 200 results in 250 ms.
RunReport MakeReport() {
  RunReport report{.model = "net",
                   .plan_origin = "simulated",
                   .class_names = {"edgetpu-pcie", "edgetpu-pcie"},
                   .is_emulated = {true, true, true, true}};
  report.plan.stages = {
      {.segment = OpRange(0, 3), .replicas = 1},
      {.segment = OpRange(3, 5), .device_class = 0, .replicas = 2}};
  report.plan.period = 1ms;
  RunStats& stats = report.stats;
  stats.requests = 200;
  stats.wall = 250ms;
  stats.throughput_rps = 800;
  stats.latency = Times(200, 4ms);
  stats.stages.resize(2);
  stats.stages[0].replicas = {MakeReplica(0, 1ms)};
  stats.stages[1].replicas = {MakeReplica(1, 2ms), MakeReplica(2, 2ms)};
  return report;
}

PipelineEvent Deployed() {
  return {.at = 1200ms, .kind = EventKind::kDeployed, .text = "now 1 stage"};
}

void MakeUnstable(RunStats& stats) {
  ThroughputWindows::Clock::time_point now;
  for (int i = 0; i < 30; ++i) {
    stats.windows.Add(8, now += i % 2 == 0 ? 1ms : 2ms);
  }
}

TEST(RunText, ComparesWhatWasPredictedWithWhatWasAchieved) {
  const std::string text = RunText(MakeReport());
  EXPECT_THAT(
      text,
      AllOf(HasSubstr("net: 2 stages on 3 devices, 200 requests in 250 ms, "
                      "emulated in wall-clock time\n"),
            HasSubstr("throughput  800.0 requests/s, 1000.0 predicted "
                      "(simulated): -20.0 %\n"),
            HasSubstr("latency     median 4.0"), HasSubstr("7.00 us"),
            HasSubstr("ops 0-2  edgetpu-pcie #0"), Not(HasSubstr("measured")),
            Not(HasSubstr("warning")), Not(HasSubstr("answers"))));
}

TEST(RunText, TellsWhatWentWrong) {
  RunReport report = MakeReport();
  report.stats.failed = 3;
  report.stats.expired = 2;
  report.stats.rerun = 4;
  report.stats.stopped = true;
  report.stats.events = {Deployed()};
  // The ops of the stages are known no longer.
  EXPECT_THAT(RunText(report),
              AllOf(HasSubstr("answers     195 done, 3 failed, 2 expired, 4 "
                              "run again after a fault\n"),
                    HasSubstr("predicted of the first plan"),
                    HasSubstr("1.20 s  now 1 stage\n"),
                    HasSubstr("(interrupted)"), Not(HasSubstr("ops 0-2"))));
}

TEST(RunText, WarnsOfAnUnstableRun) {
  RunReport report = MakeReport();
  MakeUnstable(report.stats);
  EXPECT_THAT(RunText(report),
              AllOf(HasSubstr("warning: unstable: over 29 windows of the run "
                              "the throughput varies by 34.3 %"),
                    HasSubstr("run longer with --duration")));
  EXPECT_EQ(Json::parse(RunJson(report))["unstable"], true);
}

TEST(RunText, TellsOfARunThatLostEveryDevice) {
  RunReport report = MakeReport();
  report.stats.stages.clear();
  report.stats.error = Error(ErrorKind::kDevice, "no device is left");
  EXPECT_THAT(RunText(report),
              AllOf(HasSubstr("0 stages on 0 devices"), HasSubstr("emulated")));
  const Json json = Json::parse(RunJson(report));
  EXPECT_EQ(json["error"], "no device is left");
  EXPECT_EQ(json["stages"], Json::array());
  EXPECT_EQ(json["origin"], "emulated");
}

TEST(RunJson, HasAStageWithItsReplicas) {
  const Json json = Json::parse(RunJson(MakeReport()));
  EXPECT_EQ(json["predicted"]["achieved"], 0.8);
  EXPECT_EQ(json["predicted"]["stages"][1]["replicas"], 2);
  const Json& stage = json["stages"][1];
  EXPECT_EQ(stage["count"], 200);
  EXPECT_EQ(stage["ops"], Json({3, 4}));
  EXPECT_EQ(stage["busy_ns"], 400'000'000);
  EXPECT_EQ(stage["waiting_for_input_ns"], 100'000'000);
  ASSERT_EQ(stage["replicas"].size(), 2U);
  EXPECT_EQ(stage["replicas"][1]["number"], 2);
  EXPECT_EQ(stage["replicas"][1]["predicted_ns"], 1'000'000);
  EXPECT_EQ(stage["replicas"][1]["temperature_c"], nullptr);
}

TEST(RunCsv, HasTheSameColumnsInEachRow) {
  RunReport report = MakeReport();
  report.stats.stages[0].replicas[0].description = "odd \"name\"";
  report.stats.stages[1].replicas[1].temperature = 41.25;
  std::istringstream csv(RunCsv(report));
  std::vector<std::string> rows;
  for (std::string row; std::getline(csv, row);) rows.push_back(row);
  ASSERT_EQ(rows.size(), 5U);
  for (const std::string& row : rows) {
    EXPECT_EQ(std::count(row.begin(), row.end(), ','), 19) << row;
  }
  EXPECT_THAT(rows[1], HasSubstr("0,\"ops 0-2\",0,\"odd \"\"name\"\"\",emul"));
  EXPECT_THAT(rows[3], testing::EndsWith(",41.2"));
  EXPECT_THAT(rows[4],
              HasSubstr("all,,,\"net\",emulated,200,800.000,1000.000,4000.0"));
}

// Two requests, the second of which runs again on one stage.
RunReport MakeTracedReport() {
  RunReport report = MakeReport();
  report.trace = {{.request = 5, .device = 0, .start = 1us, .end = 4us},
                  {.request = 6, .device = 0, .start = 4us, .end = 7us},
                  {5, 1, 2, 6us, 8us},
                  {.request = 6, .device = 3, .start = 20us, .end = 30us}};
  return report;
}

TEST(RunTrace, HasTracksForStagesDevicesQueuesAndEvents) {
  RunReport report = MakeTracedReport();
  report.stats.events = {Deployed()};
  const Json trace = Json::parse(RunTraceJson(report));
  EXPECT_THAT(TraceSchema::ProblemsOf(trace), IsEmpty());
  EXPECT_THAT(TraceNames(trace, "process_name"),
              ElementsAre("net: events, emulated", "net: stages, emulated",
                          "net: queues, emulated", "net: devices, emulated"));
  EXPECT_THAT(
      TraceNames(trace, "thread_name"),
      ElementsAre("faults and deployments", "stage 0, device 0",
                  "stage 0, device 3", "stage 1, device 2",
                  "device 0: edgetpu-pcie #0, emulated",
                  "device 1: edgetpu-pcie #1, emulated",
                  "device 2: edgetpu-pcie #2, emulated", "device 3, emulated"));
  EXPECT_EQ(CountEvents(trace, "X"), 8);
  EXPECT_EQ(CountEvents(trace, "X", "request 5"), 2);
  EXPECT_EQ(CountEvents(trace, "s"), 2);
  EXPECT_EQ(CountEvents(trace, "i", "now 1 stage"), 1);
  // At the start, and when request 5 comes and goes.
  EXPECT_EQ(CountEvents(trace, "C", "queue before stage 1"), 3);
  EXPECT_EQ(trace["otherData"]["origin"], "emulated");
  EXPECT_EQ(trace["otherData"]["truncated"], false);
}

TEST(RunTrace, HoldsTheFirstInferencesOfAllDevices) {
  RunReport report = MakeTracedReport();
  report.trace_capacity = 2;
  const Json trace = Json::parse(RunTraceJson(report));
  EXPECT_THAT(TraceSchema::ProblemsOf(trace), IsEmpty());
  EXPECT_EQ(trace["otherData"]["truncated"], true);
  EXPECT_EQ(CountEvents(trace, "X"), 4);
  EXPECT_EQ(CountEvents(trace, "X", "request 6"), 1);
  EXPECT_EQ(CountEvents(trace, "s"), 0);
}

TEST(RunTrace, MayBeEmpty) {
  for (const RunReport& report : {RunReport{}, MakeReport()}) {
    const Json trace = Json::parse(RunTraceJson(report));
    EXPECT_THAT(TraceSchema::ProblemsOf(trace), IsEmpty());
    EXPECT_EQ(CountEvents(trace, "X"), 0);
  }
}

TEST(RunTrace, NamesStagesByTheirOpsUntilTheyChange) {
  RunReport report = MakeTracedReport();
  report.is_emulated.clear();
  const Json trace = Json::parse(RunTraceJson(report));
  EXPECT_THAT(TraceNames(trace, "process_name"),
              Contains("net: stages, measured"));
  EXPECT_THAT(TraceNames(trace, "thread_name"),
              Contains("stage 1: ops 3-4, device 2"));
}

TEST(RunLive, ShowsWhatWasDoneBetweenTwoSamples) {
  LiveSample before;
  before.stats.stages = MakeReport().stats.stages;
  before.stats.done = 200;
  LiveSample now = before;
  now.time += 1s;
  now.stats.done = 300;
  now.stats.accepted = 316;
  StageStats& stage = now.stats.stages[1];
  stage.queue = 3;
  stage.replicas[0].temperature = 61.5;
  for (ReplicaStats& replica : stage.replicas) {
    for (int i = 0; i < 50; ++i) replica.busy.Record(10ms);
  }
  ASSERT_TRUE(AreComparable(before, now));
  const auto lines = LiveLines(before, now);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0], "100.0 requests/s, 300 done, 16 inside");
  EXPECT_THAT(lines[2], HasSubstr("0.0"));
  EXPECT_THAT(lines[3], AllOf(HasSubstr("100.0"), HasSubstr(" 3 "),
                              HasSubstr("50 %"), HasSubstr("62 C, simulated"),
                              HasSubstr("edgetpu-pcie #1 and 1 more")));
  // Neither after a reset nor with other devices.
  EXPECT_FALSE(AreComparable(now, before));
  now.stats.stages[0].replicas[0].device = 7;
  EXPECT_FALSE(AreComparable(before, now));
}

TEST(Duration, HasAUnitOrTheOptions) {
  EXPECT_EQ(ParseDuration("250ms", 1s), 250ms);
  EXPECT_EQ(ParseDuration("1.5 s", 1ms), 1500ms);
  EXPECT_EQ(ParseDuration("30", 1ms), 30ms);
  EXPECT_EQ(ParseDuration("0", 1s), 0s);
  for (const char* text : {"", "s", "-1s", "3 h", "1e30s", "nan", "5ms "}) {
    EXPECT_THROW(ParseDuration(text, 1s), Error) << text;
  }
}

}  // namespace
}  // namespace coralline::cli
