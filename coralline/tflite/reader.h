#pragma once

#include <filesystem>
#include <string>

#include "coralline/tflite/model.h"

namespace coralline {

/// Reads and verifies a quantized .tflite file. Its bytes are held once.
///
/// Throws Error(kModel), naming the file and the place, when the file cannot be
/// read, is no TFLite flatbuffer (version 3), or is inconsistent: indices out
/// of range, shapes that disagree with their constants, ops out of order; and
/// when it is something Coralline does not take: several subgraphs, external
/// buffers, sparse tensors, float arithmetic, or already compiled for the Edge
/// TPU. Op versions are not checked here but when a model is loaded
/// (op_support.h), as they depend on the library that runs it.
Model ReadTflite(const std::filesystem::path& path);

/// The same for bytes in memory; `name` stands for the file in messages and
/// becomes Model::name. The bytes must be aligned to 16 bytes.
Model ParseTflite(SharedBytes bytes, const std::string& name);

}  // namespace coralline
