#include "tests/fake_edgetpu/fake_compiler.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "coralline/base/hash.h"
#include "coralline/compiled/compiled_model.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/model_builder.h"
#include "coralline/tflite/writer.h"
#include "tests/fake_edgetpu/package_builder.h"

namespace coralline::fake_edgetpu {
namespace {

// The part that the Edge TPU runs, and what the simulator says of it.
struct Part {
  Model source;
  std::vector<Layer> layers;
  SegmentCost cost;
};

Part SimulatePart(const Model& model, const Segment& segment) {
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  Part part{.source = ExtractSegment(model, segment)};
  const Graph& graph = part.source.graph;
  part.layers = MakeLayers(graph, spec, OpsWithBias(part.source));
  part.cost = CostOf(graph, OpRange(0, graph.num_ops()), part.layers, spec);
  return part;
}

std::vector<CompiledLayer> LayersOf(const Graph& graph,
                                    const std::vector<int>& tensors) {
  std::vector<CompiledLayer> layers;
  for (const int tensor : tensors) {
    layers.push_back({.name = graph.tensors[tensor].name,
                      .bytes = NumBytes(graph.tensors[tensor]).value_or(0)});
  }
  return layers;
}

// Of one inference: a streamed layer may be sent more than once.
std::int64_t StreamedTraffic(const Part& part) {
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < part.layers.size(); ++i) {
    bytes += part.cost.layers[i].passes * part.layers[i].streamed_bytes;
  }
  return bytes;
}

std::int64_t NarrowBytes(const Part& part) {
  std::int64_t bytes = 0;
  for (const Layer& layer : part.layers) {
    bytes = std::max(bytes, layer.input_tile_bytes + layer.output_tile_bytes);
  }
  return bytes;
}

CompiledExecutable Inference(const Part& part) {
  const Graph& graph = part.source.graph;
  CompiledExecutable executable{
      .name = part.source.name,
      .type = ExecutableType::kStandAlone,
      .chip = "beagle",
      .parameter_bytes = part.cost.placement.streamed_bytes,
      .instruction_bytes = InstructionBytes(part.layers),
      .num_instruction_chunks = 1,
      .narrow_memory_bytes_per_tile = NarrowBytes(part),
      .inputs = LayersOf(graph, graph.inputs),
      .outputs = LayersOf(graph, graph.outputs)};
  executable.traffic = FullTraffic(executable);
  executable.traffic->parameters = StreamedTraffic(part);
  return executable;
}

CompiledExecutable Upload(const Part& part) {
  // Those of the published segments have 1 to 8 KB.
  constexpr std::int64_t kInstructionBytes = 4096;
  CompiledExecutable executable{
      .name = part.source.name,
      .type = ExecutableType::kParameterCaching,
      .chip = "beagle",
      .parameter_bytes = part.cost.placement.cached_bytes,
      .instruction_bytes = kInstructionBytes,
      .num_instruction_chunks = 1};
  executable.traffic = FullTraffic(executable);
  return executable;
}

// Equal for equal models alone, and never 0.
std::uint64_t TokenOf(const Model& source) {
  const std::string hash = HashBytes(source.bytes.span());
  constexpr int kDigits = 16;
  return std::stoull(hash.substr(0, kDigits), nullptr, 16) | 1;
}

CompiledPackage PackageOf(const Part& part, int min_runtime_version) {
  CompiledPackage package{.min_runtime_version = min_runtime_version,
                          .compiler_version = "fake",
                          .executables = {Inference(part)}};
  if (part.cost.placement.cached_bytes == 0) return package;
  CompiledExecutable& inference = package.executables[0];
  inference.type = ExecutableType::kExecutionOnly;
  inference.parameter_caching_token = TokenOf(part.source);
  CompiledExecutable upload = Upload(part);
  upload.parameter_caching_token = inference.parameter_caching_token;
  package.executables.insert(package.executables.begin(), std::move(upload));
  return package;
}

std::vector<std::byte> OptionsOf(const Part& part,
                                 const CompilationOptions& options) {
  const CompiledPackage package = PackageOf(part, options.min_runtime_version);
  std::vector<std::vector<std::byte>> parameters;
  for (const CompiledExecutable& executable : package.executables) {
    parameters.emplace_back(executable.parameter_bytes);
  }
  auto bytes =
      BuildCustomOptions(package, parameters, part.source.bytes.span());
  if (options.is_truncated) bytes.resize(bytes.size() / 2);
  return bytes;
}

// Copies ops of one model into another.
class Assembler {
 public:
  explicit Assembler(const Model& source) : source_(source) {}

  void AddOps(const Segment& segment) {
    for (const int op : segment.ops) {
      builder_.AddOpLike(Translated(source_.graph.ops[op]), source_, op);
    }
  }
  // With the interface of that part, by name.
  void AddCustomOp(const Graph& part, std::span<const std::byte> options) {
    Op op{.kind = OpKind::kCustom, .custom_code = "edgetpu-custom-op"};
    op.inputs = ByName(part, part.inputs);
    op.outputs = ByName(part, part.outputs);
    builder_.AddCustomOp(op, options);
  }
  Model Build() {
    builder_.SetInputs(Translated(source_.graph.inputs));
    builder_.SetOutputs(Translated(source_.graph.outputs));
    return builder_.Build(source_.name + "_edgetpu", Compiled::kAllow);
  }

 private:
  int Translated(int tensor) {
    if (tensor == Op::kNoTensor) return tensor;
    const auto found = copies_.find(tensor);
    if (found != copies_.end()) return found->second;
    return copies_[tensor] = builder_.AddCopy(source_, tensor);
  }
  std::vector<int> Translated(std::vector<int> tensors) {
    for (int& tensor : tensors) tensor = Translated(tensor);
    return tensors;
  }
  Op Translated(Op op) {
    op.inputs = Translated(std::move(op.inputs));
    op.outputs = Translated(std::move(op.outputs));
    op.intermediates = Translated(std::move(op.intermediates));
    return op;
  }
  std::vector<int> ByName(const Graph& part, const std::vector<int>& tensors) {
    std::vector<int> result;
    for (const int tensor : tensors) {
      const std::string& name = part.tensors[tensor].name;
      result.push_back(Translated(*FindTensor(source_.graph, name)));
    }
    return result;
  }

  const Model& source_;
  ModelBuilder builder_;
  std::map<int, int> copies_;
};

}  // namespace

Compilation Compile(const Model& model, const CompilationOptions& options) {
  Compilation result{.model = model, .mappings = MapOps(model.graph)};
  const MappedParts of = PartsOf(model.graph, result.mappings);
  if (of.mapped.ops.empty()) return result;
  const Part part = SimulatePart(model, of.mapped);
  Assembler assembler(model);
  assembler.AddOps(of.head);
  assembler.AddCustomOp(part.source.graph, OptionsOf(part, options));
  assembler.AddOps(of.tail);
  result.model = assembler.Build();
  result.placement = part.cost.placement;
  result.num_subgraphs = 1;
  return result;
}

}  // namespace coralline::fake_edgetpu
