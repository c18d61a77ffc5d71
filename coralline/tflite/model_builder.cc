#include "coralline/tflite/model_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/tflite/internal/copy.h"
#include "coralline/tflite/internal/options.h"
#include "coralline/tflite/internal/wire.h"
#include "coralline/tflite/internal/write_options.h"

namespace coralline {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

constexpr std::size_t kBufferAlignment = 16;

}  // namespace

struct ModelBuilder::State {
  explicit State(std::size_t bytes)
      : builder(bytes, nullptr, false, kBufferAlignment) {
    builder.ForceVectorAlignment(1, 1, kBufferAlignment);
    buffers.push_back(wire::CreateBuffer(builder));  // of all activations
  }

  int AddTensor(const Tensor& tensor, unsigned buffer) {
    const Quantization& q = tensor.quantization;
    Offset<wire::Quantization> quantization;
    if (!q.scale.empty()) {
      const auto scale = builder.CreateVector(q.scale);
      const auto zero_point = builder.CreateVector(q.zero_point);
      quantization = wire::CreateQuantization(builder, 0, 0, scale, zero_point,
                                              0, 0, q.dimension);
    }
    const auto shape = builder.CreateVector(tensor.shape);
    Offset<flatbuffers::Vector<std::int32_t>> signature;
    if (!tensor.shape_signature.empty()) {
      signature = builder.CreateVector(tensor.shape_signature);
    }
    const auto name = builder.CreateString(tensor.name);
    tensors.push_back(wire::CreateTensor(
        builder, shape, static_cast<std::int8_t>(tensor.type), buffer, name,
        quantization, tensor.is_variable, 0, signature, true));
    return static_cast<int>(tensors.size()) - 1;
  }

  unsigned OpcodeIndex(const Op& op) {
    constexpr int kLastOldCode = 127;
    const int code = static_cast<int>(op.kind);
    const auto [place, is_new] = opcode_index.try_emplace(
        {code, op.version, op.custom_code}, opcodes.size());
    if (is_new) {
      Offset<flatbuffers::String> custom;
      if (!op.custom_code.empty()) {
        custom = builder.CreateString(op.custom_code);
      }
      opcodes.push_back(wire::CreateOperatorCode(
          builder, static_cast<std::int8_t>(std::min(code, kLastOldCode)),
          custom, op.version, code));
    }
    return static_cast<unsigned>(place->second);
  }

  unsigned AddBuffer(std::span<const std::byte> data) {
    builder.ForceVectorAlignment(data.size(), 1, kBufferAlignment);
    const auto bytes = builder.CreateVector(
        reinterpret_cast<const std::uint8_t*>(data.data()), data.size());
    buffers.push_back(wire::CreateBuffer(builder, bytes));
    return static_cast<unsigned>(buffers.size() - 1);
  }

  FlatBufferBuilder builder;
  std::vector<Offset<wire::Buffer>> buffers;
  // The buffer that holds what lies at this place of another model.
  std::map<const std::byte*, unsigned> copied_buffers;
  std::vector<Offset<wire::Tensor>> tensors;
  std::vector<Offset<wire::OperatorCode>> opcodes;
  std::map<std::tuple<int, int, std::string>, std::size_t> opcode_index;
  std::vector<Offset<wire::Operator>> ops;
  std::vector<int> inputs;
  std::vector<int> outputs;
};

ModelBuilder::ModelBuilder(std::size_t expected_bytes)
    : state_(std::make_unique<State>(expected_bytes)) {}

ModelBuilder::~ModelBuilder() = default;

int ModelBuilder::AddInput(const Tensor& tensor) {
  state_->inputs.push_back(state_->AddTensor(tensor, 0));
  return state_->inputs.back();
}

int ModelBuilder::AddActivation(const Tensor& tensor) {
  return state_->AddTensor(tensor, 0);
}

int ModelBuilder::AddConstant(const Tensor& tensor,
                              std::span<const std::byte> data) {
  return state_->AddTensor(tensor, state_->AddBuffer(data));
}

int ModelBuilder::AddCopy(const Model& source, int tensor) {
  unsigned buffer = 0;
  if (const auto data = ConstantData(source, tensor); !data.empty()) {
    const auto [place, is_new] =
        state_->copied_buffers.try_emplace(data.data(), 0);
    if (is_new) place->second = state_->AddBuffer(data);
    buffer = place->second;
  }
  state_->tensors.push_back(
      internal::CopyTensor(state_->builder,
                           *internal::MainSubgraph(source).tensors()->Get(
                               static_cast<unsigned>(tensor)),
                           buffer));
  return static_cast<int>(state_->tensors.size()) - 1;
}

void ModelBuilder::AddOp(const Op& op, const OpOptions& options) {
  FlatBufferBuilder& builder = state_->builder;
  const unsigned opcode = state_->OpcodeIndex(op);
  const auto inputs = builder.CreateVector(op.inputs);
  const auto outputs = builder.CreateVector(op.outputs);
  const auto written = internal::WriteOptions(builder, options);
  state_->ops.push_back(wire::CreateOperator(builder, opcode, inputs, outputs,
                                             written.type, written.table));
}

void ModelBuilder::AddCustomOp(const Op& op,
                               std::span<const std::byte> options) {
  FlatBufferBuilder& builder = state_->builder;
  const unsigned opcode = state_->OpcodeIndex(op);
  const auto inputs = builder.CreateVector(op.inputs);
  const auto outputs = builder.CreateVector(op.outputs);
  builder.ForceVectorAlignment(options.size(), 1, kBufferAlignment);
  const auto bytes = builder.CreateVector(
      reinterpret_cast<const std::uint8_t*>(options.data()), options.size());
  state_->ops.push_back(wire::CreateOperator(builder, opcode, inputs, outputs,
                                             /*builtin_options_type=*/0, 0,
                                             bytes));
}

void ModelBuilder::AddOpLike(const Op& op, const Model& source, int source_op) {
  if (!internal::CanCopyOptions(op.kind)) {
    throw Error(ErrorKind::kModel,
                fmt::format("{}: op {} ({}) uses resources or options that "
                            "cannot be moved to another file",
                            source.name, source_op, OpName(op)));
  }
  const auto* wire = internal::MainSubgraph(source).operators()->Get(
      static_cast<unsigned>(source_op));
  const unsigned opcode = state_->OpcodeIndex(op);
  state_->ops.push_back(internal::CopyOp(
      state_->builder, *wire, opcode, op.inputs, op.outputs, op.intermediates));
}

void ModelBuilder::SetInputs(std::vector<int> inputs) {
  state_->inputs = std::move(inputs);
}

void ModelBuilder::SetOutputs(std::vector<int> outputs) {
  state_->outputs = std::move(outputs);
}

Model ModelBuilder::Build(const std::string& name, Compiled compiled) {
  constexpr unsigned kFormatVersion = 3;
  FlatBufferBuilder& builder = state_->builder;
  // One after another: arguments come in an order that the compiler chooses,
  // and the file should not depend on it.
  const auto graph_name = builder.CreateString("main");
  const auto ops = builder.CreateVector(state_->ops);
  const auto outputs = builder.CreateVector(state_->outputs);
  const auto inputs = builder.CreateVector(state_->inputs);
  const auto tensors = builder.CreateVector(state_->tensors);
  const auto graph =
      wire::CreateSubGraph(builder, tensors, inputs, outputs, ops, graph_name);
  const auto subgraphs = builder.CreateVector(&graph, 1);
  const auto buffers = builder.CreateVector(state_->buffers);
  const auto description = builder.CreateString("made by coralline");
  const auto opcodes = builder.CreateVector(state_->opcodes);
  const auto model = wire::CreateModel(builder, kFormatVersion, opcodes,
                                       subgraphs, description, buffers);
  wire::FinishModelBuffer(builder, model);
  const auto bytes =
      std::make_shared<flatbuffers::DetachedBuffer>(builder.Release());
  state_.reset();
  return ParseTflite(
      {bytes, std::as_bytes(std::span(bytes->data(), bytes->size()))}, name,
      compiled);
}

}  // namespace coralline
