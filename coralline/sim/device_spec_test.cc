#include "coralline/sim/device_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "coralline/base/error.h"
#include "coralline/sim/internal/builtin_specs.h"

namespace coralline {
namespace {

using Json = nlohmann::json;
using testing::Contains;
using testing::HasSubstr;

// The error of the paper's spec after one change.
std::string ErrorAfter(const char* path, const Json& value) {
  const auto specs = internal::BuiltinSpecs();
  const auto paper = std::find_if(
      specs.begin(), specs.end(),
      [](const auto& spec) { return spec.name == "edgetpu-pcie"; });
  Json json = Json::parse(paper->json);
  json[Json::json_pointer(path)] = value;
  try {
    ParseDeviceSpec(json.dump(), "x.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "no error";
}

TEST(ReadDeviceSpec, EverySpecThatComesWithUsIsValid) {
  EXPECT_THAT(DeviceSpecNames(), Contains("edgetpu-pcie"));
  for (const std::string& name : DeviceSpecNames()) {
    EXPECT_EQ(ReadDeviceSpec(name).name, name);
  }
}

TEST(ReadDeviceSpec, PutsEachNumberInItsPlace) {
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  EXPECT_EQ(spec.memory.num_banks, 16);
  EXPECT_EQ(spec.memory.bank_bytes, 514500);
  EXPECT_EQ(spec.few_outputs_multiple, 64);
  EXPECT_EQ(spec.activation_tile_bytes, 196608);
  EXPECT_EQ(spec.clock_hz, 480e6);
  EXPECT_EQ(spec.fixed_ms, 0.055);
  EXPECT_EQ(spec.array.output_channels, 64);
  EXPECT_EQ(spec.large_output_bytes_per_s, 387e6);
  EXPECT_EQ(spec.relayout_bytes_per_s, 319.4e6);
}

TEST(ReadDeviceSpec, ListsTheNamesWhereThereIsNone) {
  try {
    ReadDeviceSpec("edgetpu-moon");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no device spec 'edgetpu-moon'; there "
                                        "are edgetpu-devboard, edgetpu-pcie"));
  }
  EXPECT_THROW(ReadDeviceSpec("/nowhere/spec.json"), Error);
}

TEST(ParseDeviceSpec, GivesTheJsonPathAtFault) {
  EXPECT_EQ(ErrorAfter("/name", "x"), "no error");
  EXPECT_THAT(ErrorAfter("/name", 3), HasSubstr("x.json: /name: found 3"));
  EXPECT_THAT(ErrorAfter("/compute/clock/value", -1),
              HasSubstr("/compute/clock/value: found -1, expected a number "
                        "above 0"));
  EXPECT_THAT(ErrorAfter("/compute/clock/value", 1e300),
              HasSubstr("/compute/clock/value"));
  EXPECT_THAT(ErrorAfter("/array/tile_rows/value", 2.5),
              HasSubstr("/array/tile_rows/value: found 2.5, expected a whole "
                        "number from 1"));
  EXPECT_THAT(ErrorAfter("/memory/banks/value", 1e12),
              HasSubstr("/memory/banks/value"));
  EXPECT_THAT(ErrorAfter("/compute/clock/unit", "MHz"),
              HasSubstr("/compute/clock/unit: found \"MHz\", expected \"Hz\""));
  EXPECT_THAT(ErrorAfter("/link/small_rate/source", ""),
              HasSubstr("/link/small_rate/source"));
  EXPECT_THAT(ErrorAfter("/fixed", 1), HasSubstr("/fixed/inference/unit"));
  EXPECT_THAT(ErrorAfter("/fixed/inferrence", 1),
              HasSubstr("/fixed/inferrence: found 1, expected no such name"));
  EXPECT_THAT(ErrorAfter("/extra", 1), HasSubstr("/extra"));
}

TEST(ParseDeviceSpec, SomeNumbersMayBeMissing) {
  auto json = nlohmann::json::parse(ReadDeviceSpecText("edgetpu-usb3-desktop"));
  EXPECT_GT(ParseDeviceSpec(json.dump(), "x").int8_cycles_factor, 0);
  for (const char* name :
       {"int8_cycles_factor", "depthwise_cycles_factor", "vector_rate"}) {
    json["compute"].erase(name);
  }
  json["memory"].erase("overflow_reserve_limit");
  const DeviceSpec spec = ParseDeviceSpec(json.dump(), "x");
  EXPECT_EQ(spec.int8_cycles_factor, 0);
  EXPECT_EQ(spec.depthwise_cycles_factor, 0);
  EXPECT_EQ(spec.vector_bytes_per_s, 0);
  EXPECT_EQ(spec.memory.overflow_reserve_limit, 0);
}

TEST(ParseDeviceSpec, RefusesWhatIsNoJson) {
  EXPECT_THROW(ParseDeviceSpec("", "x"), Error);
  EXPECT_THROW(ParseDeviceSpec("[]", "x"), Error);
  EXPECT_THROW(ParseDeviceSpec("{\"name\": ", "x"), Error);
}

}  // namespace
}  // namespace coralline
