#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "coralline/base/error.h"
#include "coralline/compiled/compiled_model.h"
#include "coralline/tflite/reader.h"
#include "tests/fake_edgetpu/package_builder.h"
#include "tests/fake_edgetpu/sample_packages.h"

namespace coralline {
namespace {

using testing::HasSubstr;

using namespace sample_packages;  // NOLINT: all of it is for this

TEST(ParsePackage, ReadsBackWhatWasWritten) {
  for (const CompiledPackage& package :
       {PackageOf({StandAlone()}), PackageOf({Execution(), Caching()}),
        PackageOf({Caching(), Execution(), StandAlone()})}) {
    const std::vector<std::byte> options = OptionsOf(package);
    EXPECT_EQ(ParsePackage(options, "x"), package);
    for (int i = 0; i < static_cast<int>(package.executables.size()); ++i) {
      const auto parameters = ExecutableParameters(options, i);
      EXPECT_EQ(std::vector(parameters.begin(), parameters.end()),
                ContentOf(package)[i]);
    }
  }
}

TEST(ParsePackage, KnowsNoTrafficThatTheHintsDoNotTell) {
  CompiledPackage package = PackageOf({StandAlone()});
  package.executables[0].traffic.reset();
  EXPECT_EQ(ParsePackage(OptionsOf(package), "x"), package);
}

TEST(ParsePackage, TellsWhatIsCachedAndWhatIsStreamed) {
  const auto package =
      ParsePackage(OptionsOf(PackageOf({Execution(), Caching()})), "x");
  EXPECT_EQ(package.cached_bytes(), 48);
  EXPECT_EQ(package.streamed_bytes(), 16);
  EXPECT_EQ(package.inference(), &package.executables[0]);
}

// Small packages lie at odd addresses of real files.
TEST(ParsePackage, ReadsAtAnyAddress) {
  const CompiledPackage package = PackageOf({Execution(), Caching()});
  const std::vector<std::byte> options = OptionsOf(package);
  for (std::size_t shift = 0; shift < 8; ++shift) {
    std::vector<std::byte> moved(shift);
    moved.insert(moved.end(), options.begin(), options.end());
    const auto span = std::span<const std::byte>(moved).subspan(shift);
    EXPECT_EQ(ParsePackage(span, "x"), package);
    const auto parameters = ExecutableParameters(span, 1);
    EXPECT_EQ(std::vector(parameters.begin(), parameters.end()),
              ContentOf(package)[1]);
    EXPECT_GT(parameters.data(), span.data());
    EXPECT_LT(parameters.data(), span.data() + span.size());
  }
}

std::string ErrorOf(std::span<const std::byte> options) {
  try {
    ParsePackage(options, "x");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    return error.what();
  }
  return "no error";
}

std::string ErrorOf(std::vector<CompiledExecutable> executables) {
  return ErrorOf(OptionsOf(PackageOf(std::move(executables))));
}

TEST(ParsePackage, RefusesCombinationsThatTheLibraryDoesNotTake) {
  constexpr const char* kTaken =
      "the Edge TPU's library takes one that stands alone, or one that caches "
      "with one that executes";
  for (const std::string& error :
       {ErrorOf(std::vector<CompiledExecutable>{}), ErrorOf({Caching()}),
        ErrorOf({Execution()}), ErrorOf({StandAlone(), StandAlone()}),
        ErrorOf({Caching(), StandAlone()}),
        ErrorOf({Caching(), Execution(), Execution()})}) {
    EXPECT_THAT(error, HasSubstr(kTaken));
  }
  EXPECT_THAT(ErrorOf({Caching()}),
              HasSubstr("x: its executables are 0 x STAND_ALONE, 1 x "
                        "PARAMETER_CACHING and 0 x EXECUTION_ONLY; "));
}

TEST(ParsePackage, RefusesValuesOutOfRange) {
  CompiledExecutable executable = StandAlone();
  executable.type = static_cast<ExecutableType>(7);
  EXPECT_THAT(ErrorOf({executable}),
              HasSubstr("x: executable 0: type 7; expected STAND_ALONE, "));
  executable = StandAlone();
  executable.batch = -1;
  EXPECT_THAT(ErrorOf({executable}),
              HasSubstr("the batch is -1; expected 0 or more"));
  executable = StandAlone();
  executable.inputs[0].bytes = -12;
  executable.traffic.reset();
  EXPECT_THAT(ErrorOf({executable}), HasSubstr("a layer's size is -12"));
}

// Replaces the first place where the number is found.
std::vector<std::byte> Patched(std::vector<std::byte> bytes,
                               std::string_view old, std::string_view changed) {
  const auto found =
      std::search(bytes.begin(), bytes.end(), old.begin(), old.end(),
                  [](std::byte a, char b) { return a == std::byte(b); });
  EXPECT_NE(found, bytes.end());
  std::transform(changed.begin(), changed.end(), found,
                 [](char c) { return std::byte(c); });
  return bytes;
}

TEST(ParsePackage, RefusesHintsAtWhatIsNotThere) {
  CompiledExecutable executable = StandAlone();
  executable.scratch_bytes = 0x00414243;
  executable.traffic = FullTraffic(executable);
  const auto options =
      Patched(OptionsOf(PackageOf({executable})), "CBA", "CB@");
  EXPECT_THAT(ErrorOf(options), HasSubstr("moves 4276803 bytes at 0, which are "
                                          "not there; the file is damaged"));
}

TEST(ParsePackage, RefusesWhatIsNoPackage) {
  const std::vector<std::byte> options = OptionsOf(PackageOf({StandAlone()}));
  EXPECT_THAT(ErrorOf(std::span<const std::byte>()),
              HasSubstr("x: its 0 bytes of options are truncated or damaged"));
  EXPECT_THAT(ErrorOf(std::span(options).first(options.size() / 2)),
              HasSubstr("options are truncated or damaged, a flexbuffer was "
                        "expected; compile the model again"));
  EXPECT_THAT(ErrorOf(Patched(options, "DWN1", "DWN2")),
              HasSubstr("has not the file identifier 'DWN1'"));
  EXPECT_THAT(ErrorOf(Patched(options, "4", "3")),
              HasSubstr("no package under the key '4'"));
}

TEST(ReadPackages, NamesTheFileAndTheOp) {
  CompiledPackage package = PackageOf({Execution(), Caching()});
  const Model model = ModelOf(package);
  EXPECT_TRUE(IsCompiled(model.graph));
  EXPECT_THAT(ReadPackages(model), testing::ElementsAre(package));
  package.executables.pop_back();
  const Model alone = ModelOf(package);
  try {
    ReadPackages(alone);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("sample: op 0 (edgetpu-custom-op): its "
                                        "executables are"));
  }
}

struct SharedModel {
  const char* name;
  std::int64_t cached_bytes;
  std::int64_t execution_bytes;  // of instructions
  std::int64_t caching_bytes;
  std::int64_t narrow_bytes;
  std::int64_t input_bytes;
  std::int64_t output_bytes;
};

class SharedModels : public testing::TestWithParam<SharedModel> {};

// The figures of google-coral/test_data, read before with a tool of its own.
TEST_P(SharedModels, HoldWhatIsKnownOfThem) {
  const auto path = std::filesystem::path(CORALLINE_MODELS_DIR) /
                    (std::string(GetParam().name) + "_edgetpu.tflite");
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "the shared models are not here";
  }
  const auto packages = ReadPackages(ReadTflite(path, Compiled::kAllow));
  ASSERT_EQ(packages.size(), 1);
  EXPECT_EQ(packages[0].min_runtime_version, 12);
  EXPECT_EQ(packages[0].compiler_version, "cl/");
  EXPECT_EQ(packages[0].cached_bytes(), GetParam().cached_bytes);
  EXPECT_EQ(packages[0].streamed_bytes(), 0);
  ASSERT_EQ(packages[0].executables.size(), 2);
  const CompiledExecutable& execution = packages[0].executables[0];
  EXPECT_EQ(&execution, packages[0].inference());
  EXPECT_EQ(execution.chip, "beagle");
  EXPECT_EQ(execution.narrow_memory_bytes_per_tile, GetParam().narrow_bytes);
  ASSERT_TRUE(execution.traffic);
  EXPECT_EQ(execution.traffic->instructions, GetParam().execution_bytes);
  EXPECT_EQ(execution.traffic->inputs, GetParam().input_bytes);
  EXPECT_EQ(execution.traffic->outputs, GetParam().output_bytes);
  const CompiledExecutable& caching = packages[0].executables[1];
  EXPECT_EQ(caching.instruction_bytes, GetParam().caching_bytes);
  EXPECT_NE(caching.parameter_caching_token, 0);
  EXPECT_EQ(caching.parameter_caching_token, execution.parameter_caching_token);
  ASSERT_TRUE(caching.traffic);
  EXPECT_EQ(caching.traffic->parameters, GetParam().cached_bytes);
}

INSTANTIATE_TEST_SUITE_P(
    Shared, SharedModels,
    testing::Values(
        SharedModel{"mobilenet_v1_0.25_128_quant", 566912, 170032, 12624, 8996,
                    49152, 1008},
        SharedModel{"ssd_mobilenet_v2_coco_quant_postprocess_segment_0_of_2",
                    2914752, 162848, 7632, 188256, 270000, 361536}));

}  // namespace
}  // namespace coralline
