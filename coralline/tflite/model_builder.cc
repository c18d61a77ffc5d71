#include "coralline/tflite/model_builder.h"

#include <algorithm>
#include <map>
#include <utility>

#include "coralline/tflite/internal/wire.h"
#include "coralline/tflite/internal/write_options.h"
#include "coralline/tflite/reader.h"

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
    const auto name = builder.CreateString(tensor.name);
    tensors.push_back(wire::CreateTensor(
        builder, shape, static_cast<std::int8_t>(tensor.type), buffer, name,
        quantization, tensor.is_variable, 0, 0, true));
    return static_cast<int>(tensors.size()) - 1;
  }

  unsigned OpcodeIndex(const Op& op) {
    constexpr int kLastOldCode = 127;
    const int code = static_cast<int>(op.kind);
    const auto [place, is_new] =
        opcode_index.try_emplace({code, op.version}, opcodes.size());
    if (is_new) {
      opcodes.push_back(wire::CreateOperatorCode(
          builder, static_cast<std::int8_t>(std::min(code, kLastOldCode)), 0,
          op.version, code));
    }
    return static_cast<unsigned>(place->second);
  }

  FlatBufferBuilder builder;
  std::vector<Offset<wire::Buffer>> buffers;
  std::vector<Offset<wire::Tensor>> tensors;
  std::vector<Offset<wire::OperatorCode>> opcodes;
  std::map<std::pair<int, int>, std::size_t> opcode_index;
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
  FlatBufferBuilder& builder = state_->builder;
  builder.ForceVectorAlignment(data.size(), 1, kBufferAlignment);
  const auto bytes = builder.CreateVector(
      reinterpret_cast<const std::uint8_t*>(data.data()), data.size());
  state_->buffers.push_back(wire::CreateBuffer(builder, bytes));
  return state_->AddTensor(tensor,
                           static_cast<unsigned>(state_->buffers.size() - 1));
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

void ModelBuilder::SetOutputs(std::vector<int> outputs) {
  state_->outputs = std::move(outputs);
}

Model ModelBuilder::Build(const std::string& name) {
  constexpr unsigned kFormatVersion = 3;
  FlatBufferBuilder& builder = state_->builder;
  const auto graph = wire::CreateSubGraph(
      builder, builder.CreateVector(state_->tensors),
      builder.CreateVector(state_->inputs),
      builder.CreateVector(state_->outputs), builder.CreateVector(state_->ops),
      builder.CreateString("main"));
  const auto subgraphs = builder.CreateVector(&graph, 1);
  const auto model = wire::CreateModel(
      builder, kFormatVersion, builder.CreateVector(state_->opcodes), subgraphs,
      builder.CreateString("made by coralline"),
      builder.CreateVector(state_->buffers));
  wire::FinishModelBuffer(builder, model);
  const auto bytes =
      std::make_shared<flatbuffers::DetachedBuffer>(builder.Release());
  state_.reset();
  return ParseTflite(
      {bytes, std::as_bytes(std::span(bytes->data(), bytes->size()))}, name);
}

}  // namespace coralline
