#include "coralline/cli/splits_text.h"

#include <fmt/format.h>

namespace coralline::cli {

std::string SplitsText(const std::vector<LayerSplit>& splits) {
  if (splits.empty()) return {};
  std::string text = fmt::format("{} layer{} in parts:", splits.size(),
                                 splits.size() == 1 ? "" : "s");
  for (const LayerSplit& split : splits) {
    text += fmt::format("{} {} in {}{}", &split == splits.data() ? "" : ",",
                        split.tensor, split.parts,
                        split.as_convolution ? " convolutions" : "");
  }
  return text;
}

}  // namespace coralline::cli
