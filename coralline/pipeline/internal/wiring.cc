#include "coralline/pipeline/internal/wiring.h"

#include <fmt/format.h>

#include <map>
#include <string_view>

#include "coralline/base/error.h"

namespace coralline::internal {
namespace {

class TensorTable {
 public:
  int Add(const TensorSpec& spec, std::string_view giver) {
    const int tensor = static_cast<int>(tensors_.size());
    if (!by_name_.try_emplace(spec.name, tensor).second) {
      throw Error(ErrorKind::kModel,
                  fmt::format("{} gives tensor '{}', which something before it "
                              "gives already",
                              giver, spec.name));
    }
    tensors_.push_back(spec);
    return tensor;
  }

  int Find(const TensorSpec& spec, std::string_view reader) const {
    const auto found = by_name_.find(spec.name);
    if (found == by_name_.end()) {
      throw Error(ErrorKind::kModel,
                  fmt::format("{} needs tensor '{}', which neither the model's "
                              "inputs nor an earlier stage give",
                              reader, spec.name));
    }
    const TensorSpec& given = tensors_[found->second];
    if (given.bytes != spec.bytes) {
      throw Error(ErrorKind::kModel,
                  fmt::format("tensor '{}' is given with {} bytes and read by "
                              "{} with {}",
                              spec.name, given.bytes, reader, spec.bytes));
    }
    return found->second;
  }

  std::vector<TensorSpec> Take() { return std::move(tensors_); }

 private:
  std::vector<TensorSpec> tensors_;
  std::map<std::string, int> by_name_;
};

void CheckAlike(const std::vector<Replica>& replicas, std::string_view name) {
  const Executable& first = *replicas[0].executable;
  for (const Replica& replica : replicas) {
    if (replica.executable->inputs() == first.inputs() &&
        replica.executable->outputs() == first.outputs()) {
      continue;
    }
    throw Error(ErrorKind::kModel,
                fmt::format("{}: its replicas run different segments", name));
  }
}

}  // namespace

Wiring ConnectStages(std::span<const std::vector<Replica>> stages,
                     const PipelineInterface& interface) {
  Wiring wiring;
  TensorTable table;
  for (const TensorSpec& spec : interface.inputs) {
    wiring.inputs.push_back(table.Add(spec, "the model"));
  }
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const std::string name = fmt::format("stage {}", i);
    CheckAlike(stages[i], name);
    const Executable& executable = *stages[i][0].executable;
    Wiring::Stage stage;
    for (const TensorSpec& spec : executable.inputs()) {
      stage.inputs.push_back(table.Find(spec, name));
    }
    for (const TensorSpec& spec : executable.outputs()) {
      stage.outputs.push_back(table.Add(spec, name));
    }
    wiring.stages.push_back(std::move(stage));
  }
  for (const TensorSpec& spec : interface.outputs) {
    wiring.outputs.push_back(table.Find(spec, "the model's output"));
  }
  wiring.tensors = table.Take();
  return wiring;
}

}  // namespace coralline::internal
