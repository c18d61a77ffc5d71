#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "coralline/base/error.h"
#include "coralline/compiled/compiled_model.h"
#include "coralline/compiler/edgetpu_compiler.h"

namespace coralline {
namespace {

// "int8 1x8x8x3" of each tensor, by name.
std::map<std::string, std::string> Describe(const Graph& graph,
                                            const std::vector<int>& tensors) {
  std::map<std::string, std::string> texts;
  for (const int tensor : tensors) {
    const Tensor& t = graph.tensors[tensor];
    texts[t.name] =
        fmt::format("{} {}", DataTypeName(t.type), FormatShape(t.shape));
  }
  return texts;
}

void CheckTensors(const Model& segment, const std::vector<int>& expected,
                  const Model& compiled, const std::vector<int>& found,
                  const char* what) {
  const auto wanted = Describe(segment.graph, expected);
  const auto there = Describe(compiled.graph, found);
  for (const auto& [name, text] : wanted) {
    const auto same = there.find(name);
    if (same != there.end() && same->second == text) continue;
    throw Error(
        ErrorKind::kModel,
        fmt::format("{}: compiled from something else than {}: expected an {} "
                    "'{}' of {}, found {}",
                    compiled.name, segment.name, what, name, text,
                    same == there.end() ? "none" : same->second));
  }
  if (there.size() == wanted.size()) return;
  throw Error(ErrorKind::kModel,
              fmt::format("{}: compiled from something else than {}: expected "
                          "{} {}s, found {}",
                          compiled.name, segment.name, wanted.size(), what,
                          there.size()));
}

}  // namespace

void CheckCompiled(const Model& segment, const Model& compiled) {
  if (!IsCompiled(compiled.graph)) {
    throw Error(ErrorKind::kModel,
                fmt::format("{}: not compiled for the Edge TPU, it has no "
                            "edgetpu-custom-op",
                            compiled.name));
  }
  ReadPackages(compiled);
  CheckTensors(segment, segment.graph.inputs, compiled, compiled.graph.inputs,
               "input");
  CheckTensors(segment, segment.graph.outputs, compiled, compiled.graph.outputs,
               "output");
}

}  // namespace coralline
