#include "coralline/cli/output_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "coralline/base/error.h"

namespace coralline::cli {
namespace {

int ValueOf(std::byte byte, DataType type) {
  const int value = std::to_integer<int>(byte);
  return type == DataType::kInt8 ? static_cast<std::int8_t>(value) : value;
}

void CheckInterface(const std::string& name,
                    const std::vector<TensorSpec>& found,
                    const std::vector<TensorSpec>& expected,
                    std::string_view what) {
  const auto is_alike = [](const TensorSpec& a, const TensorSpec& b) {
    return a.type == b.type && a.bytes == b.bytes;
  };
  if (std::equal(found.begin(), found.end(), expected.begin(), expected.end(),
                 is_alike)) {
    return;
  }
  throw Error(ErrorKind::kModel,
              fmt::format("--reference {}: its {}s are not those of the model "
                          "that runs, in number, type or size",
                          name, what));
}

}  // namespace

OutputCheck::OutputCheck(const Model& reference,
                         const std::vector<TensorSpec>& inputs,
                         const std::vector<TensorSpec>& outputs,
                         const std::vector<std::vector<TensorData>>& input_sets,
                         CpuKernels kernels)
    : reference_(reference.name), specs_(outputs) {
  const auto executable = CpuDevice({}, kernels).Load(reference);
  CheckInterface(reference_, executable->inputs(), inputs, "input");
  CheckInterface(reference_, executable->outputs(), outputs, "output");
  for (const auto& set : input_sets) {
    executable->ResetState();
    expected_.push_back(RunOnce(*executable, set));
  }
}

void OutputCheck::Add(std::size_t set, std::span<const ConstBytes> outputs) {
  bool is_equal = true;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const ConstBytes expected = expected_[set][i];
    if (std::ranges::equal(expected, outputs[i])) continue;
    is_equal = false;
    Compare(i, expected, outputs[i]);
  }
  ++compared_;
  if (!is_equal) ++different_;
}

void OutputCheck::Compare(std::size_t output, ConstBytes expected,
                          ConstBytes found) {
  const TensorSpec& spec = specs_[output];
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const int wanted = ValueOf(expected[i], spec.type);
    const int got = ValueOf(found[i], spec.type);
    if (wanted == got) continue;
    largest_ = std::max(largest_, std::abs(wanted - got));
    if (!first_.empty()) continue;
    first_ = fmt::format("request {}, tensor '{}', byte {}: {}, expected {}",
                         compared_, spec.name, i, got, wanted);
  }
}

}  // namespace coralline::cli
