#include "coralline/planning/plan_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "coralline/base/error.h"
#include "coralline/planning/testing.h"

namespace coralline {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::nanoseconds;
using testing::HasSubstr;
using testing_util::BranchingModel;
using testing_util::PlanOf;

// As a file holds it: the spec's text without blanks.
PlanDocument Reread(const PlanDocument& document, const Model& model) {
  return ParsePlanDocument(FormatPlanDocument(document, model.graph), "p.json",
                           model);
}

TEST(PlanDocument, IsWrittenAndReadWithoutALoss) {
  const Model model = BranchingModel();
  for (const PlanOptions& options :
       {PlanOptions{},
        {.objective = Objective::kLatency, .all_orders = false},
        {.objective = Objective::kDevices,
        .target_period = std::chrono::milliseconds(50),
        .max_devices = 2}}) {
    PlanDocument document = Reread(PlanOf(model, options), model);
    EXPECT_EQ(document.objective, options.objective);
    EXPECT_EQ(document.order.empty(), options.all_orders);
    document.known = {{.segment = {{1, 2}},
                       .cost = StageCost{.busy = nanoseconds(5),
                                         .host = nanoseconds(1),
                                         .link = nanoseconds(2),
                                         .can_replicate = false},
                       .origin = Origin::kEmulated},
                      {.segment = {{3}}, .cost = std::nullopt}};
    document.optimism = 0.1;
    document.only_known = true;
    document.classes.push_back(
        {.device = {.name = "a \"cpu\"", .count = 0, .shares_link = true},
         .unmapped_ops_only = true,
         .cpu_fallback = true});
    EXPECT_EQ(Reread(document, model), document);
    document.plan.certificate.reset();
    document.order.clear();
    EXPECT_EQ(Reread(document, model), document);
  }
}

TEST(PlanDocument, FindsItsSegmentsByNameInANewExport) {
  const Model model = BranchingModel();
  const Model again = BranchingModel(true);
  ASSERT_EQ(StructureHash(model.graph), StructureHash(again.graph));
  const PlanDocument document = PlanOf(model);
  const PlanDocument read = ParsePlanDocument(
      FormatPlanDocument(document, model.graph), "p.json", again);
  ASSERT_EQ(read.plan.stages.size(), document.plan.stages.size());
  bool has_moved = false;
  const auto names = [](const Graph& graph, const Segment& segment) {
    std::vector<std::string> outputs;
    for (const int op : segment.ops) {
      outputs.push_back(graph.tensors[graph.ops[op].outputs[0]].name);
    }
    return outputs;
  };
  for (std::size_t i = 0; i < read.plan.stages.size(); ++i) {
    const Segment& was = document.plan.stages[i].segment;
    const Segment& is = read.plan.stages[i].segment;
    EXPECT_THAT(names(again.graph, is),
                testing::UnorderedElementsAreArray(names(model.graph, was)));
    has_moved = has_moved || is != was;
  }
  EXPECT_TRUE(has_moved);
}

TEST(PlanDocument, IsRefusedForAnotherModel) {
  const Model model = BranchingModel();
  Model other = BranchingModel();
  other.name = "other";
  other.graph.tensors[2].shape = {1, 99};
  const std::string text = FormatPlanDocument(PlanOf(model), model.graph);
  try {
    ParsePlanDocument(text, "p.json", other);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    EXPECT_THAT(error.what(),
                testing::MatchesRegex(
                    "p.json: made for model 'branching' \\(structure "
                    "[0-9a-f]{8}..\\), but 'other' has structure "
                    "[0-9a-f]{8}..; plan it again with 'coralline plan'"));
  }
}

TEST(StructureHash, DependsOnTheOrderOnlyWhereNamesDoNotTellOpsApart) {
  Model model = BranchingModel();
  const std::string hash = StructureHash(model.graph);
  Model swapped = model;
  std::swap(swapped.graph.ops[1], swapped.graph.ops[3]);
  EXPECT_EQ(StructureHash(swapped.graph), hash);
  for (Model* changed : {&model, &swapped}) {
    for (const int op : {1, 3}) {
      changed->graph.tensors[changed->graph.ops[op].outputs[0]].name = "same";
    }
  }
  EXPECT_NE(StructureHash(model.graph), StructureHash(swapped.graph));
  Model kind = BranchingModel();
  kind.graph.ops[1].kind = OpKind::kMul;
  EXPECT_NE(StructureHash(kind.graph), hash);
}

TEST(PlanDocument, CutsByNumberWhereNamesDoNotTellOpsApart) {
  Model model = BranchingModel();
  for (Tensor& tensor : model.graph.tensors) tensor.name.clear();
  const PlanDocument document = Reread(PlanOf(model), model);
  EXPECT_EQ(document.plan, PlanOf(model).plan);
}

// What is said of the file when one value is another.
std::string ErrorAfter(const std::string& path, const Json& value) {
  const Model model = BranchingModel();
  Json json = Json::parse(
      FormatPlanDocument(PlanOf(model, {.all_orders = false}), model.graph));
  json["known_costs"].push_back(
      Json::parse(R"({"tensors": ["stem"], "ops": [0], "device": 0,
      "refused": false, "busy_ns": 1, "host_ns": 0, "link_ns": 0,
      "can_replicate": true, "origin": "measured"})"));
  json[Json::json_pointer(path)] = value;
  try {
    ParsePlanDocument(json.dump(), "p.json", model);
    return "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage) << error.what();
    return error.what();
  }
}

TEST(PlanDocument, SaysWhatIsWrongWithEachValue) {
  EXPECT_EQ(ErrorAfter("/request/max_replicas", 1), "no error");
  struct Case {
    std::string path;
    Json value;
    std::string message;
  };
  const std::vector<Case> cases = {
      {"/schema", "x", "$.schema: expected \"coralline.plan\", found \"x\""},
      {"/version", 2, "$.version: expected version 1, found 2"},
      {"/model", 1, "$.model: expected an object, found 1"},
      {"/model/file", 1, "$.model.file: expected a text, found 1"},
      {"/request/strategy", "best", "no strategy 'best'; expected one of"},
      {"/request/objective", "cost", "no objective 'cost'; expected"},
      {"/request/target_period_ns", -1, "whole nanoseconds from 0"},
      {"/request/max_devices", -1, "a whole number from 0 to 10000, found -1"},
      {"/request/max_replicas", 0, "a whole number from 1 to 10000, found 0"},
      {"/request/all_orders", 1, "expected true or false, found 1"},
      {"/request/host", "java", "expected native, python or pycoral"},
      {"/devices", Json::array(), "a device or more, found an empty list"},
      {"/devices/0/count", 1.5, "a whole number from 0 to 10000, found 1.5"},
      {"/devices/0/shares_link", "no", "true or false, found \"no\""},
      {"/devices/0/unmapped_ops_only", 0, "true or false, found 0"},
      {"/devices/0/cpu_fallback", 0, "true or false, found 0"},
      {"/devices/0/spec/name", "",
       "$.devices[0].spec: expected a device spec, found edgetpu-pcie: /name"},
      {"/stages", Json::array(), "$.stages: expected segments that make up"},
      {"/stages/0/tensors", Json::array(), "expected as many as tensors, 0"},
      {"/stages/0/tensors/0", "x", "expected the first output of an op"},
      {"/stages/0/tensors/0", "join", "expected segments that make up"},
      {"/stages/0/ops/0", 6, "expected an op from 0 to 5, found 6"},
      {"/stages/0/device", 1, "expected a device from 0 to 0, found 1"},
      {"/stages/0/replicas", 0, "from 1 to 10000, found 0"},
      {"/stages/0/busy_ns", 0, "whole nanoseconds from 1 to 1e15, found 0"},
      {"/stages/0/host_ns", "x", "whole nanoseconds from 0"},
      {"/stages/0/link_ns", 1e300, "whole nanoseconds from 0"},
      {"/stages/0/can_replicate", nullptr, "true or false, found null"},
      {"/stages/0/origin", "guessed", "expected measured, emulated"},
      {"/predicted/period_ns", 0, "whole nanoseconds from 1"},
      {"/predicted/latency_ns", 0, "whole nanoseconds from 1"},
      {"/predicted/throughput_rps", 1e9, "as the rest tells, found 1000000"},
      {"/predicted/devices", 9, "as the rest tells, found 9"},
      {"/certificate/claim", "perfect",
       "or, as the bound tells, \"within 0.0%"},
      {"/certificate/bound_ns", -1, "whole nanoseconds from 0"},
      {"/certificate/gap", 1, "expected 0, as the rest tells, found 1"},
      {"/certificate/method", 1, "expected a text"},
      {"/certificate/segments", -1, "a whole number from 0 to 1e15"},
      {"/certificate/order/ops/0", -1, "expected an op from 0 to 5"},
      {"/certificate/order/tensors/0", "join",
       "expected each op once, after what it needs, found op 5 out of place"},
      {"/known_costs/0/refused", 0, "true or false, found 0"},
      {"/known_costs/0/busy_ns", 0, "whole nanoseconds from 1"},
      {"/optimism", 0, "expected a number above 0, up to 1000, found 0"},
      {"/only_known", 0, "true or false, found 0"},
  };
  for (const Case& test_case : cases) {
    EXPECT_THAT(ErrorAfter(test_case.path, test_case.value),
                testing::AllOf(testing::StartsWith("p.json: $"),
                               HasSubstr(test_case.message)))
        << test_case.path;
  }
}

TEST(PlanDocument, FuzzerBeginsWithOneThatItReads) {
  const Model model = BranchingModel();
  const auto seed =
      std::filesystem::path(CORALLINE_SOURCE_DIR) / "tests/fuzz/plan.json";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    WritePlanDocument(seed, PlanOf(model, {.all_orders = false}), model.graph);
  }
  EXPECT_EQ(ReadPlanDocument(seed, model).plan.stages.size(), 3U);
}

TEST(PlanDocument, IsAFileThatNamesItsModel) {
  const Model model = BranchingModel();
  const PlanDocument document = Reread(PlanOf(model), model);
  const auto folder =
      std::filesystem::path(testing::TempDir()) / "plan_document";
  std::filesystem::create_directories(folder);
  const auto path = folder / "plan.json";
  WritePlanDocument(path, document, model.graph);
  EXPECT_EQ(ReadPlanDocument(path, model), document);
  EXPECT_THROW(ModelFileOf(path), Error);
  std::ofstream(folder / "branching.tflite") << "model";
  EXPECT_EQ(ModelFileOf(path), folder / "branching.tflite");
  EXPECT_THROW(ReadPlanDocument(folder / "none.json", model), Error);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace coralline
