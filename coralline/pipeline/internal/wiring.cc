#include "coralline/pipeline/internal/wiring.h"

#include <fmt/format.h>

#include <map>
#include <string_view>

#include "coralline/base/error.h"

namespace coralline::internal {
namespace {

class SlotTable {
 public:
  int Add(const TensorSpec& spec, std::string_view giver) {
    const int slot = static_cast<int>(slots_.size());
    if (!by_name_.try_emplace(spec.name, slot).second) {
      throw Error(ErrorKind::kModel,
                  fmt::format("{} gives tensor '{}', which something before it "
                              "gives already",
                              giver, spec.name));
    }
    slots_.push_back(spec);
    return slot;
  }

  int Find(const TensorSpec& spec, std::string_view reader) const {
    const auto found = by_name_.find(spec.name);
    if (found == by_name_.end()) {
      throw Error(ErrorKind::kModel,
                  fmt::format("{} needs tensor '{}', which neither the model's "
                              "inputs nor an earlier stage give",
                              reader, spec.name));
    }
    const TensorSpec& given = slots_[found->second];
    if (given.bytes != spec.bytes) {
      throw Error(ErrorKind::kModel,
                  fmt::format("tensor '{}' is given with {} bytes and read by "
                              "{} with {}",
                              spec.name, given.bytes, reader, spec.bytes));
    }
    return found->second;
  }

  std::vector<TensorSpec> Take() { return std::move(slots_); }

 private:
  std::vector<TensorSpec> slots_;
  std::map<std::string, int> by_name_;
};

}  // namespace

Wiring ConnectStages(const std::vector<std::unique_ptr<Executable>>& stages,
                     const PipelineInterface& interface) {
  Wiring wiring;
  SlotTable table;
  for (const TensorSpec& spec : interface.inputs) {
    wiring.inputs.push_back(table.Add(spec, "the model"));
  }
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const std::string name = fmt::format("stage {}", i);
    Wiring::Stage stage;
    for (const TensorSpec& spec : stages[i]->inputs()) {
      stage.inputs.push_back(table.Find(spec, name));
    }
    for (const TensorSpec& spec : stages[i]->outputs()) {
      stage.outputs.push_back(table.Add(spec, name));
    }
    wiring.stages.push_back(std::move(stage));
  }
  for (const TensorSpec& spec : interface.outputs) {
    wiring.outputs.push_back(table.Find(spec, "the model's output"));
  }
  wiring.slots = table.Take();
  return wiring;
}

}  // namespace coralline::internal
