#pragma once

#include <dlfcn.h>

namespace coralline::internal {

/// Looks a function of an opened library up; null and false where it has none.
template <typename Function>
bool FindSymbol(void* handle, const char* symbol, Function& function) {
  function = reinterpret_cast<Function>(dlsym(handle, symbol));
  return function != nullptr;
}

}  // namespace coralline::internal
