// --report and --figures of every command that has them: what the page holds
// is what the command says.

#include <algorithm>
#include <csignal>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "tests/cli/cli_fixture.h"

namespace coralline {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class ReportCli : public Cli {
 protected:
  ReportCli() { Run("generate fc --width 2620 -o fc.tflite"); }

  std::string Content(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(folder_ / name).rdbuf();
    return text.str();
  }

  // The data of a page, as its script takes it.
  Json PageOf(const std::string& name) const {
    const std::string html = Content(name);
    const std::size_t element = html.find("id=\"data\"");
    EXPECT_NE(element, std::string::npos) << name;
    if (element == std::string::npos) return {};
    const std::size_t begin = html.find('>', element) + 1;
    return Json::parse(
        html.substr(begin, html.find("</script>", begin) - begin));
  }

  // Runs it with --json and a report, which must leave each other alone.
  Json RunBoth(const std::string& arguments) {
    const Result plain = Run(arguments + " --json");
    const Result both =
        Run(arguments + " --json --report page.html --figures figures");
    EXPECT_EQ(both.status, 0) << both.output;
    EXPECT_THAT(both.output, HasSubstr("\nreport: page.html\n"));
    EXPECT_THAT(both.output, HasSubstr("\nfigures: figures\n"));
    EXPECT_LT(FileBytes("page.html"), 1'500'000);
    return Json::parse(both.stdout_only);
  }

  // A figure for each chart, and nothing else.
  void ExpectFigures(const Json& page) const {
    std::set<std::string> expected;
    for (const Json& section : page["sections"]) {
      for (const Json& chart : section["charts"]) {
        EXPECT_TRUE(
            expected.insert(chart["id"].get<std::string>() + ".svg").second)
            << chart["id"];
      }
    }
    std::set<std::string> found;
    for (const auto& entry :
         std::filesystem::directory_iterator(folder_ / "figures")) {
      found.insert(entry.path().filename().string());
      EXPECT_EQ(
          Content("figures/" + entry.path().filename().string()).find("<svg"),
          0U);
    }
    EXPECT_EQ(found, expected);
  }
};

// The first chart of this id; null where there is none.
Json ChartOf(const Json& page, const std::string& id) {
  for (const Json& section : page["sections"]) {
    for (const Json& chart : section["charts"]) {
      if (chart["id"] == id) return chart;
    }
  }
  return nullptr;
}

Json FactOf(const Json& page, const std::string& label) {
  for (const Json& fact : page["facts"]) {
    if (fact["label"] == label) return fact;
  }
  return nullptr;
}

std::string TextOf(const Json& page, const std::string& title) {
  for (const Json& section : page["sections"]) {
    if (section["title"] == title) return section["text"];
  }
  return "";
}

std::string Fixed(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

void ExpectStages(const Json& map, const Json& stages) {
  ASSERT_EQ(map["stages"].size(), stages.size());
  for (std::size_t i = 0; i < stages.size(); ++i) {
    for (const int op : stages[i]["ops"]) {
      EXPECT_EQ(map["ops"][op]["stage"], i) << op;
    }
  }
}

// Every op has a place of its own, behind those that it needs.
void ExpectPlaces(const Json& map) {
  std::set<std::pair<int, int>> places;
  for (const Json& op : map["ops"]) {
    EXPECT_TRUE(places.emplace(op["depth"], op["lane"]).second) << op;
    for (const int input : op["inputs"]) {
      EXPECT_LT(map["ops"][input]["depth"], op["depth"]);
    }
  }
}

std::int64_t BytesOf(const Json& device, const std::string& use) {
  std::int64_t bytes = 0;
  for (const Json& piece : device["pieces"]) {
    if (piece["use"] == use) bytes += piece["bytes"].get<std::int64_t>();
  }
  return bytes;
}

void ExpectMemory(const Json& map, const Json& stages) {
  ASSERT_EQ(map["devices"].size(), stages.size());
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const Json& device = map["devices"][i];
    EXPECT_EQ(BytesOf(device, "cached"), stages[i]["on_chip_bytes"]);
    EXPECT_EQ(BytesOf(device, "streamed"), stages[i]["off_chip_bytes"]);
    EXPECT_EQ(BytesOf(device, "cached") + BytesOf(device, "free"),
              device["capacity_bytes"]);
  }
}

void ExpectBars(const Json& bars, const std::vector<double>& sums) {
  ASSERT_EQ(bars["bars"].size(), sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    double sum = 0;
    for (const Json& part : bars["parts"])
      sum += part["values"][i].get<double>();
    EXPECT_NEAR(sum, sums[i], 1e-5);
  }
}

// A device has one request at a time, and phases follow one another.
void ExpectTimeline(const Json& timeline) {
  ASSERT_FALSE(timeline.is_null());
  EXPECT_FALSE(timeline["spans"].empty());
  std::map<int, double> ends;
  for (const Json& span : timeline["spans"]) {
    const int track = span[0];
    EXPECT_LT(track, static_cast<int>(timeline["tracks"].size()));
    EXPECT_GE(span[2].get<double>(), ends[track]) << span;
    EXPECT_GE(span[3], span[2]);
    ends[track] = span[3];
  }
  double end = 0;
  for (const Json& phase : timeline["phases"]) {
    EXPECT_GE(phase["begin_ms"].get<double>(), end);
    end = phase["end_ms"];
  }
}

std::int64_t CountOf(const Json& histogram) {
  std::int64_t count = 0;
  for (const Json& bin : histogram["bins"]) count += bin[2].get<std::int64_t>();
  return count;
}

TEST_F(ReportCli, OfASimulationHasItsNumbers) {
  Run("generate mobilenet_v2 -o mobilenet_v2.tflite");
  for (const char* model : {"fc", "mobilenet_v2"}) {
    SCOPED_TRACE(model);
    const Json json = RunBoth("simulate " + std::string(model) +
                              ".tflite --stages 2 --batch 50");
    const Json page = PageOf("page.html");
    EXPECT_EQ(FactOf(page, "throughput")["value"],
              Fixed(json["throughput_rps"], 1) + " /s");
    EXPECT_EQ(FactOf(page, "throughput")["origin"], "simulated");
    EXPECT_EQ(FactOf(page, "speed-up")["value"],
              Fixed(json["speedup"], 2) + "x");
    ExpectStages(ChartOf(page, "cut-map"), json["segments"]);
    ExpectPlaces(ChartOf(page, "cut-map"));
    ExpectMemory(ChartOf(page, "memory"), json["segments"]);
    std::vector<double> sums;
    for (const Json& segment : json["segments"]) {
      sums.push_back(segment["warm_ms"]);
    }
    ExpectBars(ChartOf(page, "stage-costs"), sums);
    ExpectTimeline(ChartOf(page, "timeline"));
    EXPECT_EQ(CountOf(ChartOf(page, "latency")), 50);
    EXPECT_FALSE(ChartOf(page, "speed-up")["lines"].empty());
    ExpectFigures(page);
    std::filesystem::remove_all(folder_ / "figures");
  }
}

TEST_F(ReportCli, OfAPlanHasItsNumbers) {
  Run("generate mobilenet_v2 -o mobilenet_v2.tflite");
  for (const char* model : {"fc", "mobilenet_v2"}) {
    SCOPED_TRACE(model);
    const Json json =
        RunBoth("plan " + std::string(model) + ".tflite --count 3");
    const Json page = PageOf("page.html");
    EXPECT_EQ(FactOf(page, "throughput")["value"],
              Fixed(json["throughput_rps"], 1) + " /s");
    EXPECT_EQ(FactOf(page, "certificate")["value"],
              json["certificate"]["claim"]);
    ExpectStages(ChartOf(page, "cut-map"), json["stages"]);
    ExpectPlaces(ChartOf(page, "cut-map"));
    ExpectMemory(ChartOf(page, "memory"), json["stages"]);
    std::vector<double> sums;
    for (const Json& stage : json["stages"]) {
      sums.push_back(stage["busy_ns"].get<double>() / 1e6);
    }
    ExpectBars(ChartOf(page, "stage-costs"), sums);
    ExpectTimeline(ChartOf(page, "timeline"));
    EXPECT_THAT(TextOf(page, "How sure this is"),
                HasSubstr(json["confidence"].get<std::string>()));
    ExpectFigures(page);
    std::filesystem::remove_all(folder_ / "figures");
  }
}

// The best line of the sweep goes through the plan.
TEST_F(ReportCli, OfAPlanComparesNumbersOfDevices) {
  RunBoth("plan fc.tflite --count 4");
  const Json chart = ChartOf(PageOf("page.html"), "speed-up");
  ASSERT_FALSE(chart.is_null());
  const Json& best = chart["lines"][0];
  const Json& own = chart["lines"].back();
  EXPECT_EQ(best["name"], "best plan");
  EXPECT_EQ(own["name"], "this plan");
  ASSERT_EQ(best["points"].size(), 4U);
  EXPECT_NEAR(best["points"][3][1].get<double>(),
              own["points"][0][1].get<double>(), 1e-6);
}

TEST_F(ReportCli, OfAFrontHasAPointForEachPlan) {
  const Json json = RunBoth("plan fc.tflite --count 4 --front");
  const Json page = PageOf("page.html");
  std::size_t points = 0;
  const Json front = ChartOf(page, "front");
  for (const Json& line : front["lines"]) {
    points += line["points"].size();
  }
  EXPECT_EQ(points, json["front"].size());
  ExpectFigures(page);
}

TEST_F(ReportCli, OfARunHasItsNumbers) {
  const Json json =
      RunBoth("run fc.tflite --devices emulated:edgetpu-pcie:3 --requests 100");
  const Json page = PageOf("page.html");
  const Json throughput = FactOf(page, "throughput");
  EXPECT_EQ(throughput["value"], Fixed(json["throughput_rps"], 1) + " /s");
  EXPECT_EQ(throughput["origin"], "emulated");
  EXPECT_THAT(throughput["note"].get<std::string>(),
              HasSubstr("predicted (simulated)"));
  EXPECT_EQ(FactOf(page, "requests")["value"], "100");
  EXPECT_EQ(CountOf(ChartOf(page, "latency")), 100);
  EXPECT_EQ(ChartOf(page, "latency")["origin"], "emulated");
  ExpectStages(ChartOf(page, "cut-map"), json["predicted"]["stages"]);
  ExpectTimeline(ChartOf(page, "timeline"));
  ExpectTimeline(ChartOf(page, "timeline-end"));
  EXPECT_EQ(ChartOf(page, "timeline")["origin"], "emulated");
  // Warm-up is no part of it.
  EXPECT_EQ(ChartOf(page, "timeline")["spans"][0][1], 20);
  EXPECT_EQ(ChartOf(page, "devices")["rows"].size(), 3U);
  EXPECT_THAT(TextOf(page, "How good the plan is"), HasSubstr("optimal"));
  ExpectFigures(page);
}

TEST_F(ReportCli, OfARunOnTheCpuIsMeasured) {
  if (!CanExecute()) GTEST_SKIP() << "no TFLite";
  Run("generate fc --width 300 -o small.tflite");
  const Json json = RunBoth(
      "run small.tflite --devices cpu:0,cpu:0 --stages 2 --requests 50");
  const Json page = PageOf("page.html");
  EXPECT_EQ(FactOf(page, "throughput")["origin"], "measured");
  EXPECT_EQ(ChartOf(page, "timeline")["origin"], "measured");
  EXPECT_EQ(ChartOf(page, "cut-map")["origin"], nullptr);
  EXPECT_EQ(ChartOf(page, "memory"), nullptr);
  ExpectFigures(page);
}

TEST_F(ReportCli, OfARunWithFaultsTellsThem) {
  const Result run =
      Run("run fc.tflite --devices emulated:edgetpu-pcie:2 --requests 40 "
          "--fault device=1,at=10,kind=lost --report page.html");
  EXPECT_EQ(run.status, 0) << run.output;
  const Json page = PageOf("page.html");
  const Json events = ChartOf(page, "events");
  ASSERT_FALSE(events.is_null());
  EXPECT_THAT(events["rows"][0][2].get<std::string>(), HasSubstr("is lost"));
  ExpectTimeline(ChartOf(page, "timeline"));
}

TEST_F(ReportCli, OfARunWithoutAnAnswerSaysSo) {
  const Result run = Run(
      "run fc.tflite --devices emulated:edgetpu-pcie:1 --requests 40 "
      "--fault device=0,at=0,kind=lost --report page.html --figures figures");
  EXPECT_EQ(run.status, 4);
  const Json page = PageOf("page.html");
  EXPECT_THAT(page["subtitle"].get<std::string>(),
              HasSubstr("No request was done"));
  EXPECT_EQ(FactOf(page, "throughput"), nullptr);
  EXPECT_EQ(ChartOf(page, "latency"), nullptr);
  EXPECT_FALSE(ChartOf(page, "events").is_null());
  ExpectFigures(page);
}

TEST_F(ReportCli, OfAnInterruptedRunIsWritten) {
  const pid_t child = Start(
      "run fc.tflite --devices emulated:edgetpu-pcie:3 --duration 600 "
      "--warmup 0 --live --report page.html");
  // Lines on what it does show that it runs.
  int status = 0;
  while (Content("output.txt").find("stage") == std::string::npos) {
    ASSERT_EQ(waitpid(child, &status, WNOHANG), 0) << Content("output.txt");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  kill(child, SIGINT);
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 130);
  const Json page = PageOf("page.html");
  EXPECT_EQ(FactOf(page, "duration")["note"], "interrupted");
  ExpectTimeline(ChartOf(page, "timeline"));
}

TEST_F(ReportCli, OfASweepHasItsNumbers) {
  Run("generate fc --width 500 -o small.tflite");
  const Json json = RunBoth("sweep fc.tflite small.tflite --counts 1-3");
  const Json page = PageOf("page.html");
  EXPECT_EQ(FactOf(page, "models")["value"], "2");
  const Json lines = ChartOf(page, "speed-up")["lines"];
  ASSERT_EQ(lines.size(), 2U);
  for (std::size_t m = 0; m < lines.size(); ++m) {
    for (const Json& row : json["models"][m]["rows"]) {
      if (row["strategy"] != "optimal") continue;
      const std::size_t point = row["count"].get<std::size_t>() - 1;
      EXPECT_NEAR(lines[m]["points"][point][1].get<double>(),
                  row["speed_up"].get<double>(), 1e-9);
    }
  }
  EXPECT_EQ(ChartOf(page, "plans-1-fc")["rows"].size(),
            json["models"][0]["rows"].size());
  EXPECT_FALSE(ChartOf(page, "ahead-of-compiler").is_null());
  ExpectFigures(page);
}

TEST_F(ReportCli, OfManyModelsHasABarForEach) {
  std::string models;
  for (int width = 100; width < 800; width += 100) {
    const std::string name = "fc" + std::to_string(width) + ".tflite";
    Run("generate fc --width " + std::to_string(width) + " -o " + name);
    models += name + " ";
  }
  RunBoth("sweep " + models + "--counts 1,2 --strategies optimal");
  const Json chart = ChartOf(PageOf("page.html"), "speed-up");
  EXPECT_EQ(chart["kind"], "bars");
  EXPECT_EQ(chart["bars"].size(), 7U);
}

TEST_F(ReportCli, NeedsAFolderThatItCanWriteTo) {
  for (const char* command :
       {"simulate fc.tflite", "plan fc.tflite", "sweep fc.tflite",
        "run fc.tflite --devices emulated:edgetpu-pcie:1 --requests 5"}) {
    SCOPED_TRACE(command);
    const Result file =
        Run(std::string(command) + " --report fc.tflite/page.html");
    EXPECT_EQ(file.status, 2);
    EXPECT_THAT(
        file.output,
        HasSubstr("--report fc.tflite/page.html: cannot write to folder"));
    const Result folder =
        Run(std::string(command) + " --figures fc.tflite/figures");
    EXPECT_EQ(folder.status, 2);
    EXPECT_THAT(folder.output, HasSubstr("--figures fc.tflite/figures: "));
    EXPECT_EQ(Run(std::string(command) + " --report .").status, 2);
    EXPECT_EQ(file.stdout_only + folder.stdout_only, "");
  }
}

TEST_F(ReportCli, TakesAnyNamesAsText) {
  std::string content = Content("fc.tflite");
  const std::string name = "dense_1/output";
  const std::string awkward = "</script><b>&\"";
  ASSERT_EQ(name.size(), awkward.size());
  for (std::size_t at = content.find(name); at != std::string::npos;
       at = content.find(name, at)) {
    content.replace(at, name.size(), awkward);
  }
  std::filesystem::create_directory(folder_ / "a<");
  Write("a</script>b.tflite", content);
  const std::string model = " 'a</script>b.tflite'";
  for (const std::string& command :
       {"simulate" + model + " --stages 2", "plan" + model + " --count 2",
        "sweep" + model + " --counts 1,2",
        "run" + model + " --devices emulated:edgetpu-pcie:2 --requests 9"}) {
    SCOPED_TRACE(command);
    const Json json = RunBoth(command);
    const Json page = PageOf("page.html");
    EXPECT_THAT(page["provenance"][0]["value"].get<std::string>(),
                HasSubstr(model));
    EXPECT_EQ(Content("page.html").find("</script>b"), std::string::npos);
    ExpectFigures(page);
    std::filesystem::remove_all(folder_ / "figures");
    if (command.starts_with("sweep")) continue;
    EXPECT_EQ(ChartOf(page, "cut-map")["ops"][0]["name"], awkward);
  }
}

// A network of 600 ops: the page stays small, and every op has its place.
TEST_F(ReportCli, OfALargeNetworkIsSmall) {
  Run("generate nasnet_mobile -o nasnet.tflite");
  RunBoth("simulate nasnet.tflite --stages 4");
  const Json map = ChartOf(PageOf("page.html"), "cut-map");
  EXPECT_GT(map["ops"].size(), 500U);
  ExpectPlaces(map);
}

}  // namespace
}  // namespace coralline
