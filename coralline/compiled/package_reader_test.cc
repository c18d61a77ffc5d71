#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "coralline/base/error.h"
#include "coralline/compiled/compiled_model.h"
#include "coralline/tflite/reader.h"
#include "tests/fake_edgetpu/package_builder.h"

namespace coralline {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Content = std::vector<std::vector<std::byte>>;

CompiledExecutable Caching() {
  CompiledExecutable executable{.name = "cache",
                                .type = ExecutableType::kParameterCaching,
                                .chip = "beagle",
                                .parameter_bytes = 48,
                                .instruction_bytes = 20,
                                .num_instruction_chunks = 1,
                                .parameter_caching_token = ~std::uint64_t{5}};
  executable.traffic = FullTraffic(executable);
  return executable;
}

CompiledExecutable Execution() {
  CompiledExecutable executable{.name = "model",
                                .type = ExecutableType::kExecutionOnly,
                                .chip = "beagle",
                                .parameter_bytes = 16,
                                .instruction_bytes = 101,
                                .num_instruction_chunks = 3,
                                .scratch_bytes = 64,
                                .narrow_memory_bytes_per_tile = 8996,
                                .parameter_caching_token = ~std::uint64_t{5},
                                .estimated_cycles = std::int64_t{1} << 40,
                                .inputs = {{"in", 12}, {"skip", 4}},
                                .outputs = {{"out", 1008}}};
  executable.traffic = FullTraffic(executable);
  executable.traffic->scratch_in = 6 * 64;  // read again and again
  executable.traffic->num_transfers += 5;
  return executable;
}

CompiledExecutable StandAlone() {
  CompiledExecutable executable = Execution();
  executable.type = ExecutableType::kStandAlone;
  return executable;
}

CompiledPackage PackageOf(std::vector<CompiledExecutable> executables) {
  return {.min_runtime_version = 13,
          .compiler_version = "cl/343520747",
          .executables = std::move(executables)};
}

// Executable i has bytes of value i + 1.
Content ContentOf(const CompiledPackage& package) {
  Content content;
  for (const CompiledExecutable& executable : package.executables) {
    content.emplace_back(executable.parameter_bytes,
                         static_cast<std::byte>(content.size() + 1));
  }
  return content;
}

std::vector<std::byte> Options(const CompiledPackage& package) {
  return BuildCustomOptions(package, ContentOf(package));
}

TEST(ParsePackage, ReadsBackWhatWasWritten) {
  for (const CompiledPackage& package :
       {PackageOf({StandAlone()}), PackageOf({Execution(), Caching()}),
        PackageOf({Caching(), Execution(), StandAlone()})}) {
    const std::vector<std::byte> options = Options(package);
    EXPECT_EQ(ParsePackage(options, "x"), package);
    for (int i = 0; i < static_cast<int>(package.executables.size()); ++i) {
      const auto parameters = ExecutableParameters(options, i);
      EXPECT_EQ(std::vector(parameters.begin(), parameters.end()),
                ContentOf(package)[i]);
    }
  }
}

}  // namespace
}  // namespace coralline
