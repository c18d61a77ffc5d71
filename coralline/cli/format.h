#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace coralline::cli {

/// "3.45 MiB", "12.0 KiB", "17 B".
std::string FormatBytes(std::int64_t bytes);

/// "3.45MiB", "12.00KiB", "17.00B": as Google's compiler writes sizes.
std::string LogBytes(std::int64_t bytes);

/// "28.1 M", "3.20 G", "17"; for counts of operations.
std::string FormatCount(std::int64_t count);

/// "1 core", "4 cores"; the noun takes an s.
std::string FormatNumberOf(std::int64_t number, std::string_view noun);

/// "41.2 us", "1.07 ms", "2.50 s".
std::string FormatDuration(std::chrono::nanoseconds duration);

/// Share of a whole, "97.3 %"; "-" where the whole is zero.
std::string FormatShare(std::chrono::nanoseconds part,
                        std::chrono::nanoseconds whole);

}  // namespace coralline::cli
