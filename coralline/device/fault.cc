#include "coralline/device/fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "coralline/base/check.h"
#include "coralline/base/error.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view kExample = "device=2,at=100,kind=lost";
constexpr std::int64_t kMaxDevice = 63;
constexpr std::int64_t kMaxRequest = 1'000'000'000'000'000;
constexpr double kMaxNanoseconds = 1e15;  // 11 days
constexpr double kMaxFactor = 1000;

// In the order of FaultKind.
constexpr std::array<std::string_view, 4> kKinds = {"fail", "stall", "slow",
                                                    "lost"};

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text, Number least,
                                  Number most) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  // Not a number compares as false.
  return number >= least && number <= most ? std::optional(number)
                                           : std::nullopt;
}

std::optional<nanoseconds> ParseTime(std::string_view text) {
  if (!text.ends_with('s')) return std::nullopt;
  text.remove_suffix(1);
  const double unit = text.ends_with('m') ? 1e6 : 1e9;
  if (text.ends_with('m')) text.remove_suffix(1);
  const auto number = ParseNumber<double>(text, 0, kMaxNanoseconds / unit);
  if (!number) return std::nullopt;
  return nanoseconds(std::llround(*number * unit));
}

std::string TimeText(nanoseconds time) {
  const auto ns = static_cast<double>(time.count());
  return time < std::chrono::seconds(1) ? fmt::format("{}ms", ns / 1e6)
                                        : fmt::format("{}s", ns / 1e9);
}

bool SetDevice(std::string_view text, Fault& fault) {
  const auto device = ParseNumber<std::int64_t>(text, 0, kMaxDevice);
  fault.device = static_cast<int>(device.value_or(0));
  return device.has_value();
}

bool SetAt(std::string_view text, Fault& fault) {
  fault.at_time = ParseTime(text);
  fault.at_request = ParseNumber<std::int64_t>(text, 0, kMaxRequest);
  return fault.at_time || fault.at_request;
}

bool SetKind(std::string_view text, Fault& fault) {
  const auto kind = std::find(kKinds.begin(), kKinds.end(), text);
  fault.kind = static_cast<FaultKind>(kind - kKinds.begin());
  return kind != kKinds.end();
}

bool SetDuration(std::string_view text, Fault& fault) {
  fault.duration = ParseTime(text);
  return fault.duration > nanoseconds(0);
}

bool SetFactor(std::string_view text, Fault& fault) {
  const auto factor = ParseNumber<double>(text, 1, kMaxFactor);
  fault.factor = factor.value_or(1);
  return fault.factor > 1;
}

struct Key {
  std::string_view name;
  std::string_view expected;
  bool (*set)(std::string_view, Fault&);
  bool is_needed = false;
};

constexpr std::array<Key, 5> kKeys = {{
    {"device", "a device from 0 to 63, as in device=2", SetDevice, true},
    {"at",
     "an inference or a time, at most 11 days, as in at=100, at=2.5s or "
     "at=300ms",
     SetAt, true},
    {"kind", "fail, stall, slow or lost, as in kind=lost", SetKind, true},
    {"for", "a time over 0 and at most 11 days, as in for=500ms or for=2s",
     SetDuration},
    {"factor", "a number over 1 and at most 1000, as in factor=3", SetFactor},
}};

[[noreturn]] void Fail(std::string_view fault, std::string_view found,
                       std::string_view expected) {
  throw Error(
      ErrorKind::kUsage,
      fmt::format("fault '{}': found {}, expected {}", fault, found, expected));
}

const Key& FindKey(std::string_view name, std::string_view fault) {
  for (const Key& key : kKeys) {
    if (key.name == name) return key;
  }
  Fail(fault, fmt::format("'{}'", name),
       fmt::format("device=, at=, kind=, for= or factor=, as in {}", kExample));
}

// `part` is a part of the text.
const Key& SetPart(std::string_view part, std::string_view text, Fault& fault) {
  const auto equals = part.find('=');
  const Key& key = FindKey(part.substr(0, equals), text);
  const auto value =
      equals == part.npos ? std::string_view() : part.substr(equals + 1);
  if (key.set(value, fault)) return key;
  Fail(text, fmt::format("'{}'", part), key.expected);
}

void CheckGiven(const std::set<std::string_view>& given, FaultKind kind,
                std::string_view text) {
  for (const Key& key : kKeys) {
    if (!key.is_needed || given.contains(key.name)) continue;
    Fail(text, fmt::format("no {}=", key.name), key.expected);
  }
  if (given.contains("for") && kind == FaultKind::kFail) {
    Fail(text, "for=", "it with kind=stall, slow or lost only");
  }
  if (given.contains("factor") && kind != FaultKind::kSlow) {
    Fail(text, "factor=", "it with kind=slow only");
  }
}

}  // namespace

Fault ParseFault(std::string_view text) {
  Fault fault;
  std::set<std::string_view> given;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    begin = end + 1;
    const Key& key = SetPart(part, text, fault);
    if (given.insert(key.name).second) continue;
    Fail(text, fmt::format("'{}' as well", part),
         fmt::format("{}= once", key.name));
  }
  CheckGiven(given, fault.kind, text);
  return fault;
}

std::string FaultText(const Fault& fault) {
  CORALLINE_CHECK(fault.at_request.has_value() != fault.at_time.has_value());
  std::string text =
      fmt::format("device={},at={},kind={}", fault.device,
                  fault.at_request ? fmt::to_string(*fault.at_request)
                                   : TimeText(*fault.at_time),
                  kKinds[static_cast<std::size_t>(fault.kind)]);
  if (fault.duration) text += ",for=" + TimeText(*fault.duration);
  if (fault.kind == FaultKind::kSlow) {
    text += fmt::format(",factor={}", fault.factor);
  }
  return text;
}

}  // namespace coralline
