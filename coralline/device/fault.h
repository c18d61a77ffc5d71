#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coralline {

enum class FaultKind {
  kFail,   ///< one inference fails, the next ones do not
  kStall,  ///< one inference hangs, then ends as if nothing had happened
  kSlow,   ///< inferences take longer, as on a device that is hot
  kLost,   ///< the device is gone: nothing runs or loads
};

/// How long an inference hangs where a stall does not tell.
inline constexpr std::chrono::nanoseconds kDefaultStall =
    std::chrono::seconds(10);

/// Something that goes wrong on an emulated device, to try what a pipeline does
/// then. It happens once, at exactly one of `at_request` and `at_time`.
struct Fault {
  int device = 0;  ///< its place among the devices
  /// The device's own inference, counted from 0 over all that it has loaded.
  std::optional<std::int64_t> at_request;
  /// Counted from the start of the device's first inference.
  std::optional<std::chrono::nanoseconds> at_time;
  FaultKind kind = FaultKind::kFail;
  /// How long it lasts, of all kinds but kFail. nullopt: kDefaultStall for a
  /// stall, and forever for the others.
  std::optional<std::chrono::nanoseconds> duration;
  double factor = 3;  ///< how many times as long inferences take, of kSlow

  bool operator==(const Fault&) const = default;
};

/// Reads "device=2,at=100,kind=lost": keys in any order, each at most once.
///   device  0 to 63
///   at      an inference ("100") or a time ("2.5s", "300ms")
///   kind    fail, stall, slow or lost
///   for     optional, how long ("500ms", "2s"): of stall, slow and lost
///   factor  optional, over 1 and at most 1000: of slow
/// Times go up to 11 days. Throws Error(kUsage) that names the part.
Fault ParseFault(std::string_view text);

/// The same form again; ParseFault reads it back.
std::string FaultText(const Fault& fault);

}  // namespace coralline
