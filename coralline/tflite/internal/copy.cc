#include "coralline/tflite/internal/copy.h"

#include "coralline/tflite/internal/options.h"

namespace coralline::internal {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

template <typename T>
Offset<flatbuffers::Vector<T>> CopyVector(
    FlatBufferBuilder& builder, const flatbuffers::Vector<T>* vector) {
  if (!vector) return 0;
  return builder.CreateVector(vector->data(), vector->size());
}

Offset<wire::Quantization> CopyQuantization(FlatBufferBuilder& builder,
                                            const wire::Quantization* source) {
  if (!source) return 0;
  const auto min = CopyVector(builder, source->min());
  const auto max = CopyVector(builder, source->max());
  const auto scale = CopyVector(builder, source->scale());
  const auto zero_point = CopyVector(builder, source->zero_point());
  return wire::CreateQuantization(builder, min, max, scale, zero_point, 0, 0,
                                  source->quantized_dimension());
}

}  // namespace

Offset<wire::Tensor> CopyTensor(FlatBufferBuilder& builder,
                                const wire::Tensor& source, unsigned buffer) {
  const auto shape = CopyVector(builder, source.shape());
  const auto signature = CopyVector(builder, source.shape_signature());
  const auto quantization = CopyQuantization(builder, source.quantization());
  const auto name =
      builder.CreateString(source.name() ? source.name()->str() : "");
  return wire::CreateTensor(builder, shape, source.type(), buffer, name,
                            quantization, source.is_variable(), 0, signature,
                            source.has_rank());
}

Offset<wire::Operator> CopyOp(FlatBufferBuilder& builder,
                              const wire::Operator& source, unsigned opcode,
                              const std::vector<std::int32_t>& inputs,
                              const std::vector<std::int32_t>& outputs,
                              const std::vector<std::int32_t>& intermediates) {
  const auto written_inputs = builder.CreateVector(inputs);
  const auto written_outputs = builder.CreateVector(outputs);
  const auto options = CopyOptions(source, builder);
  const auto custom = CopyVector(builder, source.custom_options());
  const auto mutating = CopyVector(builder, source.mutating_variable_inputs());
  Offset<flatbuffers::Vector<std::int32_t>> scratch;
  if (source.intermediates()) scratch = builder.CreateVector(intermediates);
  return wire::CreateOperator(builder, opcode, written_inputs, written_outputs,
                              source.builtin_options_type(), options, custom,
                              source.custom_options_format(), mutating,
                              scratch);
}

}  // namespace coralline::internal
