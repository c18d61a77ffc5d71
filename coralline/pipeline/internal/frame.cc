#include "coralline/pipeline/internal/frame.h"

#include <algorithm>
#include <cstdint>

namespace coralline::internal {

constexpr std::size_t kAlign = 64;

Frame::Frame(const Wiring& wiring) {
  std::size_t total = kAlign;
  std::vector<std::size_t> offsets;
  for (const TensorSpec& tensor : wiring.tensors) {
    offsets.push_back(total);
    total += (tensor.bytes + kAlign - 1) / kAlign * kAlign;
  }
  storage = std::make_unique_for_overwrite<std::byte[]>(total);
  const auto misalignment =
      reinterpret_cast<std::uintptr_t>(storage.get()) % kAlign;
  std::byte* base = storage.get() - misalignment;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    tensors.emplace_back(base + offsets[i], wiring.tensors[i].bytes);
  }
  for (const int tensor : wiring.inputs) inputs.push_back(tensors[tensor]);
  for (const int tensor : wiring.outputs) outputs.push_back(tensors[tensor]);
}

void Frame::Fail(const Error& why) {
  error = why;
  failed = true;
}

void Frame::Reset(RequestId request) {
  id = request;
  expired = false;
  cancelled.store(false, std::memory_order_relaxed);
  if (failed) error.reset();
  failed = false;
}

void Frame::CopyInputs(const Frame& from) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::copy(from.inputs[i].begin(), from.inputs[i].end(), inputs[i].begin());
  }
}

}  // namespace coralline::internal
