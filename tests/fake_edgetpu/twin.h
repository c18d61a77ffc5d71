#pragma once

#include <memory>
#include <vector>

#include "coralline/tflite/model.h"
#include "tests/fake_edgetpu/tflite_abi.h"

namespace coralline::fake_edgetpu {

/// The CPU model that computes what the Edge TPU would: by TFLite's builtin
/// kernels on one thread. One thread at a time may use it.
class Twin {
 public:
  /// `inputs` and `outputs` are the places of the twin's inputs and outputs
  /// among the tensors of the op that it stands for. Throws Error(kModel) where
  /// TFLite refuses it.
  Twin(Model model, std::vector<int> inputs, std::vector<int> outputs);

  /// From the op's tensors to the op's tensors. Throws Error(kDevice).
  void Run(TfLiteTensor* tensors);

 private:
  // Calls, so that TFLite need not be there before they are made.
  struct Delete {
    void operator()(TfLiteModel* model) const { TfLiteModelDelete(model); }
    void operator()(TfLiteInterpreterOptions* options) const {
      TfLiteInterpreterOptionsDelete(options);
    }
    void operator()(TfLiteInterpreter* interpreter) const {
      TfLiteInterpreterDelete(interpreter);
    }
  };
  template <typename T>
  using Owned = std::unique_ptr<T, Delete>;

  Model model_;
  std::vector<int> inputs_;
  std::vector<int> outputs_;
  // Destroyed before what they point into.
  Owned<TfLiteModel> tflite_model_;
  Owned<TfLiteInterpreter> interpreter_;
};

}  // namespace coralline::fake_edgetpu
