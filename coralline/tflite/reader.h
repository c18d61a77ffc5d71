#pragma once

#include <filesystem>
#include <string>

#include "coralline/tflite/model.h"

namespace coralline {

/// Whether a file may be one that was compiled for the Edge TPU. It runs on
/// such devices alone, and nothing but its interface is known of what it
/// computes (compiled/compiled_model.h reads the rest).
enum class Compiled { kRefuse, kAllow };

/// Reads and verifies a quantized .tflite file. Its bytes are held once.
///
/// Throws Error(kModel), naming the file and the place, when the file cannot be
/// read, is no TFLite flatbuffer (version 3), or is inconsistent: indices out
/// of range, shapes that disagree with their constants, ops out of order; and
/// when it is something Coralline does not take: several subgraphs, external
/// buffers, sparse tensors, float arithmetic, or, with kRefuse, already
/// compiled for the Edge TPU. Op versions are not checked here but when a model
/// is loaded (op_support.h), as they depend on the library that runs it.
Model ReadTflite(const std::filesystem::path& path,
                 Compiled compiled = Compiled::kRefuse);

/// The same for bytes in memory; `name` stands for the file in messages and
/// becomes Model::name. The bytes must be aligned to 16 bytes.
Model ParseTflite(SharedBytes bytes, const std::string& name,
                  Compiled compiled = Compiled::kRefuse);

}  // namespace coralline
