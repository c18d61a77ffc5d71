#include "coralline/planning/layer_splits.h"

#include <algorithm>
#include <map>

#include "coralline/sim/operator_support.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/bias.h"

namespace coralline {
namespace {

// Parts of a layer that are on one device at a time.
constexpr int kParts[] = {1, 2, 3, 4, 6, 8};
// More are not worth the search for a plan.
constexpr int kMostParts = 32;

std::vector<DeviceSpec> SpecsOf(const std::vector<DeviceGroup>& groups) {
  std::vector<DeviceSpec> specs;
  for (const DeviceGroup& group : groups) {
    if (!group.spec) continue;
    if (std::find(specs.begin(), specs.end(), *group.spec) == specs.end()) {
      specs.push_back(*group.spec);
    }
  }
  return specs;
}

int GroupsOf(int outputs, int group) { return (outputs + group - 1) / group; }

// One layer by itself, with any number of outputs.
class LayerAlone {
 public:
  LayerAlone(const Graph& graph, int op, bool has_bias, bool as_convolution)
      : op_(graph.ops[op]), has_bias_(has_bias) {
    const auto add = [&](int tensor) {
      graph_.tensors.push_back(graph.tensors[tensor]);
      return static_cast<int>(graph_.tensors.size()) - 1;
    };
    op_.inputs = {add(op_.inputs[0]), add(op_.inputs[1])};
    op_.outputs = {add(op_.outputs[0])};
    if (as_convolution) MakeConvolution();
    graph_.inputs = {op_.inputs[0]};
    graph_.outputs = op_.outputs;
    graph_.ops = {op_};
  }

  int outputs() const { return graph_.tensors[op_.inputs[1]].shape[0]; }

  bool IsKept(int outputs, const DeviceSpec& spec) const {
    Graph part = graph_;
    part.tensors[op_.inputs[1]].shape[0] = outputs;
    part.tensors[op_.outputs[0]].shape.back() = outputs;
    const auto layers = MakeLayers(part, spec, {has_bias_});
    return CostOf(part, OpRange(0, 1), layers, spec).placement.is_cached[0];
  }

  // Of groups of outputs that the device's array computes at once.
  int MostGroups(const DeviceSpec& spec) const {
    const int group = spec.array.output_channels;
    int fits = 0;
    int too_many = GroupsOf(outputs(), group) + 1;
    while (too_many - fits > 1) {
      const int middle = fits + (too_many - fits) / 2;
      const bool is_kept = IsKept(std::min(outputs(), middle * group), spec);
      (is_kept ? fits : too_many) = middle;
    }
    return fits;
  }

 private:
  void MakeConvolution() {
    op_.kind = OpKind::kConv2d;
    auto& weights = graph_.tensors[op_.inputs[1]].shape;
    weights = {weights[0], 1, 1, weights[1]};
    graph_.tensors[op_.inputs[0]].shape = {1, 1, 1, weights[3]};
    graph_.tensors[op_.outputs[0]].shape = {1, 1, 1, weights[0]};
  }

  Graph graph_;
  Op op_;
  bool has_bias_;
};

// How much of a layer the roomiest device keeps.
struct Room {
  int groups = 0;  // of the layer
  int most = 0;    // of them on one device
  bool as_convolution = false;
};

Room RoomFor(const Model& model, int op, bool has_bias,
             const std::vector<DeviceSpec>& specs) {
  Room room;
  const bool can_be_convolution =
      WhyNotConvolution(model.graph, model.graph.ops[op]).empty();
  for (const bool as_convolution : {false, true}) {
    if (as_convolution && !can_be_convolution) continue;
    const LayerAlone layer(model.graph, op, has_bias, as_convolution);
    for (const DeviceSpec& spec : specs) {
      const int most = layer.MostGroups(spec);
      room.groups = std::max(
          room.groups, GroupsOf(layer.outputs(), spec.array.output_channels));
      if (most <= room.most) continue;
      room.most = most;
      room.as_convolution = as_convolution;
    }
  }
  return room;
}

// None where the layer need not or cannot be split so.
int NumParts(const Room& room, int parts_on_device) {
  const int groups = std::max(1, room.most / parts_on_device);
  const int parts = GroupsOf(room.groups, groups);
  return parts <= kMostParts ? parts : 0;
}

}  // namespace

std::vector<int> SplittableLayers(const Model& model,
                                  const std::vector<DeviceGroup>& groups) {
  const auto specs = SpecsOf(groups);
  std::vector<int> layers;
  if (specs.empty()) return layers;
  const auto mappings = MapOps(model.graph);
  for (int i = 0; i < model.graph.num_ops(); ++i) {
    const Op& op = model.graph.ops[i];
    if (!mappings[i].is_mapped() || op.kind == OpKind::kDepthwiseConv2d ||
        !WhyNotSplit(model.graph, op).empty()) {
      continue;
    }
    const int outputs = NumSplittable(model.graph, op);
    if (outputs > specs.front().array.output_channels) layers.push_back(i);
  }
  return layers;
}

std::vector<int> OversizeLayers(const Model& model,
                                const std::vector<DeviceGroup>& groups,
                                int times) {
  const auto specs = SpecsOf(groups);
  const auto has_bias = OpsWithBias(model);
  std::vector<int> oversize;
  for (const int op : SplittableLayers(model, groups)) {
    const LayerAlone layer(model.graph, op, has_bias[op], false);
    if (std::none_of(specs.begin(), specs.end(), [&](const auto& spec) {
          return layer.IsKept(times * layer.outputs(), spec);
        })) {
      oversize.push_back(op);
    }
  }
  return oversize;
}

std::vector<std::vector<LayerSplit>> WaysToSplit(
    const Model& model, std::span<const int> layers,
    const std::vector<DeviceGroup>& groups) {
  const auto specs = SpecsOf(groups);
  const auto has_bias = OpsWithBias(model);
  std::map<int, Room> rooms;
  for (const int op : layers) {
    rooms[op] = RoomFor(model, op, has_bias[op], specs);
  }
  std::vector<std::vector<LayerSplit>> ways;
  for (const int parts_on_device : kParts) {
    std::vector<LayerSplit> way;
    for (const auto& [op, room] : rooms) {
      const int parts = NumParts(room, parts_on_device);
      if (parts < 2) continue;
      const int output = model.graph.ops[op].outputs[0];
      way.push_back(
          {model.graph.tensors[output].name, parts, room.as_convolution});
    }
    const bool is_new = std::find(ways.begin(), ways.end(), way) == ways.end();
    if (!way.empty() && is_new) ways.push_back(std::move(way));
  }
  return ways;
}

}  // namespace coralline
