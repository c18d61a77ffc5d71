#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

#include "coralline/base/error.h"
#include "coralline/base/json_reader.h"
#include "coralline/planning/internal/op_names.h"
#include "coralline/planning/internal/plan_file.h"
#include "coralline/sim/pipeline_cost.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kMaxNanoseconds = 1'000'000'000'000'000;  // 11 days
constexpr int kMaxCount = 10'000;                                // of devices
constexpr double kMaxOptimism = 1000;
constexpr std::int64_t kMaxLooked = 1'000'000'000'000'000;

nanoseconds TimeOf(const JsonReader& node, std::int64_t minimum = 0) {
  return nanoseconds(
      node.Whole(minimum, kMaxNanoseconds,
                 fmt::format("whole nanoseconds from {} to 1e15", minimum)));
}

int CountOf(const JsonReader& node, int minimum) {
  return static_cast<int>(
      node.Whole(minimum, kMaxCount,
                 fmt::format("a whole number from {} to 10000", minimum)));
}

std::int64_t LookedAt(const JsonReader& node) {
  return node.Whole(0, kMaxLooked, "a whole number from 0 to 1e15");
}

// Something that is said before, for readers.
void ReadAgain(const JsonReader& node, double expected) {
  const double tolerance = 1e-9 * std::max(1.0, std::abs(expected));
  const auto number = node.Number();
  if (number && std::abs(*number - expected) <= tolerance) return;
  node.Fail(fmt::format("{}, as the rest tells", expected));
}

// What a text names; the message of `parse` lists the names.
template <typename Parse>
auto NamedBy(const JsonReader& node, const Parse& parse) {
  try {
    return parse(node.Text());
  } catch (const Error& error) {
    node.Fail("a name", error.what());
  }
}

class Parser {
 public:
  Parser(std::string_view json, const std::string& file, const Model& model)
      : file_(file),
        model_(model),
        root_(JsonReader::Parse(json, file, "a plan")) {}

  PlanDocument Run() {
    ReadHeader();
    ReadSplits(root_.Member("split_layers"));
    names_.emplace(model_.graph);
    ReadRequest(root_.Member("request"));
    for (const JsonReader& node : root_.Member("devices").Elements()) {
      document_.classes.push_back(ClassOf(node));
    }
    if (document_.classes.empty()) {
      root_.Member("devices").Fail("a device or more", "an empty list");
    }
    ReadStages(root_.Member("stages"));
    ReadPredicted(root_.Member("predicted"));
    const JsonReader certificate = root_.Member("certificate");
    if (certificate.is_there()) ReadCertificate(certificate);
    ReadKnown();
    return std::move(document_);
  }

 private:
  void ReadHeader() {
    const JsonReader schema = root_.Member("schema");
    if (schema.Text() != kPlanSchema)
      schema.Fail(fmt::format("\"{}\"", kPlanSchema));
    root_.Member("version").Whole(kPlanVersion, kPlanVersion,
                                  fmt::format("version {}", kPlanVersion));
    const JsonReader model = root_.Member("model");
    document_.model_name = model.Member("name").Text();
    document_.model_file = model.Member("file").Text();
    document_.model_hash = model.Member("structure").Text();
    const std::string structure = StructureHash(model_.graph);
    if (document_.model_hash == structure) return;
    const auto start = [](const std::string& hash) {
      return hash.substr(0, 8);
    };
    throw Error(
        ErrorKind::kModel,
        fmt::format("{}: made for model '{}' (structure {}..), but "
                    "'{}' has structure {}..; plan it again with "
                    "'coralline plan'",
                    file_, document_.model_name, start(document_.model_hash),
                    model_.name, start(structure)));
  }

  // From here on the model is the one with these layers split.
  void ReadSplits(const JsonReader& node) {
    if (!node.is_there()) return;
    for (const JsonReader& split : node.Elements()) {
      document_.splits.push_back(
          {.tensor = split.Member("tensor").Text(),
           .parts = CountOf(split.Member("parts"), 2),
           .as_convolution = split.Member("as_convolution").Flag()});
    }
    try {
      model_ = ModelOf(document_, model_);
    } catch (const Error& error) {
      node.Fail("layers that can be split", error.what());
    }
  }

  void ReadRequest(const JsonReader& request) {
    document_.strategy = NamedBy(request.Member("strategy"), ParseStrategy);
    document_.objective = NamedBy(request.Member("objective"), ParseObjective);
    const bool has_target = document_.objective == Objective::kDevices;
    document_.target_period =
        TimeOf(request.Member("target_period_ns"), has_target ? 1 : 0);
    document_.max_devices = CountOf(request.Member("max_devices"), 0);
    document_.max_replicas = CountOf(request.Member("max_replicas"), 1);
    document_.all_orders = request.Member("all_orders").Flag();
    document_.host = request.Member("host").Text();
    if (!FindHost(document_.host)) {
      request.Member("host").Fail("native, python or pycoral");
    }
  }

  ClassDocument ClassOf(const JsonReader& node) const {
    ClassDocument device{
        .device = {.name = node.Member("name").Text(),
                   .count = CountOf(node.Member("count"), 0),
                   .shares_link = node.Member("shares_link").Flag()},
        .unmapped_ops_only = node.Member("unmapped_ops_only").Flag(),
        .cpu_fallback = node.Member("cpu_fallback").Flag()};
    const JsonReader spec = node.Member("spec");
    if (!spec.is_there()) return device;
    device.spec = spec.Json();
    try {
      ParseDeviceSpec(device.spec, device.device.name);
    } catch (const Error& error) {
      spec.Fail("a device spec", error.what());
    }
    return device;
  }

  // In the file's order.
  std::vector<int> OpsOf(const JsonReader& node) const {
    const auto tensors = node.Member("tensors").Elements();
    const auto numbers = node.Member("ops").Elements();
    if (tensors.size() != numbers.size()) {
      node.Member("ops").Fail(
          fmt::format("as many as tensors, {}", tensors.size()),
          std::to_string(numbers.size()));
    }
    std::vector<int> ops;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      ops.push_back(OpOf(tensors[i], numbers[i]));
    }
    return ops;
  }

  // The name decides, where there is one.
  int OpOf(const JsonReader& tensor, const JsonReader& number) const {
    const auto op = static_cast<int>(
        number.Whole(0, names_->num_ops() - 1,
                     fmt::format("an op from 0 to {}", names_->num_ops() - 1)));
    const std::string name = tensor.Text();
    if (name.empty()) return op;
    const int found = names_->Find(name);
    if (found < 0) tensor.Fail("the first output of an op");
    return found;
  }

  Segment SegmentOf(const JsonReader& node) const {
    Segment segment{.ops = OpsOf(node)};
    std::sort(segment.ops.begin(), segment.ops.end());
    return segment;
  }

  int ClassAt(const JsonReader& node) const {
    const auto last = static_cast<std::int64_t>(document_.classes.size()) - 1;
    return static_cast<int>(
        node.Whole(0, last, fmt::format("a device from 0 to {}", last)));
  }

  static StageCost CostOf(const JsonReader& node) {
    return {.busy = TimeOf(node.Member("busy_ns"), 1),
            .host = TimeOf(node.Member("host_ns")),
            .link = TimeOf(node.Member("link_ns")),
            .can_replicate = node.Member("can_replicate").Flag()};
  }

  static Origin OriginOf(const JsonReader& node) {
    const auto origin = OriginFromText(node.Text());
    if (!origin) {
      node.Fail("measured, emulated, simulated, estimated or published");
    }
    return *origin;
  }

  void ReadStages(const JsonReader& node) {
    for (const JsonReader& stage : node.Elements()) {
      document_.plan.stages.push_back(
          {.segment = SegmentOf(stage),
           .device_class = ClassAt(stage.Member("device")),
           .replicas = CountOf(stage.Member("replicas"), 1),
           .cost = CostOf(stage)});
      document_.origins.push_back(OriginOf(stage.Member("origin")));
    }
    try {
      CheckSegments(model_.graph, document_.plan.segments());
    } catch (const Error& error) {
      node.Fail("segments that make up the model", error.what());
    }
  }

  void ReadPredicted(const JsonReader& node) {
    Plan& plan = document_.plan;
    plan.period = TimeOf(node.Member("period_ns"), 1);
    plan.latency = TimeOf(node.Member("latency_ns"), 1);
    ReadAgain(node.Member("devices"), plan.num_devices());
    ReadAgain(node.Member("throughput_rps"), ThroughputOf(plan));
  }

  void ReadCertificate(const JsonReader& node) {
    const JsonReader bound = node.Member(BoundMember(document_.objective));
    Certificate certificate{.bound = TimeOf(bound).count(),
                            .method = node.Member("method").Text(),
                            .boundaries = LookedAt(node.Member("boundaries")),
                            .segments = LookedAt(node.Member("segments")),
                            .orders = LookedAt(node.Member("orders"))};
    certificate.claim = ClaimOf(node.Member("claim"), certificate);
    if (certificate.bound > 0) {
      ReadAgain(node.Member("gap"),
                GapOf(ValueOf(document_), certificate.bound));
    }
    const JsonReader order = node.Member("order");
    if (order.is_there()) ReadOrder(order);
    document_.plan.certificate = std::move(certificate);
  }

  Claim ClaimOf(const JsonReader& node, Certificate certificate) const {
    const std::string text = node.Text();
    const std::int64_t value = ValueOf(document_);
    for (const Claim claim :
         {Claim::kAllOrders, Claim::kOneOrder, Claim::kWithin}) {
      certificate.claim = claim;
      if (ClaimText(certificate, value) == text) return claim;
    }
    node.Fail(
        fmt::format("\"optimal over all orders\", \"optimal for this "
                    "order\" or, as the bound tells, \"{}\"",
                    ClaimText(certificate, value)));
  }

  void ReadOrder(const JsonReader& node) {
    document_.order = OpsOf(node);
    std::vector<bool> is_done(model_.graph.ops.size(), false);
    const Precedence precedence = PrecedenceOf(model_.graph);
    for (const int op : document_.order) {
      const auto& before = precedence[op];
      if (is_done[op] ||
          !std::all_of(before.begin(), before.end(),
                       [&](int needed) { return is_done[needed]; })) {
        node.Fail("each op once, after what it needs",
                  fmt::format("op {} out of place", op));
      }
      is_done[op] = true;
    }
    if (document_.order.size() != is_done.size()) {
      node.Fail(fmt::format("all {} ops", is_done.size()),
                std::to_string(document_.order.size()));
    }
  }

  void ReadKnown() {
    for (const JsonReader& node : root_.Member("known_costs").Elements()) {
      KnownCost known{.segment = SegmentOf(node),
                      .device_class = ClassAt(node.Member("device")),
                      .origin = OriginOf(node.Member("origin"))};
      if (!node.Member("refused").Flag()) known.cost = CostOf(node);
      document_.known.push_back(std::move(known));
    }
    document_.only_known = root_.Member("only_known").Flag();
    const JsonReader optimism = root_.Member("optimism");
    document_.optimism = optimism.Number().value_or(0);
    if (document_.optimism <= 0 || document_.optimism > kMaxOptimism) {
      optimism.Fail("a number above 0, up to 1000");
    }
  }

  const std::string& file_;
  Model model_;
  std::optional<OpNames> names_;
  JsonReader root_;
  PlanDocument document_;
};

}  // namespace

PlanDocument ParsePlanDocument(std::string_view json, const std::string& file,
                               const Model& model) {
  return Parser(json, file, model).Run();
}

}  // namespace coralline
