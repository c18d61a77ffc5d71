#include "coralline/compiled/internal/dma_traffic.h"

#include <fmt/format.h>

#include "coralline/base/error.h"

namespace coralline::internal {
namespace {

using package_wire::Description;

[[noreturn]] void FailHint(const std::string& name, unsigned hint,
                           const std::string& what) {
  throw Error(ErrorKind::kModel,
              fmt::format("{}: DMA hint {} {}; the file is damaged: compile "
                          "the model again",
                          name, hint, what));
}

std::int64_t ChunkBytes(const package_wire::Executable& executable,
                        const package_wire::InstructionHint& hint,
                        unsigned index, const std::string& name) {
  const auto* chunks = executable.instruction_bitstreams();
  const int chunk = hint.instruction_chunk_id();
  if (chunk < 0 || static_cast<unsigned>(chunk) >= SizeOf(chunks)) {
    FailHint(name, index,
             fmt::format("sends instruction chunk {}; there are {}", chunk,
                         SizeOf(chunks)));
  }
  return SizeOf(chunks->Get(chunk)->bitstream());
}

// Bytes that a hint may name; nullopt where that is not known here.
std::optional<std::int64_t> Available(
    const package_wire::Executable& executable, Description what) {
  if (what == Description::PARAMETER) return SizeOf(executable.parameters());
  if (what == Description::SCRATCH) return executable.scratch_size_bytes();
  return std::nullopt;
}

std::int64_t* Counter(DmaTraffic& traffic, Description what,
                      package_wire::Direction direction) {
  switch (what) {
    case Description::OUTPUT_ACTIVATION:
      return &traffic.outputs;
    case Description::INPUT_ACTIVATION:
      return &traffic.inputs;
    case Description::PARAMETER:
      return &traffic.parameters;
    case Description::SCRATCH:
      return direction == package_wire::Direction::INFEED
                 ? &traffic.scratch_in
                 : &traffic.scratch_out;
  }
  return nullptr;
}

void AddDescriptor(DmaTraffic& traffic,
                   const package_wire::Executable& executable,
                   const package_wire::DmaHint& hint, unsigned index,
                   const std::string& name) {
  const auto& dma = *hint.any_hint_as_DmaDescriptorHint();
  const Description what =
      dma.meta() ? dma.meta()->description() : Description::OUTPUT_ACTIVATION;
  std::int64_t* counter = Counter(traffic, what, hint.direction());
  if (!counter) {
    FailHint(
        name, index,
        fmt::format("moves data of unknown kind {}", static_cast<int>(what)));
  }
  const std::int64_t offset = dma.offset_in_bytes();
  const std::int64_t size = dma.size_in_bytes();
  const auto available = Available(executable, what);
  if (offset < 0 || size < 0 || (available && offset + size > *available)) {
    FailHint(
        name, index,
        fmt::format("moves {} bytes at {}, which are not there", size, offset));
  }
  *counter += size;
  ++traffic.num_transfers;
}

}  // namespace

std::optional<DmaTraffic> TrafficOf(const package_wire::Executable& executable,
                                    const std::string& name) {
  const auto* hints = executable.dma_hints();
  DmaTraffic traffic;
  for (unsigned i = 0; i < SizeOf(hints ? hints->hints() : nullptr); ++i) {
    const package_wire::DmaHint& hint = *hints->hints()->Get(i);
    if (const auto* chunk = hint.any_hint_as_InstructionHint()) {
      traffic.instructions += ChunkBytes(executable, *chunk, i, name);
      ++traffic.num_transfers;
    } else if (hint.any_hint_as_DmaDescriptorHint()) {
      AddDescriptor(traffic, executable, hint, i, name);
    }
  }
  if (!hints || !hints->fully_deterministic()) return std::nullopt;
  return traffic;
}

}  // namespace coralline::internal
