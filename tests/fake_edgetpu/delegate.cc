#include "tests/fake_edgetpu/delegate.h"

#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "tests/fake_edgetpu/program.h"

namespace coralline::fake_edgetpu {
namespace {

constexpr const char* kCustomOp = "edgetpu-custom-op";

struct FakeDelegate {
  TfLiteDelegate base{};  // first: the library's pointer is ours
  std::unique_ptr<OpenDevice> device;
};

FakeDelegate& Of(TfLiteDelegate* delegate) {
  return *reinterpret_cast<FakeDelegate*>(delegate);
}

// What one op has become.
struct Kernel {
  OpenDevice* device = nullptr;
  std::optional<Program> program;
  std::string error;  // why there is none
};

TfLiteStatus Fail(TfLiteContext* context, const char* why) {
  context->ReportError(context, "Internal: %s", why);
  return kTfLiteError;
}

std::vector<int> Numbers(const TfLiteIntArray* array) {
  return {array->begin(), array->end()};
}

// The op that a kernel replaces: its own lists of tensors keep the order that
// the package knows, those of the kernel are sorted.
CustomOp ReplacedOp(TfLiteContext* context,
                    const TfLiteDelegateParams& params) {
  TfLiteNode* node = nullptr;
  TfLiteRegistration* registration = nullptr;
  context->GetNodeAndRegistration(context, *params.nodes_to_replace->begin(),
                                  &node, &registration);
  const auto* options =
      static_cast<const std::byte*>(node->custom_initial_data);
  return {.options = {options,
                      static_cast<std::size_t>(node->custom_initial_data_size)},
          .tensors = context->tensors,
          .inputs = Numbers(node->inputs),
          .outputs = Numbers(node->outputs)};
}

void* InitKernel(TfLiteContext* context, const char* buffer, std::size_t) {
  const auto& params = *reinterpret_cast<const TfLiteDelegateParams*>(buffer);
  auto kernel = std::make_unique<Kernel>();
  kernel->device = Of(params.delegate).device.get();
  try {
    kernel->program = LoadProgram(ReplacedOp(context, params),
                                  kernel->device->device().Spec());
  } catch (const std::exception& error) {
    kernel->error = error.what();
  }
  return kernel.release();
}

void FreeKernel(TfLiteContext*, void* kernel) {
  delete static_cast<Kernel*>(kernel);
}

TfLiteStatus PrepareKernel(TfLiteContext* context, TfLiteNode* node) {
  const auto& kernel = *static_cast<const Kernel*>(node->user_data);
  return kernel.program ? kTfLiteOk : Fail(context, kernel.error.c_str());
}

TfLiteStatus InvokeKernel(TfLiteContext* context, TfLiteNode* node) try {
  auto& kernel = *static_cast<Kernel*>(node->user_data);
  const Program& program = *kernel.program;
  kernel.device->Infer(program.token, program.times,
                       [&] { program.twin->Run(context->tensors); });
  return kTfLiteOk;
} catch (const std::exception& error) {  // which end where TFLite begins
  return Fail(context, error.what());
}

bool IsCustomOp(TfLiteContext* context, int index) {
  TfLiteNode* node = nullptr;
  TfLiteRegistration* registration = nullptr;
  if (context->GetNodeAndRegistration(context, index, &node, &registration) !=
      kTfLiteOk) {
    return false;
  }
  return registration->custom_name &&
         std::strcmp(registration->custom_name, kCustomOp) == 0;
}

// One kernel for each op: neighbours have packages of their own.
TfLiteStatus Replace(TfLiteContext* context, int op, TfLiteDelegate* delegate) {
  const TfLiteRegistration registration = {
      .init = InitKernel,
      .free = FreeKernel,
      .prepare = PrepareKernel,
      .invoke = InvokeKernel,
      .builtin_code = kTfLiteBuiltinDelegate,
      .custom_name = "EdgeTpuDelegateForCustomOp",
      .version = 1};
  TfLiteIntArray* ops = TfLiteIntArrayCreate(1);
  *ops->begin() = op;
  const TfLiteStatus status = context->ReplaceNodeSubsetsWithDelegateKernels(
      context, registration, ops, delegate);
  TfLiteIntArrayFree(ops);
  return status;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteDelegate* delegate) {
  TfLiteIntArray* plan = nullptr;
  const TfLiteStatus status = context->GetExecutionPlan(context, &plan);
  if (status != kTfLiteOk) return status;
  // A copy: replacing changes the plan.
  for (const int op : Numbers(plan)) {
    if (!IsCustomOp(context, op)) continue;
    const TfLiteStatus replaced = Replace(context, op, delegate);
    if (replaced != kTfLiteOk) return replaced;
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteDelegate* MakeDelegate(std::unique_ptr<OpenDevice> device) {
  auto delegate = std::make_unique<FakeDelegate>();
  delegate->base.Prepare = Prepare;
  // Else TFLite prepares the custom op, which it does not know, before it asks.
  delegate->base.flags = kTfLiteDelegateFlagsAllowDynamicTensors;
  delegate->device = std::move(device);
  return &delegate.release()->base;
}

void FreeDelegate(TfLiteDelegate* delegate) {
  if (delegate) delete &Of(delegate);
}

}  // namespace coralline::fake_edgetpu
