#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/compiled/compiled_model.h"
#include "coralline/compiled/internal/dma_traffic.h"
#include "coralline/compiled/internal/verified_package.h"

namespace coralline {
namespace {

[[noreturn]] void FailPackage(const std::string& name,
                              const std::string& what) {
  throw Error(ErrorKind::kModel, fmt::format("{}: {}", name, what));
}

std::string Text(const flatbuffers::String* text) {
  return text ? text->str() : std::string();
}

ExecutableType TypeOf(int type, const std::string& name) {
  constexpr int kNumTypes = 3;
  if (type < 0 || type >= kNumTypes) {
    FailPackage(name, fmt::format("type {}; expected {}, {} or {}", type,
                                  ExecutableTypeText(ExecutableType(0)),
                                  ExecutableTypeText(ExecutableType(1)),
                                  ExecutableTypeText(ExecutableType(2))));
  }
  return static_cast<ExecutableType>(type);
}

std::int64_t NotNegative(std::int64_t value, const char* what,
                         const std::string& name) {
  if (value < 0) {
    FailPackage(name, fmt::format("{} is {}; expected 0 or more", what, value));
  }
  return value;
}

using WireLayers =
    flatbuffers::Vector<flatbuffers::Offset<package_wire::Layer>>;

std::vector<CompiledLayer> ReadLayers(const WireLayers* layers,
                                      const std::string& name) {
  std::vector<CompiledLayer> result;
  for (unsigned i = 0; i < internal::SizeOf(layers); ++i) {
    const package_wire::Layer& layer = *layers->Get(i);
    const std::int64_t bytes = std::int64_t{layer.size_bytes()} *
                               layer.execution_count_per_inference();
    result.push_back(
        {Text(layer.name()), NotNegative(bytes, "a layer's size", name)});
  }
  return result;
}

std::size_t NameBytes(const WireLayers* layers) {
  std::size_t bytes = 0;
  for (unsigned i = 0; i < internal::SizeOf(layers); ++i) {
    bytes += internal::SizeOf(layers->Get(i)->name());
  }
  return bytes;
}

// Tables can be referred to any number of times, so that a crafted file of some
// KB would take gigabytes to read.
void CheckUnfolding(const package_wire::Executable& executable,
                    std::size_t file_bytes, const std::string& name) {
  const std::size_t bytes = NameBytes(executable.input_layers()) +
                            NameBytes(executable.output_layers());
  if (bytes > file_bytes) {
    FailPackage(name, fmt::format("its layers have {} bytes of names, in {} "
                                  "bytes of options; no compiler writes such "
                                  "files",
                                  bytes, file_bytes));
  }
}

CompiledExecutable ReadExecutable(const package_wire::Executable& wire,
                                  const std::string& name) {
  CompiledExecutable result;
  result.name = Text(wire.name());
  result.type = TypeOf(wire.type(), name);
  result.chip = Text(wire.chip());
  result.batch =
      static_cast<int>(NotNegative(wire.batch_size(), "the batch", name));
  result.parameter_bytes = internal::SizeOf(wire.parameters());
  const auto* chunks = wire.instruction_bitstreams();
  result.num_instruction_chunks = static_cast<int>(internal::SizeOf(chunks));
  for (unsigned i = 0; i < internal::SizeOf(chunks); ++i) {
    result.instruction_bytes += internal::SizeOf(chunks->Get(i)->bitstream());
  }
  result.scratch_bytes =
      NotNegative(wire.scratch_size_bytes(), "the scratch memory", name);
  result.narrow_memory_bytes_per_tile = NotNegative(
      wire.used_narrow_memory_bytes_per_tile(), "the narrow memory", name);
  result.parameter_caching_token = wire.parameter_caching_token();
  result.estimated_cycles =
      NotNegative(wire.estimated_cycles_64bit(), "the number of cycles", name);
  result.inputs = ReadLayers(wire.input_layers(), name);
  result.outputs = ReadLayers(wire.output_layers(), name);
  result.traffic = internal::TrafficOf(wire, name);
  return result;
}

// libedgetpu's package_registry takes these alone.
void CheckCombination(const CompiledPackage& package, const std::string& name) {
  const auto count = [&](ExecutableType type) {
    return std::count_if(
        package.executables.begin(), package.executables.end(),
        [type](const auto& executable) { return executable.type == type; });
  };
  const auto stand_alone = count(ExecutableType::kStandAlone);
  const auto caching = count(ExecutableType::kParameterCaching);
  const auto execution = count(ExecutableType::kExecutionOnly);
  const bool is_alone = stand_alone == 1 && caching == 0 && execution == 0;
  const bool is_cached = stand_alone <= 1 && caching == 1 && execution == 1;
  if (is_alone || is_cached) return;
  FailPackage(
      name, fmt::format(
                "its executables are {} x {}, {} x {} and {} x {}; the Edge "
                "TPU's library takes one that stands alone, or one that "
                "caches with one that executes",
                stand_alone, ExecutableTypeText(ExecutableType::kStandAlone),
                caching, ExecutableTypeText(ExecutableType::kParameterCaching),
                execution, ExecutableTypeText(ExecutableType::kExecutionOnly)));
}

}  // namespace

CompiledPackage ParsePackage(std::span<const std::byte> custom_options,
                             const std::string& name) {
  const internal::VerifiedPackage verified(custom_options, name);
  CompiledPackage result;
  result.min_runtime_version = verified.package().min_runtime_version();
  result.compiler_version = Text(verified.package().compiler_version());
  for (std::size_t i = 0; i < verified.executables().size(); ++i) {
    const auto where = fmt::format("{}: executable {}", name, i);
    const package_wire::Executable& executable = *verified.executables()[i];
    CheckUnfolding(executable, custom_options.size(), where);
    result.executables.push_back(ReadExecutable(executable, where));
  }
  CheckCombination(result, name);
  return result;
}

std::span<const std::byte> ExecutableParameters(
    std::span<const std::byte> custom_options, int executable) {
  const internal::VerifiedPackage verified(custom_options, "compiled package");
  return verified.Parameters(executable);
}

std::vector<CompiledPackage> ReadPackages(const Model& model) {
  std::vector<CompiledPackage> packages;
  for (int i = 0; i < model.graph.num_ops(); ++i) {
    const Op& op = model.graph.ops[i];
    if (!IsEdgeTpuOp(op)) continue;
    packages.push_back(
        ParsePackage(CustomOptions(model, i),
                     fmt::format("{}: op {} ({})", model.name, i, OpName(op))));
    packages.back().op = i;
  }
  return packages;
}

}  // namespace coralline
