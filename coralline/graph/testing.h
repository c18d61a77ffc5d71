#pragma once

#include <string>
#include <utility>
#include <vector>

#include "coralline/graph/graph.h"

namespace coralline::testing_util {

/// Builds small graphs by hand: tensor names are single words, every
/// activation is int8 of shape {1, bytes}.
class GraphMaker {
 public:
  int Input(const std::string& name, int bytes = 1) {
    graph_.inputs.push_back(Add({.name = name, .shape = {1, bytes}}));
    return graph_.inputs.back();
  }
  int Constant(const std::string& name, int bytes) {
    return Add({.name = name, .shape = {1, bytes}, .constant_bytes = bytes});
  }
  int Variable(const std::string& name) {
    return Add({.name = name, .shape = {1, 1}, .is_variable = true});
  }
  /// An op with one output of `bytes` bytes; returns the output tensor.
  int Op(const std::string& name, std::vector<int> inputs, int bytes = 1) {
    const int output = Add({.name = name, .shape = {1, bytes}});
    graph_.ops.push_back({.kind = OpKind::kAdd,
                          .inputs = std::move(inputs),
                          .outputs = {output}});
    return output;
  }
  Graph Finish(std::vector<int> outputs) {
    graph_.outputs = std::move(outputs);
    return graph_;
  }

 private:
  int Add(Tensor tensor) {
    tensor.type = DataType::kInt8;
    graph_.tensors.push_back(std::move(tensor));
    return static_cast<int>(graph_.tensors.size()) - 1;
  }
  Graph graph_;
};

}  // namespace coralline::testing_util
