#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "coralline.h"
#include "coralline/zoo/synthetic.h"

namespace coralline::testing_util {

/// Requests and results through the C functions alone.
using Bytes = std::vector<unsigned char>;
constexpr std::size_t kInputBytes = 64;
constexpr std::size_t kOutputBytes = 10;

struct Destroy {
  void operator()(coralline_pipeline* pipeline) const {
    coralline_destroy(pipeline);
  }
};
using Handle = std::unique_ptr<coralline_pipeline, Destroy>;

/// Five layers, 64 bytes in and 10 out.
inline const Model& SmallModel() {
  static const Model model = GenerateFullyConnected({.width = 64});
  return model;
}

/// Null where it fails; `status` may be null.
inline Handle Open(const std::vector<const char*>& devices,
                   coralline_options options = {},
                   coralline_status* status = nullptr) {
  const SharedBytes bytes = SmallModel().bytes;
  options.size = sizeof(options);
  options.devices = devices.data();
  options.num_devices = static_cast<int32_t>(devices.size());
  coralline_pipeline* pipeline = nullptr;
  const auto opened = coralline_open_bytes(bytes.data(), bytes.size(), "small",
                                           &options, &pipeline);
  if (status != nullptr) *status = opened;
  return Handle(pipeline);
}

/// On two devices, whose outputs are zeros.
inline Handle OpenEmulated(const coralline_options& options = {}) {
  Handle pipeline = Open({"emulated:edgetpu-pcie:2"}, options);
  EXPECT_TRUE(pipeline) << coralline_last_error();
  return pipeline;
}

inline Bytes RandomInput(std::mt19937_64& random) {
  Bytes input(kInputBytes);
  for (auto& byte : input) byte = static_cast<unsigned char>(random());
  return input;
}

inline coralline_const_buffer ConstBuffer(const Bytes& bytes) {
  return {bytes.data(), bytes.size()};
}

inline coralline_buffer Buffer(Bytes& bytes) {
  return {bytes.data(), bytes.size()};
}

/// The status, and the id where it is CORALLINE_OK.
inline std::pair<coralline_status, uint64_t> Push(
    const Handle& pipeline, const Bytes& input = Bytes(kInputBytes),
    int64_t timeout_ns = 0) {
  const coralline_const_buffer buffer = ConstBuffer(input);
  uint64_t id = ~std::uint64_t{0};
  const auto status =
      coralline_push(pipeline.get(), &buffer, 1, timeout_ns, &id);
  return {status, id};
}

inline coralline_status TryPush(const Handle& pipeline) {
  const Bytes input(kInputBytes);
  const coralline_const_buffer buffer = ConstBuffer(input);
  return coralline_try_push(pipeline.get(), &buffer, 1, 0, nullptr);
}

struct Popped {
  coralline_status status = CORALLINE_OK;
  coralline_completion completion{.size = sizeof(coralline_completion)};
  Bytes output = Bytes(kOutputBytes);
};

inline Popped Pop(const Handle& pipeline) {
  Popped popped;
  const coralline_buffer buffer = Buffer(popped.output);
  popped.status = coralline_pop(pipeline.get(), &buffer, 1, &popped.completion);
  return popped;
}

inline Popped TryPop(const Handle& pipeline) {
  Popped popped;
  const coralline_buffer buffer = Buffer(popped.output);
  popped.status =
      coralline_try_pop(pipeline.get(), &buffer, 1, &popped.completion);
  return popped;
}

}  // namespace coralline::testing_util
