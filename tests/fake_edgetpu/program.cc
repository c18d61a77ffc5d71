#include "tests/fake_edgetpu/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>

#include "coralline/base/error.h"
#include "coralline/compiled/compiled_model.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/reader.h"
#include "tests/fake_edgetpu/source.h"

namespace coralline::fake_edgetpu {
namespace {

std::chrono::nanoseconds Nanoseconds(double ms) {
  return std::chrono::nanoseconds(std::llround(ms * 1e6));
}

InferenceTimes TimesOf(const Model& model, const DeviceSpec& spec) {
  const auto layers = MakeLayers(model.graph, spec, OpsWithBias(model));
  const Segment all = OpRange(0, model.graph.num_ops());
  const SegmentCost cost = CostOf(model.graph, all, layers, spec);
  return {.upload = Nanoseconds(cost.upload_ms),
          .inference = Nanoseconds(cost.warm_ms())};
}

// The runtime numbers types as files do, but for floats.
int RuntimeType(DataType type) {
  constexpr int kRuntimeFloat32 = 1;
  return type == DataType::kFloat32 ? kRuntimeFloat32 : static_cast<int>(type);
}

bool IsSame(const Tensor& tensor, const TfLiteTensor& of_op) {
  return tensor.name == of_op.name && RuntimeType(tensor.type) == of_op.type &&
         NumBytes(tensor) == static_cast<std::int64_t>(of_op.bytes);
}

// Where the twin's tensors are among those of the op; nullopt where it has
// others.
std::optional<std::vector<int>> Match(const Graph& graph,
                                      const std::vector<int>& twin_tensors,
                                      const std::vector<int>& op_tensors,
                                      const TfLiteTensor* tensors) {
  if (twin_tensors.size() != op_tensors.size()) return std::nullopt;
  std::vector<int> places;
  for (const int tensor : twin_tensors) {
    const auto found =
        std::find_if(op_tensors.begin(), op_tensors.end(), [&](int op_tensor) {
          return IsSame(graph.tensors[tensor], tensors[op_tensor]);
        });
    if (found == op_tensors.end()) return std::nullopt;
    places.push_back(*found);
  }
  return places;
}

std::unique_ptr<Twin> MakeTwin(const Model& model, const CustomOp& op) {
  const Graph& graph = model.graph;
  auto inputs = Match(graph, graph.inputs, op.inputs, op.tensors);
  auto outputs = Match(graph, graph.outputs, op.outputs, op.tensors);
  if (!inputs || !outputs) return nullptr;
  return std::make_unique<Twin>(model, std::move(*inputs), std::move(*outputs));
}

// The model inside the package, or those of $FAKE_EDGETPU_TWINS.
std::vector<Model> Candidates(const CustomOp& op) {
  if (auto source = ReadSource(op.options)) return {*std::move(source)};
  std::vector<Model> models;
  std::istringstream files(Environment("FAKE_EDGETPU_TWINS"));
  for (std::string file; std::getline(files, file, ':');) {
    models.push_back(ReadTflite(file));
  }
  return models;
}

// As the real library says it.
void CheckRuntime(const CompiledPackage& package) {
  const int runtime = std::stoi(Environment("FAKE_EDGETPU_RUNTIME", "14"));
  if (package.min_runtime_version <= runtime) return;
  throw Error(ErrorKind::kModel,
              fmt::format("Package requires runtime version ({}), which is "
                          "newer than this runtime version ({}).",
                          package.min_runtime_version, runtime));
}

}  // namespace

Program LoadProgram(const CustomOp& op, const DeviceSpec& spec) {
  const CompiledPackage package = ParsePackage(op.options, "custom op");
  CheckRuntime(package);
  for (const Model& model : Candidates(op)) {
    auto twin = MakeTwin(model, op);
    if (!twin) continue;
    InferenceTimes times = TimesOf(model, spec);
    if (package.cached_bytes() == 0) times.upload = {};
    return {.token = package.inference()->parameter_caching_token,
            .times = times,
            .twin = std::move(twin)};
  }
  throw Error(ErrorKind::kModel,
              "the fake has no CPU model with this op's tensors; name its file "
              "in FAKE_EDGETPU_TWINS");
}

}  // namespace coralline::fake_edgetpu
