#pragma once

#include <span>
#include <string_view>

namespace coralline::internal {

/// A file of data/devices, compiled in.
struct BuiltinSpec {
  std::string_view name;
  std::string_view json;
};

std::span<const BuiltinSpec> BuiltinSpecs();

}  // namespace coralline::internal
