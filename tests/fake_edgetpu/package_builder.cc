#include "tests/fake_edgetpu/package_builder.h"

#include <flatbuffers/flexbuffers.h>

#include <algorithm>

#include "coralline/base/check.h"
#include "coralline/compiled/internal/wire.h"
#include "coralline/tflite/model_builder.h"
#include "tests/fake_edgetpu/source.h"

namespace coralline {
namespace {

namespace wire = package_wire;
using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

template <typename T>
using Offsets = std::vector<Offset<T>>;

// Even parts of a whole; the first ones are larger by one.
std::vector<std::int64_t> Parts(std::int64_t whole, std::int64_t count) {
  std::vector<std::int64_t> parts;
  for (std::int64_t i = 0; i < count; ++i) {
    parts.push_back(whole / count + (i < whole % count ? 1 : 0));
  }
  return parts;
}

std::vector<std::int64_t> ChunkSizes(const CompiledExecutable& executable) {
  CORALLINE_CHECK(executable.num_instruction_chunks > 0 ||
                  executable.instruction_bytes == 0);
  return Parts(executable.instruction_bytes, executable.num_instruction_chunks);
}

// One after another through a memory of that size.
std::int64_t NumTransfers(std::int64_t bytes, std::int64_t memory_bytes) {
  CORALLINE_CHECK(bytes == 0 || memory_bytes > 0);
  return bytes == 0 ? 0 : (bytes + memory_bytes - 1) / memory_bytes;
}

std::int64_t TotalBytes(const std::vector<CompiledLayer>& layers) {
  std::int64_t bytes = 0;
  for (const CompiledLayer& layer : layers) bytes += layer.bytes;
  return bytes;
}

// Adds hints to one executable.
class Hints {
 public:
  explicit Hints(FlatBufferBuilder& builder) : builder_(builder) {}

  void AddChunk(int chunk) {
    const auto hint = wire::CreateInstructionHint(builder_, chunk).Union();
    Add(wire::AnyHint::InstructionHint, hint, wire::Direction::INFEED);
  }
  void AddLayers(const std::vector<CompiledLayer>& layers,
                 wire::Description what, wire::Direction direction) {
    for (const CompiledLayer& layer : layers) {
      AddTransfer(layer.name, layer.bytes, what, direction);
    }
  }
  void AddTransfers(std::int64_t bytes, std::int64_t count,
                    wire::Description what, wire::Direction direction) {
    for (const std::int64_t part : Parts(bytes, count)) {
      AddTransfer("", part, what, direction);
    }
  }
  void AddInterrupt() {
    Add(wire::AnyHint::InterruptHint,
        wire::CreateInterruptHint(builder_).Union(), wire::Direction::OUTFEED);
  }
  Offset<wire::DmaHints> Finish(bool fully_deterministic) {
    const auto hints = builder_.CreateVector(hints_);
    return wire::CreateDmaHints(builder_, hints, fully_deterministic);
  }

 private:
  void AddTransfer(const std::string& name, std::int64_t bytes,
                   wire::Description what, wire::Direction direction) {
    const auto text = builder_.CreateString(name);
    const auto meta = wire::CreateMeta(builder_, what, text);
    const auto hint = wire::CreateDmaDescriptorHint(
        builder_, meta, /*offset_in_bytes=*/0, static_cast<int>(bytes));
    Add(wire::AnyHint::DmaDescriptorHint, hint.Union(), direction);
  }
  void Add(wire::AnyHint type, Offset<void> hint, wire::Direction direction) {
    hints_.push_back(wire::CreateDmaHint(builder_, type, hint, direction));
  }

  FlatBufferBuilder& builder_;
  Offsets<wire::DmaHint> hints_;
};

// In the order that the compiler writes: streamed parameters after the input.
Offset<wire::DmaHints> WriteHints(FlatBufferBuilder& builder,
                                  const CompiledExecutable& executable) {
  using wire::Description;
  using wire::Direction;
  Hints hints(builder);
  if (!executable.traffic) return hints.Finish(/*fully_deterministic=*/false);
  const DmaTraffic& traffic = *executable.traffic;
  for (int i = 0; i < executable.num_instruction_chunks; ++i) hints.AddChunk(i);
  hints.AddLayers(executable.inputs, Description::INPUT_ACTIVATION,
                  Direction::INFEED);
  hints.AddTransfers(
      traffic.parameters,
      NumTransfers(traffic.parameters, executable.parameter_bytes),
      Description::PARAMETER, Direction::INFEED);
  hints.AddTransfers(
      traffic.scratch_out,
      NumTransfers(traffic.scratch_out, executable.scratch_bytes),
      Description::SCRATCH, Direction::OUTFEED);
  hints.AddTransfers(traffic.scratch_in,
                     NumTransfers(traffic.scratch_in, executable.scratch_bytes),
                     Description::SCRATCH, Direction::INFEED);
  hints.AddLayers(executable.outputs, Description::OUTPUT_ACTIVATION,
                  Direction::OUTFEED);
  hints.AddInterrupt();
  return hints.Finish(/*fully_deterministic=*/true);
}

auto WriteLayers(FlatBufferBuilder& builder,
                 const std::vector<CompiledLayer>& layers) {
  Offsets<wire::Layer> offsets;
  for (const CompiledLayer& layer : layers) {
    const auto name = builder.CreateString(layer.name);
    offsets.push_back(
        wire::CreateLayer(builder, name, static_cast<int>(layer.bytes)));
  }
  return builder.CreateVector(offsets);
}

auto WriteChunks(FlatBufferBuilder& builder,
                 const CompiledExecutable& executable) {
  Offsets<wire::InstructionBitstream> offsets;
  for (const std::int64_t size : ChunkSizes(executable)) {
    const auto bytes = builder.CreateVector(std::vector<std::uint8_t>(size));
    offsets.push_back(wire::CreateInstructionBitstream(builder, bytes));
  }
  return builder.CreateVector(offsets);
}

std::string_view Finish(FlatBufferBuilder& builder) {
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()),
          builder.GetSize()};
}

std::string WriteExecutable(const CompiledExecutable& executable,
                            std::span<const std::byte> parameters) {
  CORALLINE_CHECK(static_cast<std::int64_t>(parameters.size()) ==
                  executable.parameter_bytes);
  FlatBufferBuilder builder;
  const auto content = builder.CreateVector(
      reinterpret_cast<const std::uint8_t*>(parameters.data()),
      parameters.size());
  const auto chunks = WriteChunks(builder, executable);
  const auto hints = WriteHints(builder, executable);
  const auto inputs = WriteLayers(builder, executable.inputs);
  const auto outputs = WriteLayers(builder, executable.outputs);
  const auto name = builder.CreateString(executable.name);
  const auto chip = builder.CreateString(executable.chip);
  builder.Finish(wire::CreateExecutable(
      builder, name, executable.batch,
      static_cast<int>(executable.scratch_bytes), chunks, content, hints,
      inputs, outputs, chip,
      static_cast<int>(executable.narrow_memory_bytes_per_tile),
      static_cast<std::int16_t>(executable.type),
      executable.parameter_caching_token, executable.estimated_cycles));
  return std::string(Finish(builder));
}

std::string WritePackage(const CompiledPackage& package,
                         std::span<const std::vector<std::byte>> parameters) {
  CORALLINE_CHECK(parameters.size() == package.executables.size());
  FlatBufferBuilder multi;
  std::vector<Offset<flatbuffers::String>> executables;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    executables.push_back(multi.CreateString(
        WriteExecutable(package.executables[i], parameters[i])));
  }
  multi.Finish(
      wire::CreateMultiExecutable(multi, multi.CreateVector(executables)));
  FlatBufferBuilder builder;
  const auto content =
      builder.CreateVector(multi.GetBufferPointer(), multi.GetSize());
  const auto version = builder.CreateString(package.compiler_version);
  wire::FinishPackageBuffer(
      builder, wire::CreatePackage(builder, package.min_runtime_version,
                                   content, version));
  return std::string(Finish(builder));
}

}  // namespace

std::vector<std::byte> BuildCustomOptions(
    const CompiledPackage& package,
    std::span<const std::vector<std::byte>> parameters,
    std::span<const std::byte> source) {
  for (const CompiledExecutable& executable : package.executables) {
    if (!executable.traffic) continue;
    const DmaTraffic full = FullTraffic(executable);
    CORALLINE_CHECK(executable.traffic->instructions == full.instructions);
    CORALLINE_CHECK(executable.traffic->inputs == full.inputs);
    CORALLINE_CHECK(executable.traffic->outputs == full.outputs);
  }
  const std::string bytes = WritePackage(package, parameters);
  // Lengths of 4 bytes whatever the size, as large packages have: so that the
  // package is aligned.
  flexbuffers::Builder builder(bytes.size() + source.size() + 256);
  builder.ForceMinimumBitWidth(flexbuffers::BIT_WIDTH_32);
  builder.Map([&] {
    builder.Int("1", 0);
    builder.Key("4");
    builder.String(bytes);
    builder.Int("5", -1);
    builder.Vector("6", [&] { builder.Int(18); });
    builder.Vector("7", [] {});
    if (!source.empty()) {
      builder.Key(fake_edgetpu::kSourceKey);
      builder.Blob(source.data(), source.size());
    }
  });
  builder.Finish();
  const auto options = std::as_bytes(std::span(builder.GetBuffer()));
  return {options.begin(), options.end()};
}

DmaTraffic FullTraffic(const CompiledExecutable& executable) {
  DmaTraffic traffic;
  traffic.instructions = executable.instruction_bytes;
  traffic.inputs = TotalBytes(executable.inputs);
  traffic.outputs = TotalBytes(executable.outputs);
  traffic.parameters = executable.parameter_bytes;
  traffic.scratch_in = executable.scratch_bytes;
  traffic.scratch_out = executable.scratch_bytes;
  traffic.num_transfers = static_cast<int>(
      executable.num_instruction_chunks + executable.inputs.size() +
      executable.outputs.size() + (executable.parameter_bytes > 0 ? 1 : 0) +
      (executable.scratch_bytes > 0 ? 2 : 0));
  return traffic;
}

Model BuildCompiledModel(const Graph& like, const CompiledPackage& package,
                         std::span<const std::vector<std::byte>> parameters,
                         const std::string& name) {
  ModelBuilder builder;
  Op op{.kind = OpKind::kCustom, .custom_code = "edgetpu-custom-op"};
  for (const int input : like.inputs) {
    op.inputs.push_back(builder.AddInput(like.tensors[input]));
  }
  for (const int output : like.outputs) {
    op.outputs.push_back(builder.AddActivation(like.tensors[output]));
  }
  builder.AddCustomOp(op, BuildCustomOptions(package, parameters));
  builder.SetOutputs(op.outputs);
  return builder.Build(name, Compiled::kAllow);
}

}  // namespace coralline
