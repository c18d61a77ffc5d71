// plan, profile and explain, as a user runs them.

#include "coralline/tflite/model_builder.h"
#include "tests/cli/cli_fixture.h"

namespace coralline {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class PlanCli : public Cli {
 protected:
  std::string Shared(const std::string& model) const {
    return CORALLINE_MODELS_DIR "/" + model;
  }
};

TEST_F(PlanCli, PlansWithoutHardware) {
  Run("generate fc --width 2620 -o fc.tflite");
  ExpectGolden("plan", "plan fc.tflite --count 4 --max-replicas 1");
  ExpectGolden("plan_python", "plan fc.tflite --count 4 --host python");
  ExpectGolden("plan_equal_layers",
               "plan fc.tflite --count 3 --strategy equal-layers");
  ExpectGolden("plan_front", "plan fc.tflite --count 4 --front");
  const Result json = Run("plan fc.tflite --count 3 --json");
  EXPECT_EQ(json.status, 0);
  for (const char* field :
       {"\"origin\": \"simulated\"", "\"period_ns\": ", "\"latency_ns\": ",
        "\"devices\": 3", "\"claim\": \"optimal over all orders\"",
        "\"bound_ns\": ", "\"replicas\": 1",
        "\"low_ms\": ", "\"confidence\": \"medium\""}) {
    EXPECT_THAT(json.output, HasSubstr(field));
  }
}

TEST_F(PlanCli, FindsTheFewestDevicesForATarget) {
  Run("generate fc --width 2620 -o fc.tflite");
  const Result three =
      Run("plan fc.tflite --objective devices --target-ms 0.3 --count 8");
  EXPECT_THAT(three.output, HasSubstr("3 stages on 3 devices"));
  const Result one =
      Run("plan fc.tflite --objective devices --target-fps 20 --count 8");
  EXPECT_THAT(one.output, HasSubstr("1 stage on 1 device,"));
  const Result never =
      Run("plan fc.tflite --objective devices --target-fps 1e6 --count 3");
  EXPECT_EQ(never.status, 2);
  EXPECT_THAT(never.output,
              AllOf(HasSubstr("is out of reach: the best plan on these devices "
                              "takes 0.210 ms"),
                    HasSubstr("--count")));
  EXPECT_EQ(Run("plan fc.tflite --objective devices").status, 2);
  EXPECT_EQ(Run("plan fc.tflite --target-fps 10").status, 2);
}

TEST_F(PlanCli, SplitsLayers) {
  Run("generate fc --width 3000 -o wide.tflite");
  const Result json = Run("plan wide.tflite --count 4 --json");
  EXPECT_THAT(json.output, AllOf(HasSubstr("\"split_layers\": "),
                                 HasSubstr("\"whole_layers_period_ns\": ")));
  const Result never =
      Run("plan wide.tflite --count 4 --split-layers never --json");
  EXPECT_EQ(never.status, 0);
  EXPECT_THAT(never.output, Not(HasSubstr("split_layers")));
  const Result explained = Run("explain wide.tflite --count 4");
  EXPECT_THAT(explained.output,
              AllOf(HasSubstr("Why are layers in parts?"),
                    HasSubstr("One edgetpu-pcie takes 70.512 ms"),
                    HasSubstr("With whole layers the best plan")));
  EXPECT_THAT(Run("plan wide.tflite --objective devices --target-ms 1 --count "
                  "8")
                  .output,
              HasSubstr("4 stages on 4 devices"));
  EXPECT_THAT(Run("plan wide.tflite --count 4 --front").output,
              HasSubstr("0.230"));
  EXPECT_EQ(Run("plan wide.tflite --split-layers sometimes").status, 2);
  Run("generate fc --width 400 -o fc.tflite");
  Run("profile fc.tflite --device edgetpu-pcie --all -o profile.json");
  EXPECT_THAT(
      Run("plan fc.tflite --profile profile.json --split-layers always").output,
      HasSubstr("plan without --profile"));
  const Result always = Run("plan fc.tflite --split-layers always");
  EXPECT_THAT(always.output, HasSubstr("4 layers in parts"));
}

TEST_F(PlanCli, PlansDevicesOfSeveralKinds) {
  Run("generate fc --width 2620 -o fc.tflite");
  const Result mixed =
      Run("plan fc.tflite --device edgetpu-pcie=2 --device edgetpu-usb2=1");
  EXPECT_EQ(mixed.status, 0) << mixed.output;
  EXPECT_THAT(mixed.output,
              AllOf(HasSubstr("edgetpu-usb2 "), HasSubstr("3 stages")));
  EXPECT_EQ(Run("plan fc.tflite --device edgetpu-pcie=0").status, 2);
  EXPECT_EQ(Run("plan fc.tflite --device moon").status, 2);
  const Result links =
      Run("plan fc.tflite --count 4 --devices-per-link 2 --json");
  EXPECT_EQ(links.status, 0) << links.output;
}

TEST_F(PlanCli, PlansWithFewMeasurements) {
  Run("generate fc --width 400 --layers 8 -o fc.tflite");
  const Result plan =
      Run("plan fc.tflite --device emulated:edgetpu-pcie --cache c.sqlite "
          "--segment-budget 0.05");
  EXPECT_EQ(plan.status, 0) << plan.output;
  EXPECT_THAT(plan.output, AllOf(HasSubstr("native host, emulated"),
                                 HasSubstr("all consecutive ones are 36"),
                                 Not(HasSubstr("measured"))));
  // What was timed is not timed again.
  const Result again = Run(
      "plan fc.tflite --device emulated:edgetpu-pcie --cache c.sqlite --json");
  EXPECT_THAT(again.output, HasSubstr("\"origin\": \"emulated\""));
  EXPECT_THAT(again.output, Not(HasSubstr("\"cached_segments\": 0")));
}

TEST_F(PlanCli, ProfilesAndPlansFromTheProfile) {
  Run("generate fc --width 500 -o fc.tflite");
  const Result simulated =
      Run("profile fc.tflite --device edgetpu-pcie -o simulated.json");
  EXPECT_THAT(simulated.output, HasSubstr("15 segments"));
  const Result emulated =
      Run("profile fc.tflite --device emulated:edgetpu-pcie --all --no-cache "
          "--segment-budget 0.05 -o emulated.json");
  EXPECT_THAT(emulated.output, HasSubstr("15 segments"));
  for (const std::string origin : {"simulated", "emulated"}) {
    const Result plan =
        Run("plan fc.tflite --count 2 --profile " + origin + ".json");
    EXPECT_EQ(plan.status, 0) << plan.output;
    EXPECT_THAT(plan.output, AllOf(HasSubstr("native host, " + origin),
                                   HasSubstr("among the 15 segments of")));
  }
  EXPECT_EQ(Run("plan fc.tflite --device edgetpu-pcie=1 --device cpu=1 "
                "--profile simulated.json")
                .status,
            2);
  Run("generate fc --width 501 -o other.tflite");
  const Result other = Run("plan other.tflite --profile simulated.json");
  EXPECT_EQ(other.status, 3);
  EXPECT_THAT(other.output, HasSubstr("profile it again"));
  Write("bad.json", R"({"schema": "coralline.profile", "version": 1,
    "model": "m", "model_hash": "", "device": "d", "runtime": "r",
    "segments": [{"ops": [0], "latency_ns": -5}]})");
  const Result bad = Run("plan fc.tflite --profile bad.json");
  EXPECT_EQ(bad.status, 2);
  EXPECT_THAT(bad.output, HasSubstr("$.segments[0].latency_ns"));
}

TEST_F(PlanCli, ExplainsThePublishedCases) {
  Run("generate fc --width 2620 -o fc.tflite");
  ExpectGolden("explain", "explain fc.tflite --count 4 --host python");
  // Three beat four: the host limits them.
  const Result json = Run("explain fc.tflite --count 4 --host python --json");
  EXPECT_THAT(json.output,
              AllOf(HasSubstr("4 devices are not faster than 3: the host "
                              "limits it: each of 3 stages holds it"),
                    HasSubstr("\"by_count\"")));
  Run("generate fc --width 2020 -o equal.tflite");
  EXPECT_THAT(Run("explain equal.tflite --count 3").output,
              HasSubstr("op 0 | ops 1-2 | ops 3-4, every 11.183 ms"));
  Run("generate fc --width 100 -o small.tflite");
  EXPECT_THAT(Run("explain small.tflite --count 2 --host python").output,
              HasSubstr("and longer than one device alone: the host limits"));
  EXPECT_EQ(Run("explain fc.tflite --device cpu").status, 2);
  EXPECT_EQ(Run("explain fc.tflite --objective latency").status, 2);
}

TEST_F(PlanCli, GivesTheCpuWhatTheAcceleratorLeaves) {
  const std::string model = Shared("deeplabv3_mnv2_dm05_pascal_quant.tflite");
  if (!std::filesystem::exists(model)) GTEST_SKIP() << "no shared models";
  const Result plan = Run("plan " + model + " --count 1");
  EXPECT_THAT(plan.output, AllOf(HasSubstr("ops 64-71  cpu"),
                                 HasSubstr("2 stages on 1 device,")));
  // Two cores, one beside each device, are faster than one for both.
  const Result two = Run("plan " + model + " --count 2 -o plan.json");
  EXPECT_THAT(two.output, AllOf(HasSubstr("1 stage on 2 devices,"),
                                HasSubstr("its host runs within the same")));
  EXPECT_EQ(Run("check plan.json").status, 0);
  // A profile of the accelerator leaves the CPU's costs as they are.
  Run("profile " + model + " --device edgetpu-pcie -o p.json");
  const Result profiled =
      Run("plan " + model + " --count 2 --profile p.json -o plan.json");
  EXPECT_THAT(profiled.output, HasSubstr("ops 64-71  cpu"));
  const Result check = Run("check plan.json");
  EXPECT_EQ(check.status, 0) << check.output;
  const Result compiler =
      Run("plan " + model + " --count 2 --strategy compiler");
  EXPECT_THAT(compiler.output, HasSubstr("none: made by another method"));
}

// Two chains of TANH, from an input to an output each.
std::string TwoParts() {
  ModelBuilder builder;
  const auto tensor = [](const std::string& name) {
    return Tensor{.name = name,
                  .type = DataType::kInt8,
                  .shape = {1, 64},
                  .quantization = {.scale = {1.0F / 128}, .zero_point = {0}}};
  };
  std::vector<int> last;
  for (const std::string part : {"a", "b"}) {
    last.push_back(builder.AddInput(tensor(part)));
  }
  for (int i = 0; i < 6; ++i) {
    int& at = last[i % 2];
    const int next = builder.AddActivation(tensor(std::string(i + 2, 't')));
    builder.AddOp({.kind = OpKind::kTanh, .inputs = {at}, .outputs = {next}});
    at = next;
  }
  builder.SetOutputs(last);
  const Model model = builder.Build("parts");
  return {reinterpret_cast<const char*>(model.bytes.data()),
          model.bytes.size()};
}

TEST_F(PlanCli, SaysThatAModelIsOfTwoParts) {
  Write("parts.tflite", TwoParts());
  const Result plan = Run("plan parts.tflite --count 2 --max-replicas 1");
  EXPECT_EQ(plan.status, 0) << plan.output;
  EXPECT_THAT(plan.output,
              AllOf(HasSubstr("optimal over all orders"),
                    HasSubstr("note: the model is 2 parts that no tensor "
                              "joins")));
}

TEST_F(PlanCli, RefusesWhatIsNoModel) {
  EXPECT_EQ(Run("plan missing.tflite").status, 3);
  Run("generate fc --width 100 -o fc.tflite");
  EXPECT_EQ(Run("plan fc.tflite --strategy magic").status, 2);
  const Result many = Run("plan fc.tflite --count 9 --strategy equal-layers");
  EXPECT_EQ(many.status, 2);
  EXPECT_THAT(many.output, HasSubstr("5 ops have parameters"));
}

}  // namespace
}  // namespace coralline
