// Plan files, as a user makes, checks and uses them.

#include <fstream>
#include <nlohmann/json.hpp>
#include <tuple>

#include "coralline/device/testing.h"
#include "tests/cli/cli_fixture.h"

namespace coralline {
namespace {

using Json = nlohmann::ordered_json;
using testing::AllOf;
using testing::HasSubstr;

class PlanFile : public Cli {
 protected:
  PlanFile() {
    Run("generate fc --width 2620 -o fc.tflite");
    Run("plan fc.tflite --count 3 --max-replicas 1 -o plan.json");
  }

  Json Content() const {
    return Json::parse(std::ifstream(folder_ / "plan.json"));
  }

  // What `check` says when one value is another.
  Result CheckWith(const std::string& path, const Json& value) {
    Json json = Content();
    json[Json::json_pointer(path)] = value;
    Write("changed.json", json.dump());
    return Run("check changed.json");
  }
};

TEST_F(PlanFile, Holds) {
  ExpectGolden("check", "check plan.json");
  const Result json = Run("check plan.json --json");
  EXPECT_EQ(json.status, 0);
  const Json content = Json::parse(json.output);
  EXPECT_EQ(content["ok"], true);
  EXPECT_EQ(content["checks"].size(), 5U);
  for (const std::string options :
       {"--objective latency --count 2", "--one-order", "--host python",
        "--objective devices --target-ms 1", "--devices-per-link 2",
        "--device edgetpu-pcie=2 --device cpu=1", "--strategy equal-layers"}) {
    const Result plan = Run("plan fc.tflite -o p.json " + options);
    ASSERT_EQ(plan.status, 0) << options << plan.output;
    const Result check = Run("check p.json");
    EXPECT_EQ(check.status, 0) << options << check.output;
  }
}

// Every command takes the model as it is, and splits it as the plan says.
TEST_F(PlanFile, BringsItsSplitLayers) {
  Run("generate fc --width 3000 -o wide.tflite");
  const Result plan = Run("plan wide.tflite --count 4 -o plan.json");
  EXPECT_THAT(plan.output,
              AllOf(HasSubstr("3 layers in parts: dense_2/output in 4 "
                              "convolutions, "),
                    HasSubstr("with whole layers a result every 17.")));
  EXPECT_EQ(Content()["split_layers"].size(), 3U);
  const Result check = Run("check plan.json");
  EXPECT_EQ(check.status, 0) << check.output;
  const Result simulated = Run("simulate wide.tflite --plan plan.json");
  EXPECT_THAT(simulated.output, HasSubstr("One device alone: 70."));
  const Result run = Run("run wide.tflite --plan plan.json --requests 20");
  EXPECT_THAT(run.output, HasSubstr("4 stages on 4 devices"));
  const Result split = Run("split wide.tflite --plan plan.json -o segments");
  EXPECT_EQ(split.status, 0) << split.output;
  if (!testing_util::CanExecute()) GTEST_SKIP() << "no TFLite library";
  const Result verify =
      Run("verify wide.tflite --segments segments --inputs 2");
  EXPECT_EQ(verify.status, 0) << verify.output;
}

TEST_F(PlanFile, SplitsOnlyWhatCanBeSplit) {
  Run("plan fc.tflite --count 2 -o plan.json");
  EXPECT_EQ(Run("check plan.json").status, 0);
  for (const auto& [path, value, message] :
       std::vector<std::tuple<std::string, Json, std::string>>{
           {"/split_layers/0/tensor", "dense_9/output", "no op produces"},
           {"/split_layers/0/parts", 1, "a whole number from 2"},
           {"/split_layers/0/parts", 9999, "expected 2 to 2620"},
           {"/split_layers/0/as_convolution", "yes", "as_convolution"},
           {"/split_layers/1/tensor", "dense_2/output", "split twice"},
           {"/split_layers", 7, "$.split_layers"},
           {"/split_layers", nullptr, "the first output of an op"}}) {
    const Result changed = CheckWith(path, value);
    EXPECT_EQ(changed.status, 2) << path << changed.output;
    EXPECT_THAT(changed.output, HasSubstr(message));
  }
}

TEST_F(PlanFile, DoesNotHoldOnceItIsChanged) {
  const auto bound = Content()["certificate"]["bound_ns"].get<std::int64_t>();
  struct Case {
    const char* path;
    Json value;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"/stages/0/busy_ns", 1000, "costs        NO     stage 0: found busy"},
      {"/predicted/latency_ns", 1000, "prediction   NO     found a period"},
      {"/devices/0/count", 2, "devices      NO     3 devices of"},
      {"/devices/0/spec/link/streaming_rate/value", 1e6, "that holds"},
      {"/devices/0/spec/compute/clock/value", 1e8, "costs        NO"},
  };
  for (const Case& test_case : cases) {
    const Result result = CheckWith(test_case.path, test_case.value);
    const bool holds = std::string(test_case.message) == "that holds";
    EXPECT_EQ(result.status, holds ? 0 : 1) << result.output;
    EXPECT_THAT(result.output, HasSubstr(test_case.message));
  }
  Json json = Content();
  json["certificate"]["bound_ns"] = bound - 1;
  json["certificate"]["gap"] = 1.0 / static_cast<double>(bound - 1);
  Write("changed.json", json.dump());
  const Result result = Run("check changed.json");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("that DOES NOT HOLD"),
                    HasSubstr("certificate  NO     'optimal over all orders': "
                              "the bound is ")));
}

TEST_F(PlanFile, OfAWorsePlanCannotClaimTheOptimum) {
  Run("plan fc.tflite --count 3 --strategy compiler -o plan.json");
  Json json = Content();
  json["request"]["strategy"] = "optimal";
  json["request"]["max_replicas"] = 1;
  json["certificate"] = {{"claim", "optimal over all orders"},
                         {"bound_ns", json["predicted"]["period_ns"]},
                         {"gap", 0},
                         {"method", "trust me"},
                         {"boundaries", 6},
                         {"segments", 15},
                         {"orders", 1}};
  Write("plan.json", json.dump());
  const Result result = Run("check plan.json");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, HasSubstr("there is a plan below"));
}

TEST_F(PlanFile, IsFoundWithItsModelAndRefusedForAnother) {
  std::filesystem::create_directories(folder_ / "elsewhere");
  std::filesystem::rename(folder_ / "fc.tflite",
                          folder_ / "elsewhere" / "fc.tflite");
  const Result lost = Run("check plan.json");
  EXPECT_EQ(lost.status, 2);
  EXPECT_THAT(lost.output,
              HasSubstr("plan.json: its model 'fc.tflite' is neither here nor "
                        "beside the plan; give it with --model"));
  EXPECT_EQ(Run("check plan.json --model elsewhere/fc.tflite").status, 0);
  std::filesystem::copy(folder_ / "plan.json",
                        folder_ / "elsewhere" / "plan.json");
  EXPECT_EQ(Run("check elsewhere/plan.json").status, 0);
  Run("generate fc --width 100");
  for (const std::string command :
       {"check plan.json --model fc_100.tflite",
        "split fc_100.tflite --plan plan.json -o segments",
        "run fc_100.tflite --plan plan.json",
        "simulate fc_100.tflite --plan plan.json"}) {
    const Result other = Run(command);
    EXPECT_EQ(other.status, 3) << command;
    EXPECT_THAT(other.output, HasSubstr("plan.json: made for model 'fc'"));
  }
  EXPECT_THAT(Run("check none.json").output, HasSubstr("cannot open"));
  Write("text.json", "plan");
  EXPECT_THAT(Run("check text.json").output,
              HasSubstr("text.json: expected a plan in JSON: parse error"));
}

TEST_F(PlanFile, IsWhatOtherCommandsCutBy) {
  // Other weights of the same network keep their plan.
  Run("generate fc --width 2620 --seed 2 -o fc.tflite");
  const Result split = Run("split fc.tflite --plan plan.json -o segments");
  EXPECT_EQ(split.status, 0) << split.output;
  EXPECT_THAT(split.output, HasSubstr("ops 0-1"));
  EXPECT_GT(FileBytes("segments/fc_segment_2_of_3.tflite"), 1 << 20);
  const Result simulated = Run("simulate fc.tflite --plan plan.json --json");
  EXPECT_EQ(Json::parse(simulated.output)["segments"].size(), 3U);
  const Result run = Run("run fc.tflite --plan plan.json --requests 20",
                         "CORALLINE_TFLITE=/nowhere");
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("3 stages on 3 devices, 20 requests"),
                                HasSubstr("edgetpu-pcie #2, emulated")));
  const Result two = Run("run fc.tflite --plan plan.json --devices cpu,cpu");
  EXPECT_EQ(two.status, 2);
  EXPECT_THAT(two.output, HasSubstr("the plan uses 3 devices and 2 are given"));
  EXPECT_EQ(Run("simulate fc.tflite --plan plan.json --host python").status, 2);
  EXPECT_EQ(Run("simulate fc.tflite --plan plan.json --stages 2").status, 2);
}

TEST_F(PlanFile, WithReplicasIsSimulatedAndRun) {
  Run("plan fc.tflite --count 4 -o plan.json");
  ExpectGolden("simulate_plan", "simulate fc.tflite --plan plan.json");
  const Result run =
      Run("run fc.tflite --plan plan.json --requests 50 --no-cache");
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr(" on 4 devices, 50 requests"),
                                HasSubstr("predicted (simulated): ")));
}

TEST_F(PlanFile, SharesLinksAsItWasPlanned) {
  Run("plan fc.tflite --count 4 --devices-per-link 2 -o plan.json");
  const Result text = Run("simulate fc.tflite --plan plan.json");
  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(text.output, HasSubstr("Shared link: busy "));
}

TEST_F(PlanFile, FromMeasurementsIsCheckedAgain) {
  const Result plan =
      Run("plan fc.tflite --device emulated:edgetpu-pcie=3 --max-replicas 1 "
          "--segment-budget 0.05 -o plan.json",
          "XDG_CACHE_HOME=.");
  ASSERT_EQ(plan.status, 0) << plan.output;
  EXPECT_EQ(Content()["stages"][0]["origin"], "emulated");
  const Result check = Run("check plan.json");
  EXPECT_EQ(check.status, 0) << check.output;
  EXPECT_THAT(check.output, HasSubstr("taken as they are written; others as"));
  // No machine is so busy that emulated times are this long.
  EXPECT_EQ(CheckWith("/optimism", 1000).status, 1);
}

}  // namespace
}  // namespace coralline
