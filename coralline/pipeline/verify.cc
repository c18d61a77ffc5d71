#include "coralline/pipeline/verify.h"

#include <algorithm>
#include <random>

#include "coralline/base/check.h"

namespace coralline {
std::optional<Mismatch> FirstDifference(const std::vector<TensorSpec>& specs,
                                        const std::vector<TensorData>& expected,
                                        const std::vector<TensorData>& found) {
  CORALLINE_CHECK(expected.size() == found.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto [left, right] =
        std::mismatch(expected[i].begin(), expected[i].end(), found[i].begin(),
                      found[i].end());
    if (left == expected[i].end() && right == found[i].end()) continue;
    return Mismatch{
        .tensor = specs[i].name,
        .byte = static_cast<std::size_t>(left - expected[i].begin()),
        .expected = std::to_integer<int>(*left),
        .found = std::to_integer<int>(*right)};
  }
  return std::nullopt;
}

std::optional<Mismatch> FindMismatch(
    Executable& whole, Pipeline& pipeline, std::int64_t num_requests,
    std::uint64_t seed,
    const std::function<bool(std::int64_t done)>& progress) {
  std::mt19937_64 random(seed);
  whole.ResetState();
  pipeline.ResetState();
  Completion completion;
  for (std::int64_t request = 0; request < num_requests; ++request) {
    const auto inputs = RandomData(whole.inputs(), random);
    pipeline.Push(inputs);
    const auto expected = RunOnce(whole, inputs);
    pipeline.Pop(completion);
    auto mismatch =
        FirstDifference(whole.outputs(), expected, completion.outputs);
    if (mismatch) {
      mismatch->request = request;
      return mismatch;
    }
    if (progress && !progress(request + 1)) break;
  }
  return std::nullopt;
}

}  // namespace coralline
