// libFuzzer target: any bytes give a compiled model, or the options of its
// operator, or an Error.
#include <cstdint>

#include "coralline/compiled/testing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  coralline::testing_util::ReadOptions(bytes);
  coralline::testing_util::ReadCompiled(bytes);
  return 0;
}
