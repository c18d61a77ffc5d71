#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coralline/c_api/coralline.h"
#include "coralline/c_api/internal/border.h"
#include "coralline/pipeline/pipeline.h"
#include "coralline/profile/profile_cache.h"
#include "coralline/runtime/runner.h"

namespace coralline::c_api {

/// Objects behind opaque pointers: made when they are first needed and used
/// again, so that a request allocates nothing. Any thread may use it.
template <typename T>
class Pool {
 public:
  /// One that is like new; the pool's.
  T* Take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) {
      free_.reserve(all_.size() + 1);  // Give must not throw
      return &all_.emplace_back();
    }
    T* object = free_.back();
    free_.pop_back();
    return object;
  }
  void Give(T* object) {
    const std::lock_guard lock(mutex_);
    free_.push_back(object);
  }

 private:
  std::mutex mutex_;
  std::deque<T> all_;
  std::vector<T*> free_;
};

/// An input or output of the model, as coralline_tensor points to it.
struct TensorInfo {
  std::string name;
  std::size_t bytes = 0;
  DataType type = DataType::kInt8;
  std::vector<std::int32_t> shape;
  double scale = 0;
  std::int64_t zero_point = 0;
};

/// Throws Error(kUsage) unless there is a buffer of the exact size for each
/// tensor. `Buffer` is coralline_buffer or coralline_const_buffer.
template <typename Buffer>
void CheckBuffers(const Buffer* buffers, std::int32_t count,
                  const std::vector<TensorInfo>& infos, std::string_view what) {
  if (count < 0 || static_cast<std::size_t>(count) != infos.size()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} {} buffers, the model has {}", count, what,
                            infos.size()));
  }
  for (std::int32_t i = 0; i < count; ++i) {
    const Buffer& buffer = (&Required(buffers, "buffers"))[i];
    Required(static_cast<const char*>(buffer.data), "a buffer's data");
    if (buffer.bytes == infos[i].bytes) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("{} {} '{}' has {} bytes, expected {}", what, i,
                            infos[i].name, buffer.bytes, infos[i].bytes));
  }
}

}  // namespace coralline::c_api

struct coralline_slot {
  coralline_pipeline* owner = nullptr;
  std::optional<coralline::InputSlot> slot;
};

struct coralline_result {
  const coralline::ResultView* view = nullptr;
  coralline_pipeline* owner = nullptr;  // null in a callback
  std::optional<coralline::OutputSlot> slot;
};

struct coralline_pipeline {
  std::vector<coralline::c_api::TensorInfo> inputs;
  std::vector<coralline::c_api::TensorInfo> outputs;
  std::unique_ptr<coralline::ProfileCache> cache;  // outlives the runner
  coralline::Runner runner;
  std::atomic<bool> closed = false;
  // Requests that are to be popped: inside, being pushed, or ready. With
  // `closed`, it tells the end from a result that is not there yet.
  std::atomic<std::int64_t> to_pop = 0;
  // Last: what was not given back ends before the pipeline.
  coralline::c_api::Pool<coralline_slot> slots;
  coralline::c_api::Pool<coralline_result> results;

  coralline::Pipeline& pipeline() const { return *runner.pipeline; }
};
