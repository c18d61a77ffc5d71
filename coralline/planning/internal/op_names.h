#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "coralline/graph/graph.h"

namespace coralline {

/// Ops by the names of what they produce, which survive a new export of a
/// model where their numbers do not.
class OpNames {
 public:
  /// Keeps no reference.
  explicit OpNames(const Graph& graph);

  /// Of the first output; empty where it has none or is not alone with it.
  const std::string& Of(int op) const { return names_[op]; }
  /// -1 where no op has this name.
  int Find(const std::string& name) const;

  int num_ops() const { return static_cast<int>(names_.size()); }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, int> ops_;
};

}  // namespace coralline
