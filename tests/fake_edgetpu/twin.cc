#include "tests/fake_edgetpu/twin.h"

#include <algorithm>
#include <utility>

#include "coralline/base/error.h"

namespace coralline::fake_edgetpu {
namespace {

void Copy(const TfLiteTensor& from, const TfLiteTensor& to) {
  if (from.bytes != to.bytes) {
    throw Error(ErrorKind::kDevice, "a tensor has changed its size");
  }
  std::copy_n(static_cast<const std::byte*>(from.data), from.bytes,
              static_cast<std::byte*>(to.data));
}

}  // namespace

Twin::Twin(Model model, std::vector<int> inputs, std::vector<int> outputs)
    : model_(std::move(model)),
      inputs_(std::move(inputs)),
      outputs_(std::move(outputs)),
      tflite_model_(
          TfLiteModelCreate(model_.bytes.data(), model_.bytes.size())) {
  const Owned<TfLiteInterpreterOptions> options(
      TfLiteInterpreterOptionsCreate());
  TfLiteInterpreterOptionsSetNumThreads(options.get(), 1);
  if (tflite_model_) {
    interpreter_.reset(
        TfLiteInterpreterCreate(tflite_model_.get(), options.get()));
  }
  if (!interpreter_ ||
      TfLiteInterpreterAllocateTensors(interpreter_.get()) != kTfLiteOk) {
    throw Error(ErrorKind::kModel, model_.name + ": TFLite refuses the twin");
  }
}

void Twin::Run(TfLiteTensor* tensors) {
  for (int i = 0; i < static_cast<int>(inputs_.size()); ++i) {
    Copy(tensors[inputs_[i]],
         *TfLiteInterpreterGetInputTensor(interpreter_.get(), i));
  }
  if (TfLiteInterpreterInvoke(interpreter_.get()) != kTfLiteOk) {
    throw Error(ErrorKind::kDevice, "the twin's inference failed");
  }
  for (int i = 0; i < static_cast<int>(outputs_.size()); ++i) {
    Copy(*TfLiteInterpreterGetOutputTensor(interpreter_.get(), i),
         tensors[outputs_[i]]);
  }
}

}  // namespace coralline::fake_edgetpu
