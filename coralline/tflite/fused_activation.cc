#include "coralline/tflite/fused_activation.h"

#include "coralline/base/check.h"
#include "coralline/tflite/internal/wire.h"

namespace coralline {

Activation FusedActivation(const Model& model, int op) {
  CORALLINE_CHECK(model.graph.ops[op].kind == OpKind::kFullyConnected);
  constexpr std::uint8_t kFullyConnectedOptions = 8;
  const auto* wire =
      internal::MainSubgraph(model).operators()->Get(static_cast<unsigned>(op));
  if (wire->builtin_options_type() != kFullyConnectedOptions ||
      wire->builtin_options() == nullptr) {
    return Activation::kNone;
  }
  const auto* options = reinterpret_cast<const wire::FullyConnectedOptions*>(
      wire->builtin_options());
  return static_cast<Activation>(options->fused_activation_function());
}

}  // namespace coralline
