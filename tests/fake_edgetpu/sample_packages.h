#pragma once

#include <utility>
#include <vector>

#include "coralline/compiled/compiled_model.h"
#include "tests/fake_edgetpu/package_builder.h"

/// Small packages that have something of everything.
namespace coralline::sample_packages {

inline CompiledExecutable Caching() {
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

inline CompiledExecutable Execution() {
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

inline CompiledExecutable StandAlone() {
  CompiledExecutable executable = Execution();
  executable.type = ExecutableType::kStandAlone;
  return executable;
}

inline CompiledPackage PackageOf(std::vector<CompiledExecutable> executables) {
  return {.min_runtime_version = 13,
          .compiler_version = "cl/343520747",
          .executables = std::move(executables)};
}

/// Executable i has bytes of value i + 1.
inline std::vector<std::vector<std::byte>> ContentOf(
    const CompiledPackage& package) {
  std::vector<std::vector<std::byte>> content;
  for (const CompiledExecutable& executable : package.executables) {
    content.emplace_back(executable.parameter_bytes,
                         static_cast<std::byte>(content.size() + 1));
  }
  return content;
}

inline std::vector<std::byte> OptionsOf(const CompiledPackage& package) {
  return BuildCustomOptions(package, ContentOf(package));
}

/// Two inputs and an output, for the executables above.
inline Model ModelOf(const CompiledPackage& package) {
  const auto tensor = [](const char* name, std::vector<int> shape) {
    return Tensor{.name = name,
                  .type = DataType::kUint8,
                  .shape = std::move(shape),
                  .quantization = {.scale = {0.5F}, .zero_point = {128}}};
  };
  const Graph like{.tensors = {tensor("in", {1, 12}), tensor("skip", {1, 4}),
                               tensor("out", {1, 1001})},
                   .inputs = {0, 1},
                   .outputs = {2}};
  return BuildCompiledModel(like, package, ContentOf(package), "sample");
}

}  // namespace coralline::sample_packages
