#include "coralline/planning/internal/op_names.h"

namespace coralline {

OpNames::OpNames(const Graph& graph) {
  for (const Op& op : graph.ops) {
    names_.push_back(op.outputs.empty() ? std::string()
                                        : graph.tensors[op.outputs[0]].name);
  }
  std::unordered_map<std::string, int> uses;
  for (const std::string& name : names_) ++uses[name];
  for (int op = 0; op < num_ops(); ++op) {
    if (uses[names_[op]] > 1) names_[op].clear();
    if (!names_[op].empty()) ops_.emplace(names_[op], op);
  }
}

int OpNames::Find(const std::string& name) const {
  const auto found = ops_.find(name);
  return found == ops_.end() ? -1 : found->second;
}

}  // namespace coralline
