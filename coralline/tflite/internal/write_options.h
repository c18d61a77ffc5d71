#pragma once

#include <cstdint>

#include "coralline/tflite/internal/wire.h"
#include "coralline/tflite/op_options.h"

namespace coralline::internal {

/// The options of an op as they lie in the file: a member of the format's union
/// BuiltinOptions and the table; 0 and none where there are none.
struct WrittenOptions {
  std::uint8_t type = 0;
  flatbuffers::Offset<wire::Opaque> table;
};

WrittenOptions WriteOptions(flatbuffers::FlatBufferBuilder& builder,
                            const OpOptions& options);

}  // namespace coralline::internal
