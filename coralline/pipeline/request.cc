#include "coralline/pipeline/request.h"

namespace coralline {

void Completion::Assign(const ResultView& result) {
  id = result.id;
  outcome = result.outcome;
  error.reset();
  if (result.error) error = *result.error;
  outputs.resize(result.outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    outputs[i].assign(result.outputs[i].begin(), result.outputs[i].end());
  }
  latency = result.latency;
}

}  // namespace coralline
