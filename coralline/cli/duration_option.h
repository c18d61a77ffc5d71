#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace coralline::cli {

/// "250us", "1.5 s": a number that is not negative and ns, us, ms or s; `unit`
/// where there is none of them. Throws Error(kUsage).
std::chrono::nanoseconds ParseDuration(const std::string& text,
                                       std::chrono::nanoseconds unit);

/// Adds an option that takes a time as ParseDuration reads it.
CLI::Option* AddDurationOption(
    CLI::App& app, const std::string& name,
    std::function<void(std::chrono::nanoseconds)> take,
    const std::string& description, std::chrono::nanoseconds unit);

}  // namespace coralline::cli
