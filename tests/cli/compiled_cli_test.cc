// Compiled models on the command line; made by the tests, as nothing runs them.

#include "coralline/tflite/reader.h"
#include "tests/cli/cli_fixture.h"
#include "tests/fake_edgetpu/sample_packages.h"

namespace coralline {
namespace {

using sample_packages::Caching;
using sample_packages::Execution;
using sample_packages::PackageOf;
using testing::HasSubstr;

class CompiledCli : public Cli {
 protected:
  void WriteModel(const std::string& name, const Model& model) {
    Write(name, {reinterpret_cast<const char*>(model.bytes.data()),
                 model.bytes.size()});
  }

  Model ReadModel(const std::string& name) const {
    return ReadTflite(folder_ / name);
  }
};

TEST_F(CompiledCli, InspectShowsWhatIsInside) {
  WriteModel("sample_edgetpu.tflite",
             sample_packages::ModelOf(PackageOf({Execution(), Caching()})));
  ExpectGolden("inspect_compiled", "inspect sample_edgetpu.tflite");
  ExpectGolden("inspect_compiled_json", "inspect sample_edgetpu.tflite --json");
}

TEST_F(CompiledCli, InspectTellsWhereAPackageIsDamaged) {
  WriteModel("damaged.tflite",
             sample_packages::ModelOf(PackageOf({Caching()})));
  const Result result = Run("inspect damaged.tflite");
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.output,
              HasSubstr("damaged: op 0 (edgetpu-custom-op): its executables "
                        "are 0 x STAND_ALONE"));
}

TEST_F(CompiledCli, SimulateComparesWithTheCompiler) {
  Run("generate fc --width 300");
  CompiledExecutable caching = Caching();
  caching.parameter_bytes = 322560;
  caching.traffic = FullTraffic(caching);
  CompiledExecutable execution = Execution();
  execution.parameter_bytes = 0;
  execution.scratch_bytes = 0;
  execution.inputs = {{"input", 64}};
  execution.outputs = {{"dense_5/output", 16}};
  execution.traffic = FullTraffic(execution);
  const auto package = PackageOf({execution, caching});
  const Model compiled =
      BuildCompiledModel(ReadModel("fc_300.tflite").graph, package,
                         sample_packages::ContentOf(package), "fc_300_edgetpu");
  WriteModel("fc_300_edgetpu.tflite", compiled);
  ExpectGolden("against",
               "simulate fc_300.tflite --against fc_300_edgetpu.tflite");
  ExpectGolden("against_json",
               "simulate fc_300.tflite --against fc_300_edgetpu.tflite --json");
  EXPECT_EQ(Run("simulate fc_300.tflite --against fc_300_edgetpu.tflite "
                "--stages 2")
                .status,
            2);
}

TEST_F(CompiledCli, SimulateComparesWithTheSameModelAlone) {
  Run("generate fc --width 300");
  WriteModel("other_edgetpu.tflite",
             sample_packages::ModelOf(PackageOf({Execution(), Caching()})));
  const Result other =
      Run("simulate fc_300.tflite --against other_edgetpu.tflite");
  EXPECT_EQ(other.status, 3);
  EXPECT_THAT(other.output,
              HasSubstr("other_edgetpu takes 'in' (uint8 1x12), 'skip' (uint8 "
                        "1x4); fc_300 takes 'input' (int8 1x64): it was not "
                        "compiled of that model"));
  const Result same = Run("simulate fc_300.tflite --against fc_300.tflite");
  EXPECT_EQ(same.status, 3);
  EXPECT_THAT(same.output, HasSubstr("fc_300: 0 of its 5 ops are compiled for "
                                     "the Edge TPU, expected one"));
}

TEST_F(CompiledCli, SimulatePredictsTheCachedBytesOfMobileNetV1Exactly) {
  const std::string name = CORALLINE_MODELS_DIR "/mobilenet_v1_0.25_128_quant";
  if (!std::filesystem::exists(name + ".tflite")) {
    GTEST_SKIP() << "the shared models are not here";
  }
  const Result result =
      Run("simulate " + name + ".tflite --against " + name + "_edgetpu.tflite");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output,
              testing::ContainsRegex(
                  "parameters on the chip +566912 +566912 +0 +553.62KiB"));
}

}  // namespace
}  // namespace coralline
