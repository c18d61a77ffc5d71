#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "coralline/compiled/compiled_model.h"

namespace coralline {

/// Writes packages as Google's compiler does, for tests. Nothing in them runs.

/// The options of an edgetpu-custom-op that ParsePackage reads back as equal,
/// but for CompiledPackage::op. parameters[i] is the content of executable i,
/// of its parameter_bytes; instructions are zeros.
///
/// The hints of an executable are one transfer for each chunk of instructions
/// and each input, streamed parameters, scratch out and in as often as it takes
/// at the size of the scratch memory, one for each output; so its traffic must
/// have these numbers, see FullTraffic.
///
/// A `source` goes beside the package, under the key of source.h.
std::vector<std::byte> BuildCustomOptions(
    const CompiledPackage& package,
    std::span<const std::vector<std::byte>> parameters,
    std::span<const std::byte> source = {});

/// The traffic of an executable that moves everything it has once.
DmaTraffic FullTraffic(const CompiledExecutable& executable);

/// A compiled model of that package alone, with the inputs and outputs of a
/// graph: their names, types, shapes and quantization.
Model BuildCompiledModel(const Graph& like, const CompiledPackage& package,
                         std::span<const std::vector<std::byte>> parameters,
                         const std::string& name);

}  // namespace coralline
