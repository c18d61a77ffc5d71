#include "coralline/cli/splits_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace coralline::cli {

std::string SplitsText(const std::vector<LayerSplit>& splits) {
  if (splits.empty()) return {};
  std::string text = fmt::format("{} layer{} in parts:", splits.size(),
                                 splits.size() == 1 ? "" : "s");
  constexpr std::size_t kListed = 5;
  for (std::size_t i = 0; i < std::min(kListed, splits.size()); ++i) {
    text += fmt::format("{} {} in {}{}", i == 0 ? "" : ",", splits[i].tensor,
                        splits[i].parts,
                        splits[i].as_convolution ? " convolutions" : "");
  }
  if (splits.size() > kListed) {
    text += fmt::format(" and {} more", splits.size() - kListed);
  }
  return text;
}

}  // namespace coralline::cli
