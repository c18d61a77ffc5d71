#include "coralline/c_api/internal/border.h"

namespace coralline::c_api {
namespace {

// Without an allocation, so that it works where memory is out.
constexpr std::size_t kMaxText = 1024;
thread_local char last_error[kMaxText] = "";

}  // namespace

coralline_status SetLastError(coralline_status status,
                              std::string_view text) noexcept {
  const std::size_t length = std::min(text.size(), kMaxText - 1);
  std::memcpy(last_error, text.data(), length);
  last_error[length] = '\0';
  return status;
}

void CheckIndex(std::int32_t index, std::size_t size, std::string_view what) {
  if (index >= 0 && static_cast<std::size_t>(index) < size) return;
  throw Error(
      ErrorKind::kUsage,
      fmt::format("{} {} is not there, the model has {}", what, index, size));
}

}  // namespace coralline::c_api

uint32_t coralline_abi_version() { return CORALLINE_ABI_VERSION; }

const char* coralline_version() { return CORALLINE_VERSION; }

const char* coralline_last_error() { return coralline::c_api::last_error; }
