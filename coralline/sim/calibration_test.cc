#include "coralline/sim/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"
#include "coralline/sim/segment_cost.h"

namespace coralline {
namespace {

using testing::HasSubstr;

// One-device rows of both families, timed by a spec.
std::vector<Measurement> RowsFrom(const DeviceSpec& spec) {
  std::vector<Measurement> rows;
  const auto add = [&](Measurement row) {
    const Graph graph = NetworkOf(row);
    row.segments = 1;
    row.quality = "ok";
    row.ms_per_inference = CostOf(graph, OpRange(0, graph.num_ops()),
                                  MakeLayers(graph, spec), spec)
                               .warm_ms();
    rows.push_back(row);
  };
  for (int n = 200; n <= 2600; n += 200) {
    add({.kind = "fc",
         .width = n,
         .layers = 5,
         .macs = 74.0 * n + 3.0 * n * n});
  }
  for (int f = 32; f <= 500; f += 36) {
    add({.kind = "conv", .width = f, .layers = 2});
    add({.kind = "conv", .width = f, .layers = 5});
  }
  return rows;
}

const FittedConstant& Find(const Calibration& result, const char* path) {
  for (const FittedConstant& constant : result.constants) {
    if (constant.path == path) return constant;
  }
  throw std::out_of_range(path);
}

DeviceSpec Changed() {
  DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  spec.fixed_ms = 0.9;
  spec.cycles_factor = 1.2;
  spec.fill_cycles = 50;
  spec.streaming_bytes_per_s = 200e6;
  spec.streaming_fixed_ms = 0.5;
  spec.relayout_bytes_per_s = 150e6;
  return spec;
}

TEST(Calibrate, RecoversTheConstantsThatMadeTheRows) {
  const DeviceSpec truth = Changed();
  const Calibration result =
      Calibrate(ReadDeviceSpec("edgetpu-pcie"), RowsFrom(truth));
  EXPECT_GT(result.before.median, 0.1);
  EXPECT_LT(result.after.maximum, 1e-6);
  for (const auto& constant : SpecConstants()) {
    if (constant.is_optional && truth.*constant.member == 0) continue;
    const FittedConstant& fitted = Find(result, constant.path);
    if (!fitted.is_determined) continue;
    const double expected = truth.*constant.member;
    EXPECT_NEAR(fitted.new_value, expected, 1e-3 * expected) << constant.path;
  }
  for (const char* path : {"/fixed/inference", "/compute/cycles_factor",
                           "/link/streaming_rate", "/host/relayout_rate"}) {
    EXPECT_TRUE(Find(result, path).is_determined) << path;
  }
}

TEST(Calibrate, OutliersDoNotMoveTheResult) {
  const DeviceSpec truth = Changed();
  auto rows = RowsFrom(truth);
  for (std::size_t i = 0; i < rows.size(); i += 9) {
    rows[i].ms_per_inference *= 1.6;
  }
  const Calibration result =
      Calibrate(truth, rows, {"/fixed/inference", "/link/streaming_rate"});
  EXPECT_NEAR(result.spec.streaming_bytes_per_s, 200e6, 1e6);
  EXPECT_NEAR(result.spec.fixed_ms, 0.9, 0.01);
}

// Else a wrong old value would stay, and the other constants make up for it.
TEST(Calibrate, FindsThatAConstantIsZero) {
  DeviceSpec truth = Changed();
  truth.fill_cycles = 0;
  truth.streaming_fixed_ms = 0;
  auto rows = RowsFrom(truth);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].ms_per_inference *= i % 2 == 0 ? 1.01 : 0.99;
  }
  const Calibration result = Calibrate(ReadDeviceSpec("edgetpu-pcie"), rows);
  EXPECT_TRUE(Find(result, "/fixed/streaming").is_determined);
  EXPECT_LT(result.spec.streaming_fixed_ms, 0.1);
  EXPECT_LT(result.spec.fill_cycles, 5);
  EXPECT_NEAR(result.spec.cycles_factor, truth.cycles_factor, 0.05);
  EXPECT_LT(result.after.maximum, 0.03);
}

TEST(Calibrate, KeepsWhatTheRowsDoNotDetermine) {
  const DeviceSpec truth = Changed();
  auto rows = RowsFrom(truth);
  rows.resize(5);  // on chip
  const DeviceSpec base = ReadDeviceSpec("edgetpu-pcie");
  const Calibration result = Calibrate(base, rows);
  for (const char* path :
       {"/link/streaming_rate", "/fixed/upload", "/link/upload_rate"}) {
    EXPECT_FALSE(Find(result, path).is_determined) << path;
    EXPECT_EQ(Find(result, path).new_value, Find(result, path).old_value);
  }
}

TEST(Calibrate, RefusesWhatItCannotUse) {
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  EXPECT_THROW(Calibrate(spec, {}), Error);
  EXPECT_THROW(Calibrate(spec, RowsFrom(spec), {"/memory/banks"}), Error);
}

constexpr const char* kLinks =
    "model,input,model_mb,device,link,host,ms\n"
    "mobilenet_v2_1.0,224x224,4.1,A,USB3,desk,2.5\n"
    "inception_v4,299x299,42.9,A,USB3,desk,90\n";

DeviceSpec ForLinks() {
  DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  spec.fill_cycles = 0;
  spec.cycles_factor = 0.68;
  return spec;
}

TEST(CalibrateLink, ReproducesBothRows) {
  ASSERT_TRUE(IsLinkFile(kLinks));
  const auto rows = ParseLinkMeasurements(kLinks, "links.csv");
  const Calibration result = CalibrateLink(ForLinks(), rows, "desk");
  EXPECT_GT(result.before.maximum, 0.01);
  EXPECT_LT(result.after.maximum, 1e-12);
  EXPECT_GT(result.spec.fixed_ms, 1);
  EXPECT_EQ(result.spec.upload_bytes_per_s, result.spec.small_bytes_per_s);
}

TEST(CalibrateLink, SaysWhatIsMissing) {
  const auto rows = ParseLinkMeasurements(kLinks, "links.csv");
  try {
    CalibrateLink(ForLinks(), rows, "moon");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(
        error.what(),
        HasSubstr("on host 'moon'; expected --host-name with one of desk"));
  }
  EXPECT_THROW(CalibrateLink(Changed(), rows, "desk"), Error);
  EXPECT_THROW(ParseLinkMeasurements(std::string(kLinks) + "a,b\n", "x"),
               Error);
  EXPECT_THROW(
      ParseLinkMeasurements(std::string(kLinks) + "a,b,c,d,e,f,-1\n", "x"),
      Error);
}

TEST(CalibratedSpecText, IsAValidSpecWithTheNewNumbersAndSources) {
  const std::string base = ReadDeviceSpecText("edgetpu-pcie");
  const Calibration result =
      Calibrate(ReadDeviceSpec("edgetpu-pcie"), RowsFrom(Changed()),
                {"/fixed/inference"});
  const std::string text =
      CalibratedSpecText(base, result, "mine", "fit: 41 rows of x.csv");
  const DeviceSpec spec = ParseDeviceSpec(text, "mine.json");
  EXPECT_EQ(spec.name, "mine");
  EXPECT_NEAR(spec.fixed_ms, result.spec.fixed_ms, 1e-5);
  EXPECT_THAT(text, HasSubstr("fit: 41 rows of x.csv"));
}

}  // namespace
}  // namespace coralline
