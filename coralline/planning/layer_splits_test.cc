#include "coralline/planning/layer_splits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/tflite/model_builder.h"

namespace coralline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const DeviceGroup kDevice{.name = "d", .spec = ReadDeviceSpec("edgetpu-pcie")};
const DeviceGroup kCpu{.name = "cpu"};

// "in" -> "a" of 3,000 outputs -> "b" of 200 -> "c" of 10, all fully connected.
Model Net(int inputs) {
  ModelBuilder builder;
  const auto activation = [](const std::string& name, int size) {
    return Tensor{.name = name,
                  .type = DataType::kInt8,
                  .shape = {1, size},
                  .quantization = {.scale = {0.1F}, .zero_point = {0}}};
  };
  int value = builder.AddInput(activation("in", inputs));
  for (const auto& [name, size] :
       {std::pair<std::string, int>{"a", 3000}, {"b", 200}, {"c", 10}}) {
    Tensor weights = activation(name + "/w", inputs);
    weights.shape = {size, inputs};
    const std::vector<std::byte> data(static_cast<std::size_t>(size) * inputs);
    const int constant = builder.AddConstant(weights, data);
    const int output = builder.AddActivation(activation(name, size));
    builder.AddOp({.kind = OpKind::kFullyConnected,
                   .inputs = {value, constant},
                   .outputs = {output}},
                  FullyConnectedOptions{});
    value = output;
    inputs = size;
  }
  builder.SetOutputs({value});
  return builder.Build("net");
}

std::vector<int> NumParts(const std::vector<std::vector<LayerSplit>>& ways) {
  std::vector<int> parts;
  for (const auto& way : ways) parts.push_back(way.at(0).parts);
  return parts;
}

TEST(OversizeLayers, AreThoseThatNoDeviceKeepsWhole) {
  EXPECT_THAT(OversizeLayers(Net(2000), {kDevice}), IsEmpty());
  EXPECT_THAT(OversizeLayers(Net(3000), {kDevice}), ElementsAre(0));
  EXPECT_THAT(OversizeLayers(Net(2000), {kDevice}, 2), ElementsAre(0));
  DeviceGroup large = kDevice;
  large.spec->memory.bank_bytes *= 2;
  EXPECT_THAT(OversizeLayers(Net(3000), {kDevice, large}), IsEmpty());
  EXPECT_THAT(OversizeLayers(Net(3000), {kCpu}), IsEmpty());
}

TEST(SplittableLayers, HaveSeveralGroupsOfOutputs) {
  EXPECT_THAT(SplittableLayers(Net(100), {kDevice}), ElementsAre(0, 1));
}

// 47 groups of 64 outputs. A bank holds two fully connected ones of 3,000
// inputs, so a device 32; of convolutions 40, as quarters of them fill banks.
TEST(WaysToSplit, FillDevicesWithEqualParts) {
  const Model model = Net(3000);
  const auto ways = WaysToSplit(model, std::vector{0}, {kDevice});
  EXPECT_THAT(NumParts(ways), ElementsAre(2, 3, 4, 5, 8, 10));
  EXPECT_EQ(ways[0][0], (LayerSplit{"a", 2, true}));
}

TEST(WaysToSplit, LeaveOutLayersWithoutASecondPart) {
  const Model model = Net(100);
  EXPECT_THAT(WaysToSplit(model, {}, {kDevice}), IsEmpty());
  const auto ways = WaysToSplit(model, std::vector{0, 1}, {kDevice});
  for (const auto& way : ways) {
    for (const LayerSplit& split : way) {
      EXPECT_GE(split.parts, 2);
      EXPECT_FALSE(split.as_convolution);
    }
  }
}

}  // namespace
}  // namespace coralline
