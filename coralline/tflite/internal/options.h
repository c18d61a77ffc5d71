#pragma once

#include <string>

#include "coralline/graph/op_kind.h"
#include "coralline/tflite/internal/wire.h"

namespace coralline::internal {

/// Whether the options of such an op can be copied without their schema:
/// scalars, and the integer vectors that are known. Resource handles and
/// operators newer than this code are not.
bool CanCopyOptions(OpKind kind);

/// Whether the options table lies inside the file, its scalars inside the
/// table, and its known vectors inside the file.
bool OptionsAreValid(const wire::Operator& op, std::span<const std::byte> file);

/// Bytes of the options table of a verified op and of its known vector; 0 when
/// it has none.
std::size_t OptionsBytes(const wire::Operator& op);

/// Copies the options table of a verified op, field by field; null offset when
/// it has none. Requires CanCopyOptions.
flatbuffers::Offset<wire::Opaque> CopyOptions(
    const wire::Operator& op, flatbuffers::FlatBufferBuilder& builder);

}  // namespace coralline::internal
