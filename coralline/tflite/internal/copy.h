#pragma once

#include "coralline/tflite/internal/wire.h"

namespace coralline::internal {

/// Tensors and ops of one file in another: what they refer to by number is
/// given, all else is kept.

flatbuffers::Offset<wire::Tensor> CopyTensor(
    flatbuffers::FlatBufferBuilder& builder, const wire::Tensor& source,
    unsigned buffer);

/// Requires CanCopyOptions of the op's kind. `intermediates` is written where
/// the source has some.
flatbuffers::Offset<wire::Operator> CopyOp(
    flatbuffers::FlatBufferBuilder& builder, const wire::Operator& source,
    unsigned opcode, const std::vector<std::int32_t>& inputs,
    const std::vector<std::int32_t>& outputs,
    const std::vector<std::int32_t>& intermediates);

}  // namespace coralline::internal
