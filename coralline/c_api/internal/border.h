#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>

#include "coralline/base/error.h"
#include "coralline/c_api/coralline.h"

/// What crosses the border between C and C++: errors, pointers, sized structs.
namespace coralline::c_api {

/// Sets coralline_last_error of this thread, and returns `status`.
coralline_status SetLastError(coralline_status status,
                              std::string_view text) noexcept;

/// Runs `function`, which returns a status, and turns what it throws into one.
template <typename Function>
coralline_status Guard(const Function& function) noexcept {
  try {
    return function();
  } catch (const Error& error) {
    return SetLastError(static_cast<coralline_status>(error.kind()),
                        error.what());
  } catch (const std::bad_alloc&) {
    return SetLastError(CORALLINE_FAILED, "out of memory");
  } catch (const std::exception& error) {
    return SetLastError(CORALLINE_FAILED, error.what());
  } catch (...) {
    return SetLastError(CORALLINE_FAILED, "unknown exception");
  }
}

/// Throws Error(kUsage) where the pointer is null.
template <typename T>
T& Required(T* pointer, std::string_view what) {
  if (pointer != nullptr) return *pointer;
  throw Error(ErrorKind::kUsage,
              fmt::format("{} is NULL, expected a pointer", what));
}

/// Throws Error(kUsage) unless 0 <= index < size.
void CheckIndex(std::int32_t index, std::size_t size, std::string_view what);

/// What a caller's `size` was in the first version of the ABI: the smallest
/// that is taken. A field that is appended to T does not change it: specialise
/// this then.
template <typename T>
inline constexpr std::size_t kFirstSize = sizeof(T);

/// Throws Error(kUsage) for sizes that no version has, such as one that was
/// never set.
template <typename T>
void CheckSize(std::size_t size, std::string_view what) {
  constexpr std::size_t kLargest = 4096;
  if (size >= kFirstSize<T> && size <= kLargest) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}.size is {}, expected {}: set it to sizeof({})",
                          what, size, sizeof(T), what));
}

/// Fills a struct of the caller as far as it goes; fields of a later version
/// become zero.
template <typename T>
void Fill(T* out, const T& value, std::string_view what) {
  const std::size_t size = Required(out, what).size;
  CheckSize<T>(size, what);
  std::memset(static_cast<void*>(out), 0, size);
  std::memcpy(static_cast<void*>(out), &value, std::min(size, sizeof(T)));
  out->size = size;
}

}  // namespace coralline::c_api
