// libFuzzer target: any bytes give a model or an Error.
#include <cstdint>

#include "coralline/tflite/testing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  coralline::testing_util::ReadAndSplit(std::as_bytes(std::span(data, size)));
  return 0;
}
