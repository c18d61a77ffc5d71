// Inception v1 (GoogLeNet): Szegedy et al., "Going Deeper with Convolutions",
// 2014, and v2: Ioffe and Szegedy, "Batch Normalization", 2015, both as TF-Slim
// has them: with batch normalization, 3x3 where the first paper has 5x5, and a
// separable first convolution in v2. Heads for training only are left out.

#include <string>

#include "coralline/zoo/internal/families.h"
#include "coralline/zoo/internal/slim.h"

namespace coralline::internal {
namespace {

Value AddMaxPool(Net& net, const Value& input, int kernel = 3) {
  return net.AddMaxPool(input, {.kernel = kernel, .stride = 2});
}

// From the 1x1 convolution to the second map: all but the last two stages.
Value AddStem(Net& net, const Value& input) {
  const Value x = AddSlimConvs(net, AddMaxPool(net, input), {{64}, {192, 3}});
  return AddMaxPool(net, x);
}

struct ModuleV1 {
  const char* name;
  int direct;
  int left[2];
  int right[2];
  int pooled;
};

Value AddV1(Net& net, const Value& input, const ModuleV1& module) {
  const auto& [name, direct, left, right, pooled] = module;
  net.SetScope(name);
  return net.AddConcat({
      AddSlimConvs(net, input, {{direct}}),
      AddSlimConvs(net, input, {{left[0]}, {left[1], 3}}),
      AddSlimConvs(net, input, {{right[0]}, {right[1], 3}}),
      AddSlimConvs(net, net.AddMaxPool(input, {.stride = 1}), {{pooled}}),
  });
}

void BuildV1(Net& net, const NetworkOptions& options) {
  constexpr ModuleV1 kModules3[] = {
      {"mixed_3b", 64, {96, 128}, {16, 32}, 32},
      {"mixed_3c", 128, {128, 192}, {32, 96}, 64},
  };
  constexpr ModuleV1 kModules4[] = {
      {"mixed_4b", 192, {96, 208}, {16, 48}, 64},
      {"mixed_4c", 160, {112, 224}, {24, 64}, 64},
      {"mixed_4d", 128, {128, 256}, {24, 64}, 64},
      {"mixed_4e", 112, {144, 288}, {32, 64}, 64},
      {"mixed_4f", 256, {160, 320}, {32, 128}, 128},
  };
  constexpr ModuleV1 kModules5[] = {
      {"mixed_5b", 256, {160, 320}, {32, 128}, 128},
      {"mixed_5c", 384, {192, 384}, {48, 128}, 128},
  };
  net.SetScope("stem");
  Value x =
      AddStem(net, AddSlimConvs(net, net.Input(options.size), {{64, 7, 2}}));
  for (const auto& module : kModules3) x = AddV1(net, x, module);
  x = AddMaxPool(net, x);
  for (const auto& module : kModules4) x = AddV1(net, x, module);
  x = AddMaxPool(net, x, 2);
  for (const auto& module : kModules5) x = AddV1(net, x, module);
  AddSlimClassifier(net, x, options.classes);
}

struct ModuleV2 {
  const char* name;
  int direct;
  int single[2];
  int twice[2];
  int pooled;
  bool takes_maximum = false;
};

Value AddV2(Net& net, const Value& input, const ModuleV2& module) {
  const auto& [name, direct, single, twice, pooled, takes_maximum] = module;
  constexpr Pool kPool = {.stride = 1};
  net.SetScope(name);
  return net.AddConcat({
      AddSlimConvs(net, input, {{direct}}),
      AddSlimConvs(net, input, {{single[0]}, {single[1], 3}}),
      AddSlimConvs(net, input, {{twice[0]}, {twice[1], 3}, {twice[1], 3}}),
      AddSlimConvs(net,
                   takes_maximum ? net.AddMaxPool(input, kPool)
                                 : net.AddAveragePool(input, kPool),
                   {{pooled}}),
  });
}

Value AddReductionV2(Net& net, const Value& input, const char* name,
                     const int (&single)[2], const int (&twice)[2]) {
  net.SetScope(name);
  return net.AddConcat({
      AddSlimConvs(net, input, {{single[0]}, {single[1], 3, 2}}),
      AddSlimConvs(net, input, {{twice[0]}, {twice[1], 3}, {twice[1], 3, 2}}),
      AddMaxPool(net, input),
  });
}

void BuildV2(Net& net, const NetworkOptions& options) {
  constexpr ModuleV2 kModules3[] = {
      {"mixed_3b", 64, {64, 64}, {64, 96}, 32},
      {"mixed_3c", 64, {64, 96}, {64, 96}, 64},
  };
  constexpr ModuleV2 kModules4[] = {
      {"mixed_4b", 224, {64, 96}, {96, 128}, 128},
      {"mixed_4c", 192, {96, 128}, {96, 128}, 128},
      {"mixed_4d", 160, {128, 160}, {128, 160}, 96},
      {"mixed_4e", 96, {128, 192}, {160, 192}, 96},
  };
  constexpr ModuleV2 kModules5[] = {
      {"mixed_5b", 352, {192, 320}, {160, 224}, 128},
      {"mixed_5c", 352, {192, 320}, {192, 224}, 128, true},
  };
  net.SetScope("stem");
  Value x = net.AddDepthwise(net.Input(options.size),
                             {.kernel = 7,
                              .stride = 2,
                              .activation = Activation::kNone,
                              .norm = Norm::kNothing,
                              .multiplier = 8});
  x = AddStem(net, AddSlimConvs(net, x, {{64}}));
  for (const auto& module : kModules3) x = AddV2(net, x, module);
  x = AddReductionV2(net, x, "mixed_4a", {128, 160}, {64, 96});
  for (const auto& module : kModules4) x = AddV2(net, x, module);
  x = AddReductionV2(net, x, "mixed_5a", {128, 192}, {192, 256});
  for (const auto& module : kModules5) x = AddV2(net, x, module);
  AddSlimClassifier(net, x, options.classes);
}

}  // namespace

Family Inceptions() {
  return {
      {{.name = "inception_v1", .title = "Inception v1", .classes = 1001},
       BuildV1},
      {{.name = "inception_v2", .title = "Inception v2", .classes = 1001},
       BuildV2},
  };
}

}  // namespace coralline::internal
