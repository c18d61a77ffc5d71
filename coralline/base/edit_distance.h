#pragma once

#include <cstddef>
#include <string_view>

namespace coralline {

/// Letters to insert, remove or replace to make one word of the other
/// (Levenshtein): what finds the name that was meant.
std::size_t EditDistance(std::string_view a, std::string_view b);

}  // namespace coralline
