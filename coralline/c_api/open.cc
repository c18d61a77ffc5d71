// Opening, closing, and what the model takes and gives.
#include <chrono>
#include <limits>
#include <new>

#include "coralline/c_api/internal/border.h"
#include "coralline/c_api/internal/handles.h"
#include "coralline/device/fault.h"
#include "coralline/planning/plan_document.h"
#include "coralline/tflite/reader.h"

namespace coralline::c_api {
namespace {

constexpr std::align_val_t kAlignment{64};
// Of PipelineOptions::max_in_flight.
constexpr std::int32_t kMostInFlight = 1 << 20;

SharedBytes AlignedCopy(const void* bytes, std::size_t size) {
  void* copy = ::operator new(size + 1, kAlignment);
  const std::shared_ptr<void> owner(
      copy, [](void* p) { ::operator delete(p, kAlignment); });
  if (size > 0) std::memcpy(copy, bytes, size);
  return {owner, {static_cast<const std::byte*>(copy), size}};
}

// The caller's options in full; fields that a shorter struct lacks are zero.
coralline_options ReadOptions(const coralline_options* given) {
  coralline_options options{};
  if (given == nullptr) return options;
  CheckSize<coralline_options>(given->size, "coralline_options");
  const auto* bytes = reinterpret_cast<const char*>(given);
  const std::size_t known = std::min(given->size, sizeof(options));
  if (std::any_of(bytes + known, bytes + given->size,
                  [](char byte) { return byte != 0; })) {
    throw Error(ErrorKind::kUsage,
                fmt::format("coralline_options has fields that Coralline {} "
                            "does not know; use a later library",
                            CORALLINE_VERSION));
  }
  std::memcpy(&options, given, known);
  return options;
}

template <typename Number>
Number NotNegative(Number value, std::string_view what,
                   Number most = std::numeric_limits<Number>::max()) {
  if (value >= 0 && value <= most) return value;
  throw Error(ErrorKind::kUsage,
              fmt::format("{} is {}, expected 0 to {}", what, value, most));
}

std::vector<std::string> ReadTexts(const char* const* texts, std::int32_t count,
                                   std::string_view what) {
  std::vector<std::string> read;
  for (std::int32_t i = 0; i < NotNegative(count, what); ++i) {
    read.emplace_back(&Required((&Required(texts, what))[i], what));
  }
  return read;
}

template <typename Enum>
Enum ReadEnum(std::int32_t value, Enum last, std::string_view what) {
  if (value >= 0 && value <= static_cast<std::int32_t>(last)) {
    return static_cast<Enum>(value);
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("{} is {}, expected 0 to {}", what, value,
                          static_cast<std::int32_t>(last)));
}

std::function<void(const PipelineEvent&)> EventCallback(
    const coralline_options& options) {
  const auto callback = options.on_event;
  if (callback == nullptr) return {};
  return [callback, user = options.on_event_user](const PipelineEvent& event) {
    const coralline_event given = {.size = sizeof(given),
                                   .at_ns = event.at.count(),
                                   .kind = static_cast<int32_t>(event.kind),
                                   .device = event.device,
                                   .text = event.text.c_str()};
    callback(user, &given);
  };
}

PipelineOptions ReadPipelineOptions(const coralline_options& options) {
  return {.max_in_flight = NotNegative(options.max_in_flight, "max_in_flight",
                                       kMostInFlight),
          .wait = ReadEnum(options.wait, WaitProfile::kThroughput, "wait"),
          .watchdog = std::chrono::nanoseconds(
              NotNegative(options.watchdog_ns, "watchdog_ns")),
          .rebalance = std::chrono::nanoseconds(
              NotNegative(options.rebalance_ns, "rebalance_ns")),
          .realtime = options.realtime != 0,
          .on_event = EventCallback(options)};
}

RunnerOptions ReadRunnerOptions(const Model& model,
                                const coralline_options& options) {
  RunnerOptions runner;
  runner.devices = ReadTexts(options.devices, options.num_devices, "devices");
  runner.kernels = ReadEnum(options.kernels, CpuKernels::kXnnpack, "kernels");
  runner.compute = options.compute != 0;
  for (const auto& text :
       ReadTexts(options.faults, options.num_faults, "faults")) {
    runner.faults.push_back(ParseFault(text));
  }
  if (options.plan_file != nullptr) {
    runner.plan = ReadPlanDocument(options.plan_file, model);
  }
  if (NotNegative(options.max_replicas, "max_replicas") > 0) {
    runner.max_replicas = options.max_replicas;
  }
  runner.split_layers =
      ReadEnum(options.split_layers, SplitMode::kAlways, "split_layers");
  runner.pipeline = ReadPipelineOptions(options);
  return runner;
}

std::vector<TensorInfo> InfoOf(const Graph& graph,
                               const std::vector<int>& tensors) {
  std::vector<TensorInfo> infos;
  for (const TensorSpec& spec : SpecsOf(graph, tensors)) {
    const Tensor& tensor = graph.tensors[tensors[infos.size()]];
    TensorInfo info{.name = spec.name, .bytes = spec.bytes, .type = spec.type};
    info.shape.assign(tensor.shape.begin(), tensor.shape.end());
    const Quantization& quantization = tensor.quantization;
    if (quantization.scale.size() == 1 && !quantization.zero_point.empty()) {
      info.scale = quantization.scale[0];
      info.zero_point = quantization.zero_point[0];
    }
    infos.push_back(std::move(info));
  }
  return infos;
}

std::unique_ptr<coralline_pipeline> Open(const Model& model,
                                         const coralline_options* given) {
  const coralline_options options = ReadOptions(given);
  RunnerOptions runner = ReadRunnerOptions(model, options);
  auto handle = std::make_unique<coralline_pipeline>();
  if (options.cache_file != nullptr) {
    handle->cache = std::make_unique<ProfileCache>(options.cache_file);
    runner.cache = handle->cache.get();
  }
  handle->inputs = InfoOf(model.graph, model.graph.inputs);
  handle->outputs = InfoOf(model.graph, model.graph.outputs);
  handle->runner = OpenRunner(model, runner);
  return handle;
}

coralline_status GiveInfo(const std::vector<TensorInfo>& infos,
                          std::int32_t index, std::string_view what,
                          coralline_tensor* out) {
  CheckIndex(index, infos.size(), what);
  const TensorInfo& info = infos[index];
  Fill(out,
       {.size = 0,
        .name = info.name.c_str(),
        .bytes = info.bytes,
        .type = static_cast<int32_t>(info.type),
        .num_dimensions = static_cast<int32_t>(info.shape.size()),
        .shape = info.shape.data(),
        .scale = info.scale,
        .zero_point = info.zero_point},
       "coralline_tensor");
  return CORALLINE_OK;
}

// Both enumerations are one.
static_assert(CORALLINE_EVENT_NO_DEVICE ==
              static_cast<int>(EventKind::kNoDevice));
static_assert(CORALLINE_TYPE_INT8 == static_cast<int>(DataType::kInt8));
static_assert(CORALLINE_KERNELS_XNNPACK ==
              static_cast<int>(CpuKernels::kXnnpack));
static_assert(CORALLINE_WAIT_THROUGHPUT ==
              static_cast<int>(WaitProfile::kThroughput));

}  // namespace
}  // namespace coralline::c_api

using namespace coralline::c_api;

coralline_status coralline_open(const char* model_file,
                                const coralline_options* options,
                                coralline_pipeline** pipeline) {
  return Guard([&] {
    auto& out = Required(pipeline, "pipeline");
    const auto model =
        coralline::ReadTflite(&Required(model_file, "model_file"));
    out = Open(model, options).release();
    return CORALLINE_OK;
  });
}

coralline_status coralline_open_bytes(const void* model, size_t bytes,
                                      const char* name,
                                      const coralline_options* options,
                                      coralline_pipeline** pipeline) {
  return Guard([&] {
    auto& out = Required(pipeline, "pipeline");
    Required(static_cast<const char*>(model), "model");
    const auto parsed = coralline::ParseTflite(
        AlignedCopy(model, bytes), name == nullptr ? "model" : name);
    out = Open(parsed, options).release();
    return CORALLINE_OK;
  });
}

coralline_status coralline_close(coralline_pipeline* pipeline) {
  return Guard([&] {
    Required(pipeline, "pipeline").pipeline().Close();
    pipeline->closed = true;
    return CORALLINE_OK;
  });
}

coralline_status coralline_drain(coralline_pipeline* pipeline) {
  return Guard([&] {
    Required(pipeline, "pipeline").pipeline().Drain();
    return CORALLINE_OK;
  });
}

void coralline_destroy(coralline_pipeline* pipeline) { delete pipeline; }

int32_t coralline_num_inputs(const coralline_pipeline* pipeline) {
  return pipeline ? static_cast<int32_t>(pipeline->inputs.size()) : -1;
}

int32_t coralline_num_outputs(const coralline_pipeline* pipeline) {
  return pipeline ? static_cast<int32_t>(pipeline->outputs.size()) : -1;
}

coralline_status coralline_input_info(const coralline_pipeline* pipeline,
                                      int32_t index, coralline_tensor* tensor) {
  return Guard([&] {
    return GiveInfo(Required(pipeline, "pipeline").inputs, index, "input",
                    tensor);
  });
}

coralline_status coralline_output_info(const coralline_pipeline* pipeline,
                                       int32_t index,
                                       coralline_tensor* tensor) {
  return Guard([&] {
    return GiveInfo(Required(pipeline, "pipeline").outputs, index, "output",
                    tensor);
  });
}
