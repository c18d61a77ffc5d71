// Calibration of a spec to profiles of real networks.

#include "coralline/planning/profile_calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <random>

#include "coralline/base/error.h"
#include "coralline/sim/informative_segments.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/model_builder.h"
#include "coralline/zoo/networks.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;
using testing::AllOf;
using testing::HasSubstr;

nanoseconds Nanoseconds(double ms) {
  return std::chrono::round<nanoseconds>(
      std::chrono::duration<double, std::milli>(ms));
}

DeviceSpec Base() { return ReadDeviceSpec("edgetpu-pcie"); }

// A host whose link is slow, and whose device computes faster.
DeviceSpec Truth() {
  DeviceSpec spec = Base();
  spec.fixed_ms = 0.4;
  spec.cycles_factor = 1.1;
  spec.small_bytes_per_s = 150e6;
  spec.large_input_bytes_per_s = 200e6;
  spec.upload_bytes_per_s = 120e6;
  spec.upload_fixed_ms = 2;
  return spec;
}

// What the true device would take for segments, give or take `noise`.
Profile ProfileOf(const Model& model, const std::vector<Segment>& segments,
                  double noise) {
  const DeviceSpec truth = Truth();
  const auto layers = MakeLayers(model.graph, truth, OpsWithBias(model));
  std::mt19937 random(7);
  const auto factor = [&] {
    return 1 + noise * (static_cast<double>(random() % 2001) - 1000) / 1000;
  };
  Profile profile{.model = model.name, .device = "edgetpu:pci:0"};
  for (const Segment& segment : segments) {
    const SegmentCost cost = CostOf(model.graph, segment, layers, truth);
    const nanoseconds warm = Nanoseconds(cost.warm_ms() * factor());
    const nanoseconds first = Nanoseconds(cost.first_ms() * factor());
    profile.Add({.segment = segment,
                 .latency = warm,
                 .low = warm,
                 .high = warm,
                 .first = first,
                 .runs = 20});
  }
  return profile;
}

std::vector<Segment> RandomSegments(const Model& model, int count,
                                    unsigned seed = 3) {
  std::mt19937 random(seed);
  const auto ops = static_cast<unsigned>(model.graph.num_ops());
  std::vector<Segment> segments;
  for (int i = 0; i < count; ++i) {
    const auto begin = static_cast<int>(random() % ops);
    const int most = static_cast<int>(ops) - begin;
    const auto length = 1 + static_cast<int>(random() % most);
    segments.push_back(OpRange(begin, begin + length));
  }
  return segments;
}

std::vector<Segment> AllSegments(const Model& model) {
  std::vector<Segment> all;
  for (int begin = 0; begin < model.graph.num_ops(); ++begin) {
    for (int end = begin + 1; end <= model.graph.num_ops(); ++end) {
      all.push_back(OpRange(begin, end));
    }
  }
  return all;
}

struct Case {
  const char* network;
  NetworkOptions options;
  /// What its segments determine and is told here.
  std::vector<std::string> determined;
};

const std::vector<Case>& Cases() {
  static const std::vector<Case> cases = {
      {"mobilenet_v1",
       {.size = 128, .width = 0.25},
       {"/fixed/inference", "/link/small_rate", "/link/upload_rate",
        "/fixed/upload"}},
      {"mobilenet_v2",
       {},
       {"/fixed/inference", "/compute/cycles_factor", "/link/small_rate",
        "/link/large_input_rate", "/link/upload_rate", "/fixed/upload"}},
      {"resnet50",
       {},
       {"/fixed/inference", "/compute/cycles_factor", "/link/streaming_rate",
        "/link/upload_rate"}}};
  return cases;
}

double TrueValue(const std::string& path) {
  const DeviceSpec truth = Truth();
  for (const SpecConstant& constant : SpecConstants()) {
    if (path == constant.path) return truth.*constant.member;
  }
  throw std::out_of_range(path);
}

TEST(CalibrateToProfiles, FindsTheConstantsOfRealNetworksDespiteNoise) {
  for (const Case& tried : Cases()) {
    SCOPED_TRACE(tried.network);
    const Model model = GenerateNetwork(tried.network, tried.options);
    const Profile profile = ProfileOf(model, RandomSegments(model, 60), 0.02);
    const auto result = CalibrateToProfiles(
        Base(), std::vector<ProfiledModel>{{&model, &profile}});
    EXPECT_EQ(result.num_segments, profile.segments.size());
    std::vector<std::string> determined;
    for (const FittedConstant& constant : result.fit.constants) {
      const double truth = TrueValue(constant.path);
      if (!constant.is_determined) {
        EXPECT_EQ(constant.new_value, constant.old_value);
        continue;
      }
      determined.push_back(constant.path);
      EXPECT_NEAR(constant.new_value, truth, 4 * constant.standard_error)
          << constant.path;
    }
    EXPECT_THAT(determined, testing::IsSupersetOf(tried.determined));
    EXPECT_NEAR(result.fit.spec.fixed_ms, Truth().fixed_ms, 0.02);
    EXPECT_GT(result.fit.before.median, 0.2);
    EXPECT_LT(result.fit.after.p90, 0.022);
    EXPECT_LT(result.held_out.median, 0.02);
    EXPECT_LT(result.held_out.p90, 0.03);
  }
}

TEST(CalibrateToProfiles, IsExactWithoutNoise) {
  const Model model = GenerateNetwork("resnet50");
  const Profile profile = ProfileOf(model, RandomSegments(model, 60), 0);
  const auto result = CalibrateToProfiles(
      Base(), std::vector<ProfiledModel>{{&model, &profile}});
  EXPECT_LT(result.held_out.maximum, 1e-4);  // nanoseconds are whole
  EXPECT_NEAR(result.fit.spec.cycles_factor, Truth().cycles_factor, 1e-3);
}

// A busy host delays single inferences; nothing else follows from them.
TEST(CalibrateToProfiles, FirstTimesMoveNoConstantButThoseOfUploads) {
  const Model model = GenerateNetwork("resnet50");
  Profile profile = ProfileOf(model, RandomSegments(model, 60), 0.02);
  const std::vector<ProfiledModel> profiles = {{&model, &profile}};
  const auto before = CalibrateToProfiles(Base(), profiles);
  for (std::size_t i = 0; i < profile.segments.size(); i += 4) {
    profile.segments[i].first *= 5;
  }
  const auto after = CalibrateToProfiles(Base(), profiles);
  EXPECT_EQ(after.fit.spec.fixed_ms, before.fit.spec.fixed_ms);
  EXPECT_EQ(after.held_out.p90, before.held_out.p90);
  EXPECT_NEAR(after.fit.spec.upload_bytes_per_s, Truth().upload_bytes_per_s,
              0.1 * Truth().upload_bytes_per_s);
}

TEST(CalibrateToProfiles, TakesProfilesWithoutFirstTimes) {
  const Model model = GenerateNetwork("mobilenet_v2");
  Profile profile = ProfileOf(model, RandomSegments(model, 60), 0.02);
  for (SegmentProfile& segment : profile.segments) {
    segment.first = nanoseconds(0);
  }
  const auto result = CalibrateToProfiles(
      Base(), std::vector<ProfiledModel>{{&model, &profile}});
  EXPECT_FALSE(result.first);
  EXPECT_EQ(result.fit.spec.upload_bytes_per_s, Base().upload_bytes_per_s);
}

TEST(CalibrateToProfiles, TellsHowFarTheSpecWillBeOff) {
  const Model model = GenerateNetwork("mobilenet_v2");
  const Profile profile = ProfileOf(model, RandomSegments(model, 60), 0.02);
  const auto result = CalibrateToProfiles(
      Base(), std::vector<ProfiledModel>{{&model, &profile}});
  const DeviceSpec spec = ParseDeviceSpec(
      CalibratedSpecText(ReadDeviceSpecText("edgetpu-pcie"), result.fit, "mine",
                         "fit: 120 measured times of p.json"),
      "mine.json");
  EXPECT_NEAR(spec.relative_error, result.held_out.p90, 0.001);
  EXPECT_EQ(spec.absolute_error_ms, 0);  // that of the base's rows
  EXPECT_NEAR(spec.fixed_ms, Truth().fixed_ms, 0.02);
}

TEST(CalibrateToProfiles, JoinsTheProfilesOfSeveralModels) {
  const Model one = GenerateNetwork("mobilenet_v2");
  const Model two = GenerateNetwork("resnet50");
  const Profile of_one = ProfileOf(one, RandomSegments(one, 10), 0.02);
  const Profile of_two = ProfileOf(two, RandomSegments(two, 10), 0.02);
  const auto result = CalibrateToProfiles(
      Base(), std::vector<ProfiledModel>{{&one, &of_one}, {&two, &of_two}});
  EXPECT_EQ(result.num_segments, 20);
  EXPECT_EQ(result.fit.num_rows, 40);
}

TEST(CalibrateToProfiles, FitsTheNamedConstantsAlone) {
  const Model model = GenerateNetwork("mobilenet_v2");
  const Profile profile = ProfileOf(model, RandomSegments(model, 40), 0.02);
  const auto result = CalibrateToProfiles(
      Base(), std::vector<ProfiledModel>{{&model, &profile}},
      {"/fixed/inference"});
  ASSERT_EQ(result.fit.constants.size(), 1U);
}

// The spec to begin with is that of another link, and has other zeros.
TEST(CalibrateToProfiles, BeginsAnywhere) {
  const Model model = GenerateNetwork("mobilenet_v2");
  const Profile profile = ProfileOf(model, RandomSegments(model, 60), 0.02);
  const std::vector<ProfiledModel> profiles = {{&model, &profile}};
  DeviceSpec far = Base();
  far.fixed_ms = 5;
  far.fill_cycles = 0;
  far.small_bytes_per_s = 20e6;
  far.relayout_bytes_per_s = 1e9;
  const auto result = CalibrateToProfiles(far, profiles);
  EXPECT_LT(result.held_out.p90, 0.03);
  EXPECT_NEAR(result.fit.spec.fixed_ms, Truth().fixed_ms, 0.02);
}

// The paths of the constants that segments determine where times are exact.
std::vector<std::string> Determined(const Model& model,
                                    const std::vector<Segment>& segments) {
  const Profile profile = ProfileOf(model, segments, 0);
  std::vector<std::string> paths;
  for (const FittedConstant& constant :
       CalibrateToProfiles(Base(),
                           std::vector<ProfiledModel>{{&model, &profile}})
           .fit.constants) {
    if (constant.is_determined) paths.push_back(constant.path);
  }
  return paths;
}

TEST(InformativeSegments, DetermineAllThatEverySegmentOfMobileNetDoes) {
  constexpr int kSample = 24;
  const Model model = GenerateNetwork("mobilenet_v1", {.width = 0.5});
  const auto sample =
      InformativeSegments(model.graph, OpsWithBias(model), Base(), kSample);
  EXPECT_EQ(Determined(model, sample), Determined(model, AllSegments(model)));
}

TEST(InformativeSegments, TellMoreThanRandomOnes) {
  constexpr int kSample = 30;
  const Model model = GenerateNetwork("resnet50");
  // The volume of what the constants may be, as a logarithm.
  const auto uncertainty = [&](const std::vector<Segment>& segments) {
    const Profile profile = ProfileOf(model, segments, 0.02);
    double sum = 0;
    for (const FittedConstant& constant :
         CalibrateToProfiles(Base(),
                             std::vector<ProfiledModel>{{&model, &profile}})
             .fit.constants) {
      if (!constant.is_determined) continue;
      sum += std::log(constant.standard_error / constant.new_value);
    }
    return sum;
  };
  const double chosen = uncertainty(
      InformativeSegments(model.graph, OpsWithBias(model), Base(), kSample));
  for (unsigned seed = 1; seed <= 5; ++seed) {
    EXPECT_LT(chosen + 2, uncertainty(RandomSegments(model, kSample, seed)));
  }
}

// Six ops, one that the CPU runs, and one more.
Model Chain() {
  const auto tensor = [](const std::string& name) {
    return Tensor{.name = name,
                  .type = DataType::kInt8,
                  .shape = {1, 1000},
                  .quantization = {.scale = {0.1F}, .zero_point = {0}}};
  };
  ModelBuilder builder;
  int value = builder.AddInput(tensor("in"));
  for (int op = 0; op < 8; ++op) {
    const int output = builder.AddActivation(tensor(std::to_string(op)));
    builder.AddOp({.kind = op == 6 ? OpKind::kExp : OpKind::kTanh,
                   .inputs = {value},
                   .outputs = {output}});
    value = output;
  }
  builder.SetOutputs({value});
  return builder.Build("chain");
}

TEST(CalibrateToProfiles, LeavesOutSegmentsWithOpsOfTheCpu) {
  const Model model = Chain();
  const Profile profile = ProfileOf(model, AllSegments(model), 0);
  const auto result = CalibrateToProfiles(
      Base(), std::vector<ProfiledModel>{{&model, &profile}});
  EXPECT_EQ(result.num_segments, 6 * 7 / 2 + 1);
  EXPECT_EQ(result.num_left_out, 8 * 9 / 2 - result.num_segments);
}

std::string ErrorOf(std::span<const ProfiledModel> profiles) {
  try {
    CalibrateToProfiles(Base(), profiles);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "no error";
}

TEST(CalibrateToProfiles, RefusesDifferentDevices) {
  const Model model = GenerateNetwork("mobilenet_v2");
  const Profile one = ProfileOf(model, RandomSegments(model, 40), 0);
  Profile two = one;
  two.device = "edgetpu:usb:0";
  const std::vector<ProfiledModel> profiles = {{&model, &one}, {&model, &two}};
  EXPECT_THAT(ErrorOf(profiles),
              AllOf(HasSubstr("of different devices, edgetpu:pci:0"),
                    HasSubstr("edgetpu:usb:0")));
  two = one;
  two.runtime = "an older library";
  EXPECT_THAT(ErrorOf(profiles), HasSubstr("(an older library)"));
}

TEST(CalibrateToProfiles, SaysThatThereAreTooFewSegments) {
  const Model model = GenerateNetwork("mobilenet_v2");
  const Profile profile = ProfileOf(model, {OpRange(0, 3), OpRange(0, 9)}, 0);
  EXPECT_THAT(ErrorOf(std::vector<ProfiledModel>{{&model, &profile}}),
              AllOf(HasSubstr("2 segments to calibrate with, 20 or more"),
                    HasSubstr("coralline profile --sample 60")));
}

}  // namespace
}  // namespace coralline
