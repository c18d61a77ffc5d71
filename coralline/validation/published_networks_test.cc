#include "coralline/validation/published_networks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"
#include "coralline/sim/segment_cost.h"

namespace coralline {
namespace {

using testing::HasSubstr;

// What Google's compiler makes of a network, by the formulas that compiled
// files confirmed; of Inceptions no file is public.
struct Reference {
  const char* model;
  int matrix_layers = 0;
  int uneven_ops = 0;
  std::int64_t instruction_bytes = 0;
  std::int64_t input_bytes = 0;
  std::int64_t parameter_bytes = 0;
  std::int64_t cycles = 0;
};

void PrintTo(const Reference& reference, std::ostream* out) {
  *out << reference.model;
}

class ReferenceTest : public testing::TestWithParam<Reference> {};

TEST_P(ReferenceTest, TheNetworkHasTheSizesOfTheCompiler) {
  const Reference& expected = GetParam();
  const TimedNetwork network = PublishedNetwork(expected.model);
  const Graph& graph = network.graph;
  const auto layers = MakeLayers(
      graph, ReadDeviceSpec("edgetpu-uint8-classifiers"), network.has_bias);
  Reference found{.model = expected.model,
                  .instruction_bytes = InstructionBytes(layers)};
  for (const Layer& layer : layers) {
    const bool is_matrix =
        layer.kind != LayerKind::kOther && layer.kind != LayerKind::kSoftmax;
    found.matrix_layers += is_matrix ? 1 : 0;
    found.uneven_ops += layer.is_uneven ? 1 : 0;
    found.parameter_bytes += layer.cached_bytes;
    // The last layer is a convolution here and fully connected there.
    if (layer.kind == LayerKind::kConv) found.cycles += layer.cycles;
  }
  EXPECT_EQ(found.matrix_layers, expected.matrix_layers);
  EXPECT_EQ(found.uneven_ops, expected.uneven_ops);
  EXPECT_EQ(found.instruction_bytes, expected.instruction_bytes);
  EXPECT_EQ(found.parameter_bytes, expected.parameter_bytes);
  EXPECT_EQ(found.cycles, expected.cycles);
  EXPECT_EQ(NumBytes(graph.tensors[graph.inputs[0]]), expected.input_bytes);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ReferenceTest,
    testing::Values(Reference{"mobilenet_v1_0.25_128_quant", 28, 0, 46400,
                              49152, 518656, 6784},
                    Reference{"mobilenet_v1_1.0_224_quant", 28, 16, 71136,
                              150528, 4415744, 169744},
                    Reference{"mobilenet_v2_1.0_224_quant", 53, 40, 137590,
                              150528, 3900864, 113596},
                    Reference{"inception_v1_quant", 58, 58, 171288, 150528,
                              6926848, 454916},
                    Reference{"inception_v2_quant", 71, 65, 197372, 150528,
                              12069440, 606976},
                    Reference{"inception_v3_quant", 95, 92, 267290, 268203,
                              24496704, 1818464},
                    Reference{"inception_v4_quant", 150, 146, 415344, 268203,
                              44209280, 4047460}));

TEST(PublishedNetwork, RefusesWhatTheZooDoesNotKnow) {
  for (const char* model : {"", "mobilenet", "alexnet_quant",
                            "inception_v1_0.5", "mobilenet_v1_big"}) {
    EXPECT_THROW(PublishedNetwork(model), Error) << model;
  }
}

constexpr const char* kHeader =
    "model,input,first_inference_ms,warm_inference_ms,source\n";

TEST(ParseNetworkMeasurements, ReadsRows) {
  const std::string text =
      std::string(kHeader) + "inception_v1_quant,224x224,19.9,1.7,a\r\n";
  ASSERT_TRUE(IsNetworkFile(text));
  const auto rows = ParseNetworkMeasurements(text, "n.csv");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].model, "inception_v1_quant");
  EXPECT_EQ(rows[0].first_ms, 19.9);
  EXPECT_EQ(rows[0].warm_ms, 1.7);
}

TEST(ParseNetworkMeasurements, NamesTheLine) {
  const auto error_of = [](const std::string& text) -> std::string {
    try {
      ParseNetworkMeasurements(text, "n.csv");
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(error_of("model\n"), HasSubstr("n.csv: the first line"));
  EXPECT_THAT(error_of(std::string(kHeader) + "a,b\n"),
              HasSubstr("n.csv:2: expected the columns"));
  EXPECT_THAT(error_of(std::string(kHeader) + "a,b,1,fast,d\n"),
              HasSubstr("n.csv:2: column warm_inference_ms: 'fast'"));
}

std::vector<NetworkMeasurement> RowsFrom(const DeviceSpec& spec) {
  std::vector<NetworkMeasurement> rows;
  for (const char* model :
       {"mobilenet_v1_0.25_128_quant", "mobilenet_v1_0.50_160_quant",
        "mobilenet_v1_1.0_224_quant", "mobilenet_v2_1.0_224_quant",
        "inception_v1_quant", "inception_v2_quant"}) {
    const TimedNetwork network = PublishedNetwork(model);
    const SegmentCost cost =
        CostOf(network.graph, OpRange(0, network.graph.num_ops()),
               MakeLayers(network.graph, spec, network.has_bias), spec);
    rows.push_back({model, cost.first_ms(), cost.warm_ms()});
  }
  return rows;
}

TEST(CalibrateNetworks, FindsTheConstantsThatMadeTheRows) {
  const DeviceSpec base = ReadDeviceSpec("edgetpu-uint8-classifiers");
  DeviceSpec truth = base;
  truth.fixed_ms = 0.4;
  truth.cycles_factor = 1.1;
  truth.small_bytes_per_s = truth.large_input_bytes_per_s =
      truth.large_output_bytes_per_s = 150e6;
  truth.vector_bytes_per_s = 20e9;
  truth.upload_bytes_per_s = 250e6;
  truth.upload_fixed_ms = 0.2;
  const Calibration result = CalibrateNetworks(base, RowsFrom(truth));
  EXPECT_LT(result.after.maximum, 1e-6);
  EXPECT_EQ(result.num_rows, 12);
  for (const auto& constant : result.constants) {
    EXPECT_TRUE(constant.is_determined) << constant.path;
  }
  EXPECT_NEAR(result.spec.fixed_ms, 0.4, 1e-4);
  EXPECT_NEAR(result.spec.large_output_bytes_per_s, 150e6, 1e3);
  EXPECT_NEAR(result.spec.vector_bytes_per_s, 20e9, 1e6);
  EXPECT_THROW(CalibrateNetworks(base, {}), Error);
}

}  // namespace
}  // namespace coralline
