// The command `run`: reports, and what happens when devices go wrong.

#include <pty.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/cli/cli_fixture.h"

namespace coralline {
namespace {

using Json = nlohmann::ordered_json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class RunCli : public Cli {
 protected:
  RunCli() { Run("generate fc --width 300 -o fc.tflite"); }

  // On emulated devices of one kind.
  Result RunOn(int devices, const std::string& options) {
    return Run("run fc.tflite --no-cache --devices emulated:edgetpu-pcie:" +
               std::to_string(devices) + " " + options);
  }

  // What a user sees on a terminal.
  std::string RunOnTerminal(const std::string& arguments) const {
    int terminal = -1;
    const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
      const std::string command = "cd '" + folder_.string() +
                                  "' && exec " CORALLINE_PROGRAM " " +
                                  arguments;
      execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      _exit(127);
    }
    std::string seen;
    std::array<char, 4096> buffer;
    for (ssize_t got = 0;
         (got = read(terminal, buffer.data(), buffer.size())) > 0;) {
      seen.append(buffer.data(), got);
    }
    close(terminal);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << seen;
    return seen;
  }

  std::string Content(const std::string& name) const {
    std::stringstream content;
    content << std::ifstream(folder_ / name).rdbuf();
    return content.str();
  }
};

bool HasEvent(const Json& run, const std::string& kind) {
  const auto& events = run["events"];
  return std::any_of(events.begin(), events.end(),
                     [&](const Json& event) { return event["kind"] == kind; });
}

TEST_F(RunCli, SummarisesEachStage) {
  const Result text = RunOn(3, "--stages 3 --requests 200");
  EXPECT_EQ(text.status, 0) << text.output;
  EXPECT_THAT(text.output,
              AllOf(HasSubstr("3 stages on 3 devices, 200 requests in "),
                    HasSubstr("throughput  "), HasSubstr("latency     median "),
                    HasSubstr(", p95 "), HasSubstr("\n            min "),
                    HasSubstr("hop, median"), HasSubstr("predicted"),
                    HasSubstr("edgetpu-pcie #2, emulated"),
                    HasSubstr("device times are simulated"),
                    Not(HasSubstr("answers"))));
}

TEST_F(RunCli, TellsProgramsTheSame) {
  const Result result = RunOn(2, "--stages 2 --requests 100 --json");
  EXPECT_EQ(result.status, 0) << result.output;
  const Json json = Json::parse(result.stdout_only);
  EXPECT_EQ(json["origin"], "emulated");
  EXPECT_EQ(json["requests"], 100);
  EXPECT_EQ(json["done"], 100);
  for (const char* none : {"failed", "expired", "cancelled", "rerun"}) {
    EXPECT_EQ(json[none], 0) << none;
  }
  EXPECT_EQ(json["error"], nullptr);
  EXPECT_EQ(json["events"], Json::array());
  EXPECT_GT(json["predicted"]["throughput_rps"], 0);
  EXPECT_EQ(json["predicted"]["origin"], "simulated");
  ASSERT_EQ(json["stages"].size(), 2U);
  for (const Json& stage : json["stages"]) {
    EXPECT_EQ(stage["count"], 100);
    ASSERT_EQ(stage["replicas"].size(), 1U);
    EXPECT_GT(stage["replicas"][0]["predicted_ns"], 0);
    // An emulated device is never early.
    EXPECT_GE(stage["latency_ns"]["min"], stage["emulation"]["simulated_ns"]);
    EXPECT_TRUE(stage["hop_ns"].contains("p99"));
  }
}

TEST_F(RunCli, WritesARowForEachDevice) {
  const Result result = RunOn(2, "--stages 2 --requests 40 --csv rows.csv");
  EXPECT_EQ(result.status, 0) << result.output;
  std::istringstream csv(Content("rows.csv"));
  std::string line;
  std::getline(csv, line);
  EXPECT_THAT(line, HasSubstr("stage,ops,device,description,origin,count,"));
  int rows = 0;
  for (; std::getline(csv, line); ++rows) {
    EXPECT_THAT(line, HasSubstr(",emulated,40,"));
  }
  EXPECT_EQ(rows, 3);
}

TEST_F(RunCli, RefusesAFolderThatItCannotMakeBeforeItRuns) {
  for (const std::string option : {"--trace", "--csv"}) {
    const Result result = RunOn(1, option + " /proc/cpuinfo/file");
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(
        result.output,
        AllOf(HasSubstr(option + " /proc/cpuinfo/file: cannot write to"),
              Not(HasSubstr("throughput"))));
  }
}

TEST_F(RunCli, ShowsALineForEachStageOnATerminalOrWhereItIsAskedTo) {
  const std::string run = "--stages 2 --duration 700ms ";
  const auto shows_lines =
      AllOf(HasSubstr(" done, "), HasSubstr("requests/s  queue"),
            HasSubstr("\033[4A\r\033[J"));
  EXPECT_THAT(RunOn(2, run + "--live").output, shows_lines);
  EXPECT_THAT(RunOn(2, run).output, Not(HasSubstr("\033")));
  const std::string on_terminal =
      "run fc.tflite --no-cache --devices emulated:edgetpu-pcie:2 " + run;
  EXPECT_THAT(RunOnTerminal(on_terminal), shows_lines);
  for (const std::string option : {"--no-live", "--json"}) {
    EXPECT_THAT(RunOnTerminal(on_terminal + option), Not(HasSubstr("\033")));
  }
}

TEST_F(RunCli, AnswersEveryRequestWhenADeviceIsLost) {
  if (!CanExecute()) GTEST_SKIP() << "no TFLite library";
  const Result result =
      RunOn(3,
            "--compute --fault device=1,at=50,kind=lost --requests 300 "
            "--json");
  EXPECT_EQ(result.status, 0) << result.output;
  const Json json = Json::parse(result.stdout_only);
  EXPECT_EQ(json["done"], 300);
  EXPECT_EQ(json["failed"], 0);
  EXPECT_TRUE(HasEvent(json, "device_failed")) << json["events"];
  EXPECT_TRUE(HasEvent(json, "deployed")) << json["events"];
  for (const Json& stage : json["stages"]) {
    for (const Json& replica : stage["replicas"]) {
      EXPECT_NE(replica["number"], 1);
    }
  }
  EXPECT_THAT(result.output, HasSubstr("coralline: at "));
}

TEST_F(RunCli, ReportsAndFailsWhenNoDeviceIsLeft) {
  const std::string faults =
      "--fault device=0,at=50,kind=lost --fault device=1,at=50,kind=lost ";
  const Result text = RunOn(2, "--stages 2 --duration 60 " + faults);
  EXPECT_EQ(text.status, 4) << text.output;
  EXPECT_THAT(text.output,
              AllOf(HasSubstr("throughput  "), HasSubstr("answers     "),
                    HasSubstr("emulated in wall-clock time")));
  const Result json = RunOn(2, "--stages 2 --duration 60 --json " + faults);
  EXPECT_EQ(json.status, 4);
  const Json content = Json::parse(json.stdout_only);
  EXPECT_TRUE(HasEvent(content, "no_device"));
  EXPECT_TRUE(content["error"].is_string());
  EXPECT_EQ(content["done"].get<int>() + content["failed"].get<int>(),
            content["requests"]);
}

TEST_F(RunCli, RefusesFaultsThatCannotBe) {
  EXPECT_EQ(RunOn(2, "--fault device=2,at=1,kind=lost").status, 2);
  const Result kind = RunOn(2, "--fault device=0,at=1,kind=tired");
  EXPECT_EQ(kind.status, 2);
  EXPECT_THAT(kind.output, HasSubstr("tired"));
  const Result cpu =
      Run("run fc.tflite --devices cpu --no-cache --fault "
          "device=0,at=1,kind=fail");
  EXPECT_EQ(cpu.status, 2);
  EXPECT_THAT(cpu.output, HasSubstr("emulated"));
}

TEST_F(RunCli, GivesADeviceUpThatHangs) {
  const Result result = RunOn(2,
                              "--requests 200 --watchdog 100ms --json "
                              "--fault device=0,at=30,kind=stall,for=3s");
  EXPECT_EQ(result.status, 0) << result.output;
  const Json json = Json::parse(result.stdout_only);
  EXPECT_EQ(json["done"], 200);
  EXPECT_TRUE(HasEvent(json, "device_stalled")) << json["events"];
}

TEST_F(RunCli, AnswersLateRequestsAsExpired) {
  // The device hangs for longer than they have.
  const Result result =
      RunOn(1,
            "--requests 50 --warmup 0 --watchdog 0 --timeout 20 --json "
            "--fault device=0,at=20,kind=stall,for=200ms");
  EXPECT_EQ(result.status, 0) << result.output;
  const Json json = Json::parse(result.stdout_only);
  EXPECT_GT(json["expired"], 0);
  EXPECT_EQ(json["done"].get<int>() + json["expired"].get<int>(), 50);
}

TEST_F(RunCli, PlansByItself) {
  const Result result = RunOn(4, "--requests 50 --json");
  EXPECT_EQ(result.status, 0) << result.output;
  const Json json = Json::parse(result.stdout_only);
  EXPECT_GT(json["predicted"]["period_ns"], 0);
  EXPECT_EQ(json["done"], 50);
}

TEST_F(RunCli, TakesTheOptionsOfThreads) {
  const Result result =
      RunOn(2,
            "--stages 2 --requests 50 --wait throughput --pin topology "
            "--realtime --rebalance=200ms --watchdog 5s");
  EXPECT_EQ(result.status, 0) << result.output;
  for (const std::string wrong :
       {"--wait often", "--pin moon", "--watchdog soon", "--rebalance=x"}) {
    EXPECT_EQ(RunOn(2, wrong).status, 2) << wrong;
  }
}

}  // namespace
}  // namespace coralline
