#include "coralline/device/device.h"

namespace coralline {

std::vector<TensorData> RunOnce(Executable& executable,
                                const std::vector<TensorData>& inputs) {
  std::vector<TensorData> outputs;
  for (const TensorSpec& spec : executable.outputs()) {
    outputs.emplace_back(spec.bytes);
  }
  executable.Run(std::vector<ConstBytes>(inputs.begin(), inputs.end()),
                 std::vector<MutableBytes>(outputs.begin(), outputs.end()));
  return outputs;
}

}  // namespace coralline
