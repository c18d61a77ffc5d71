// demo, short: what it says, not how fast this machine is.

#include <nlohmann/json.hpp>

#include "tests/cli/cli_fixture.h"

namespace coralline {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Json = nlohmann::json;

constexpr const char* kQuick = "demo --quick --width 64 ";

class DemoCli : public Cli {
 protected:
  // The one of a network on so many devices; null where there is no such cut.
  static Json Point(const Json& net, int devices, const std::string& cut) {
    for (const Json& point : net["points"]) {
      if (point["devices"] == devices && point["cut"] == cut) return point;
    }
    return {};
  }

  static double Predicted(const Json& net, int devices,
                          const std::string& cut) {
    return Point(net, devices, cut)["predicted_speedup"];
  }
};

TEST_F(DemoCli, EmulatesThePapersNetworks) {
  const Result result = Run(std::string(kQuick) + "--json --report demo.html");
  ASSERT_EQ(result.status, CanExecute() ? 0 : 4) << result.output;
  const Json json = Json::parse(result.stdout_only);
  ASSERT_EQ(json["emulated"].size(), 2U);
  for (const Json& net : json["emulated"]) {
    EXPECT_EQ(net["origin"], "emulated");
    EXPECT_EQ(net["predictions"], "simulated");
    EXPECT_EQ(net["points"].size(), 8U);
    EXPECT_EQ(Predicted(net, 1, "compiler"), 1);
    for (const int devices : {1, 2, 3, 4}) {
      const Json ours = Point(net, devices, "Coralline");
      EXPECT_GT(ours["predicted_speedup"], 1);
      EXPECT_GT(ours["throughput_rps"], 0);
      EXPECT_LE(ours["used_devices"], devices);
      const Json compilers = Point(net, devices, "compiler");
      if (compilers.contains("why_not")) continue;
      EXPECT_GT(ours["predicted_rps"], compilers["predicted_rps"]);
      EXPECT_GT(compilers["throughput_rps"], 0);
    }
  }
  const Json& dense = json["emulated"][0];
  EXPECT_EQ(dense["model"], "fc_2620");
  EXPECT_GT(Predicted(dense, 3, "Coralline"), 100);
  EXPECT_THAT(Point(dense, 4, "compiler")["why_not"].get<std::string>(),
              HasSubstr("more than the 5207261 B"));
  EXPECT_THAT(result.output, HasSubstr("report: demo.html"));
  std::stringstream page;
  page << std::ifstream(folder_ / "demo.html").rdbuf();
  EXPECT_THAT(page.str(), AllOf(HasSubstr("the compiler's cut, emulated"),
                                HasSubstr("Coralline's plan, simulated")));
}

TEST_F(DemoCli, MeasuresTheCoresAndComparesOutputs) {
  if (!CanExecute()) GTEST_SKIP() << "no TFLite library";
  const Json json =
      Json::parse(Run(std::string(kQuick) + "--devices 1 --json").stdout_only);
  EXPECT_EQ(json["model"], "fc_64");
  EXPECT_EQ(json["origin"], "measured");
  EXPECT_EQ(json["verified_inputs"], 100);
  EXPECT_EQ(json["emulated"][0]["verified_inputs"], 10);
  EXPECT_FALSE(json.contains("missing"));
  ASSERT_GE(json["variants"].size(), 2U);
  EXPECT_EQ(json["variants"][0]["speedup"], 1);
  for (const Json& variant : json["variants"]) {
    EXPECT_GT(variant["throughput_rps"], 0);
    EXPECT_LE(variant["speedup_min"], variant["speedup_max"]);
  }
}

TEST_F(DemoCli, WithoutTfLiteItSaysWhatIsMissing) {
  const Result result = Run(std::string(kQuick) + "--devices 1 --json",
                            "CORALLINE_TFLITE=/no/lib.so");
  EXPECT_EQ(result.status, 4);
  const Json json = Json::parse(result.stdout_only);
  EXPECT_THAT(json["missing"].get<std::string>(), HasSubstr("/no/lib.so"));
  EXPECT_EQ(json["emulated"][0]["verified_inputs"], 0);
  EXPECT_TRUE(json["variants"].empty());
}

TEST_F(DemoCli, OneCoreIsEnough) {
  if (!CanExecute()) GTEST_SKIP() << "no TFLite library";
  const Result result =
      Run(std::string(kQuick) + "--devices 1", "taskset -c 0");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("One core only: "));
}

}  // namespace
}  // namespace coralline
