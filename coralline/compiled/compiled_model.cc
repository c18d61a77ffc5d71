#include "coralline/compiled/compiled_model.h"

#include <algorithm>

namespace coralline {

std::string ExecutableTypeText(ExecutableType type) {
  switch (type) {
    case ExecutableType::kStandAlone:
      return "STAND_ALONE";
    case ExecutableType::kParameterCaching:
      return "PARAMETER_CACHING";
    case ExecutableType::kExecutionOnly:
      return "EXECUTION_ONLY";
  }
  return "";
}

std::int64_t CompiledPackage::cached_bytes() const {
  std::int64_t bytes = 0;
  for (const CompiledExecutable& executable : executables) {
    if (executable.type == ExecutableType::kParameterCaching) {
      bytes += executable.parameter_bytes;
    }
  }
  return bytes;
}

std::int64_t CompiledPackage::streamed_bytes() const {
  return inference() ? inference()->parameter_bytes : 0;
}

const CompiledExecutable* CompiledPackage::inference() const {
  const auto find = [this](ExecutableType type) {
    const auto found = std::find_if(
        executables.begin(), executables.end(),
        [type](const auto& executable) { return executable.type == type; });
    return found == executables.end() ? nullptr : &*found;
  };
  const auto* execution = find(ExecutableType::kExecutionOnly);
  return execution ? execution : find(ExecutableType::kStandAlone);
}

}  // namespace coralline
