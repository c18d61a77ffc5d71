#include "coralline/tflite/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/graph/boundary.h"
#include "coralline/tflite/internal/copy.h"
#include "coralline/tflite/internal/options.h"
#include "coralline/tflite/internal/wire.h"
#include "coralline/tflite/reader.h"

namespace coralline {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;
using internal::SizeOf;

constexpr std::string_view kMinRuntimeVersion = "min_runtime_version";
constexpr std::size_t kBufferAlignment = 16;

// What to write: ops and tensors as indices into the source.
struct Selection {
  std::vector<int> ops;
  std::vector<int> tensors;
  Boundary boundary;
};

// Old index -> new index, in order of first use.
class IndexMap {
 public:
  int Add(int old_index) {
    const auto [place, is_new] =
        new_index_.try_emplace(old_index, static_cast<int>(old_.size()));
    if (is_new) old_.push_back(old_index);
    return place->second;
  }
  int operator[](int old_index) const { return new_index_.at(old_index); }
  const std::vector<int>& old() const { return old_; }

 private:
  std::map<int, int> new_index_;
  std::vector<int> old_;
};

// Copies the selected part of one verified flatbuffer into another.
class SegmentWriter {
 public:
  SegmentWriter(const Model& model, const Selection& selection)
      : source_(internal::Root(model)),
        graph_(internal::MainSubgraph(model)),
        selection_(selection) {
    for (const int tensor : selection.tensors) tensors_.Add(tensor);
    // Buffer 0 is the empty one of all activations.
    for (const int tensor : selection.tensors) {
      if (model.graph.tensors[tensor].constant_bytes.value_or(0) > 0) {
        buffers_.Add(static_cast<int>(graph_.tensors()->Get(tensor)->buffer()));
      }
    }
    for (const int op : selection.ops) {
      opcodes_.Add(
          static_cast<int>(graph_.operators()->Get(op)->opcode_index()));
    }
    metadata_ = FindMinRuntimeVersion();
    if (metadata_) buffers_.Add(static_cast<int>(metadata_->buffer()));
  }

  SharedBytes Write() {
    // Reserving the whole avoids the copies of a growing builder.
    FlatBufferBuilder builder(EstimateBytes(), nullptr, false,
                              kBufferAlignment);
    builder.ForceVectorAlignment(1, 1, kBufferAlignment);
    const auto buffers = WriteBuffers(builder);
    const auto opcodes = WriteOpcodes(builder);
    const auto graph = WriteGraph(builder);
    const auto subgraphs = builder.CreateVector(&graph, 1);
    const auto metadata = WriteMetadata(builder);
    const auto description = builder.CreateString(
        source_.description() ? source_.description()->str() : std::string());
    wire::ModelBuilder root(builder);
    root.add_version(source_.version());
    root.add_operator_codes(opcodes);
    root.add_subgraphs(subgraphs);
    root.add_description(description);
    root.add_buffers(buffers);
    if (metadata_) root.add_metadata(metadata);
    wire::FinishModelBuffer(builder, root.Finish());
    auto bytes =
        std::make_shared<flatbuffers::DetachedBuffer>(builder.Release());
    return {bytes, std::as_bytes(std::span(bytes->data(), bytes->size()))};
  }

 private:
  const wire::Metadata* FindMinRuntimeVersion() const {
    for (int i = 0; i < SizeOf(source_.metadata()); ++i) {
      const auto* entry = source_.metadata()->Get(i);
      if (entry->name() && entry->name()->string_view() == kMinRuntimeVersion &&
          entry->buffer() < Size(source_.buffers())) {
        return entry;
      }
    }
    return nullptr;
  }

  template <typename T>
  static std::size_t Size(const flatbuffers::Vector<T>* vector) {
    return vector ? vector->size() : 0;
  }

  std::size_t EstimateBytes() const {
    std::size_t bytes = 4096;
    for (const int op : selection_.ops) {
      const auto* wire = graph_.operators()->Get(op);
      bytes += 256U + internal::OptionsBytes(*wire) +
               sizeof(int) * (Size(wire->inputs()) + Size(wire->outputs()) +
                              Size(wire->intermediates())) +
               Size(wire->custom_options()) +
               Size(wire->mutating_variable_inputs());
    }
    for (const int tensor : selection_.tensors) {
      const auto* wire = graph_.tensors()->Get(tensor);
      bytes +=
          256U + Size(wire->name()) +
          sizeof(int) * (Size(wire->shape()) + Size(wire->shape_signature()));
      if (const auto* q = wire->quantization()) {
        bytes += sizeof(float) *
                     (Size(q->scale()) + Size(q->min()) + Size(q->max())) +
                 sizeof(std::int64_t) * Size(q->zero_point());
      }
    }
    for (const int buffer : buffers_.old()) {
      bytes += 64U + Size(internal::BufferData(source_, buffer));
    }
    return bytes;
  }

  Offset<flatbuffers::Vector<Offset<wire::Buffer>>> WriteBuffers(
      FlatBufferBuilder& builder) {
    std::vector<Offset<wire::Buffer>> buffers = {wire::CreateBuffer(builder)};
    for (const int old : buffers_.old()) {
      const auto* data = internal::BufferData(source_, old);
      const auto size = static_cast<std::size_t>(SizeOf(data));
      builder.ForceVectorAlignment(size, 1, kBufferAlignment);
      buffers.push_back(wire::CreateBuffer(
          builder,
          builder.CreateVector(size > 0 ? data->data() : nullptr, size)));
    }
    return builder.CreateVector(buffers);
  }

  Offset<flatbuffers::Vector<Offset<wire::OperatorCode>>> WriteOpcodes(
      FlatBufferBuilder& builder) {
    std::vector<Offset<wire::OperatorCode>> codes;
    for (const int old : opcodes_.old()) {
      const auto* code = source_.operator_codes()->Get(old);
      Offset<flatbuffers::String> custom;
      if (code->custom_code()) {
        custom = builder.CreateString(code->custom_code());
      }
      codes.push_back(wire::CreateOperatorCode(
          builder, code->deprecated_builtin_code(), custom, code->version(),
          code->builtin_code()));
    }
    return builder.CreateVector(codes);
  }

  Offset<wire::Tensor> WriteTensor(FlatBufferBuilder& builder, int old) {
    const auto* source = graph_.tensors()->Get(old);
    return internal::CopyTensor(builder, *source, NewBuffer(*source));
  }

  unsigned NewBuffer(const wire::Tensor& tensor) const {
    const auto old = static_cast<int>(tensor.buffer());
    if (SizeOf(internal::BufferData(source_, old)) == 0) return 0;
    return static_cast<unsigned>(buffers_[old]) + 1;
  }

  std::vector<std::int32_t> NewIndices(
      const flatbuffers::Vector<std::int32_t>* source) const {
    std::vector<std::int32_t> indices;
    for (int i = 0; i < SizeOf(source); ++i) {
      const int old = source->Get(i);
      indices.push_back(old == Op::kNoTensor ? old : tensors_[old]);
    }
    return indices;
  }

  Offset<flatbuffers::Vector<std::int32_t>> WriteIndices(
      FlatBufferBuilder& builder, const std::vector<int>& tensors) const {
    std::vector<std::int32_t> indices;
    for (const int old : tensors) indices.push_back(tensors_[old]);
    return builder.CreateVector(indices);
  }

  Offset<wire::Operator> WriteOp(FlatBufferBuilder& builder, int old) {
    const auto* source = graph_.operators()->Get(old);
    const int opcode = opcodes_[static_cast<int>(source->opcode_index())];
    return internal::CopyOp(builder, *source, static_cast<unsigned>(opcode),
                            NewIndices(source->inputs()),
                            NewIndices(source->outputs()),
                            NewIndices(source->intermediates()));
  }

  Offset<wire::SubGraph> WriteGraph(FlatBufferBuilder& builder) {
    std::vector<Offset<wire::Tensor>> tensors;
    for (const int old : selection_.tensors) {
      tensors.push_back(WriteTensor(builder, old));
    }
    std::vector<Offset<wire::Operator>> ops;
    for (const int old : selection_.ops) ops.push_back(WriteOp(builder, old));
    const auto tensor_vector = builder.CreateVector(tensors);
    const auto inputs = WriteIndices(builder, selection_.boundary.inputs);
    const auto outputs = WriteIndices(builder, selection_.boundary.outputs);
    const auto op_vector = builder.CreateVector(ops);
    const auto name =
        builder.CreateString(graph_.name() ? graph_.name()->str() : "main");
    return wire::CreateSubGraph(builder, tensor_vector, inputs, outputs,
                                op_vector, name);
  }

  Offset<flatbuffers::Vector<Offset<wire::Metadata>>> WriteMetadata(
      FlatBufferBuilder& builder) {
    if (!metadata_) return 0;
    const auto entry = wire::CreateMetadata(
        builder, builder.CreateString(metadata_->name()),
        static_cast<unsigned>(buffers_[static_cast<int>(metadata_->buffer())]) +
            1);
    return builder.CreateVector(&entry, 1);
  }

  const wire::Model& source_;
  const wire::SubGraph& graph_;
  const Selection& selection_;
  IndexMap tensors_;
  IndexMap buffers_;  // new index is one less than in the file
  IndexMap opcodes_;
  const wire::Metadata* metadata_ = nullptr;
};

void CheckCopyable(const Model& model, const Selection& selection) {
  for (const int op : selection.ops) {
    if (internal::CanCopyOptions(model.graph.ops[op].kind)) continue;
    throw Error(ErrorKind::kModel,
                fmt::format("{}: op {} ({}) uses resources or options that "
                            "cannot be moved to another file",
                            model.name, op, OpName(model.graph.ops[op])));
  }
}

Model Write(const Model& model, const Selection& selection,
            const std::string& name) {
  CheckCopyable(model, selection);
  return ParseTflite(SegmentWriter(model, selection).Write(), name);
}

// The tensors that the ops touch, in the order of the source.
std::vector<int> UsedTensors(const Graph& graph, const Segment& segment) {
  std::vector<bool> used(graph.tensors.size(), false);
  for (const int op : segment.ops) {
    for (const auto* list : {&graph.ops[op].inputs, &graph.ops[op].outputs,
                             &graph.ops[op].intermediates}) {
      for (const int tensor : *list) {
        if (tensor != Op::kNoTensor) used[tensor] = true;
      }
    }
  }
  std::vector<int> tensors;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i]) tensors.push_back(static_cast<int>(i));
  }
  return tensors;
}

void CheckBoundaryNames(const Model& model, std::span<const Segment> segments) {
  std::map<std::string, int> owner;
  for (const Segment& segment : segments) {
    const Boundary boundary = FindBoundary(model.graph, segment);
    for (const auto* list : {&boundary.inputs, &boundary.outputs}) {
      for (const int tensor : *list) {
        const std::string& name = model.graph.tensors[tensor].name;
        if (name.empty()) {
          throw Error(
              ErrorKind::kModel,
              fmt::format("{}: tensor {} is an input or output of a segment "
                          "and has no name; stages are joined by name, so "
                          "cut elsewhere or name it",
                          model.name, tensor));
        }
        const int first = owner.try_emplace(name, tensor).first->second;
        if (first == tensor) continue;
        throw Error(ErrorKind::kModel,
                    fmt::format("{}: tensors {} and {} cross between segments "
                                "under the same name '{}'; stages are joined "
                                "by name, so cut elsewhere or rename them",
                                model.name, first, tensor, name));
      }
    }
  }
}

void CheckSplit(const Model& model, std::span<const Segment> segments) {
  CheckSegments(model.graph, segments);
  CheckBoundaryNames(model, segments);
}

// Its operator means something to libedgetpu alone: the bytes stay as they are.
Model AsCompiled(const Model& model, const Segment& segment) {
  if (static_cast<int>(segment.ops.size()) == model.graph.num_ops()) {
    return model;
  }
  throw Error(ErrorKind::kModel,
              fmt::format("{}: compiled for the Edge TPU: it cannot be cut any "
                          "more; cut the .tflite file that was compiled",
                          model.name));
}

Model ExtractNumbered(const Model& model, std::span<const Segment> segments,
                      int index) {
  Model segment = ExtractSegment(model, segments[index]);
  segment.name =
      SegmentName(model.name, index, static_cast<int>(segments.size()));
  return segment;
}

}  // namespace

Model Rewrite(const Model& model) {
  Selection all{
      .ops = OpRange(0, model.graph.num_ops()).ops,
      .tensors = OpRange(0, static_cast<int>(model.graph.tensors.size())).ops,
      .boundary = {model.graph.inputs, model.graph.outputs}};
  return Write(model, all, model.name);
}

Model ExtractSegment(const Model& model, const Segment& segment) {
  CheckSegment(model.graph, segment);
  if (IsCompiled(model.graph)) return AsCompiled(model, segment);
  const Selection selection{.ops = segment.ops,
                            .tensors = UsedTensors(model.graph, segment),
                            .boundary = FindBoundary(model.graph, segment)};
  if (selection.boundary.outputs.empty()) {
    throw Error(ErrorKind::kModel,
                fmt::format("{}: {} give nothing that the model or another op "
                            "uses; put them in one segment with others",
                            model.name, FormatSegment(segment)));
  }
  return Write(model, selection, model.name);
}

std::string SegmentName(const std::string& model_name, int index, int count) {
  return fmt::format("{}_segment_{}_of_{}", model_name, index, count);
}

std::vector<Model> SplitModel(const Model& model,
                              std::span<const Segment> segments) {
  CheckSplit(model, segments);
  std::vector<Model> parts;
  for (int i = 0; i < static_cast<int>(segments.size()); ++i) {
    parts.push_back(ExtractNumbered(model, segments, i));
  }
  return parts;
}

std::vector<std::filesystem::path> WriteSegments(
    const Model& model, std::span<const Segment> segments,
    const std::filesystem::path& folder) {
  CheckSplit(model, segments);
  FileTransaction files;
  std::vector<std::filesystem::path> paths;
  for (int i = 0; i < static_cast<int>(segments.size()); ++i) {
    const Model segment = ExtractNumbered(model, segments, i);
    paths.push_back(folder / (segment.name + ".tflite"));
    files.Write(paths.back(), segment.bytes.span());
  }
  files.Commit();
  return paths;
}

}  // namespace coralline
