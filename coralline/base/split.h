#pragma once

#include <string_view>
#include <vector>

namespace coralline {

/// The parts of a text between its separators: one more than there are
/// separators, empty ones included. They point into the text.
std::vector<std::string_view> Split(std::string_view text, char separator);

}  // namespace coralline
