// NASNet-A: Zoph et al., "Learning Transferable Architectures for Scalable
// Image Recognition", 2017: the mobile one (4 @ 1056), as in
// keras.applications, whose counts are the published ones.
//
// Cells see the outputs of the two cells before them behind a ReLU only, so the
// maps that go from cell to cell here have it already. Ops that the published
// code repeats on the same map (ReLUs, paddings, pools) are one op, as
// converters merge them.

#include "coralline/zoo/internal/families.h"
#include "coralline/zoo/internal/keras.h"

namespace coralline::internal {
namespace {

constexpr Activation kLinear = Activation::kNone;
constexpr Padding kValid = Padding::kValid;

// Maps behind a ReLU: of the cell before the last one, and of the last one.
struct Trail {
  Value before;
  Value last;
};

Value Separable(Net& net, const Value& input, const Depthwise& depthwise,
                int filters, Activation activation) {
  const Value x = net.AddDepthwise(input, depthwise);
  return net.AddConv(x, {.filters = filters, .activation = activation});
}

// Two separable convolutions; `stride` is of the first, whose input has the
// padding for it already.
Value SeparableTwice(Net& net, const Value& input, int kernel, int stride,
                     int filters) {
  const Value x = Separable(net, input,
                            {.kernel = kernel,
                             .stride = stride,
                             .padding = stride > 1 ? kValid : Padding::kSame,
                             .activation = kLinear,
                             .norm = Norm::kNothing},
                            filters, Activation::kRelu);
  return Separable(
      net, x, {.kernel = kernel, .activation = kLinear, .norm = Norm::kNothing},
      filters, kLinear);
}

Value PadForStride2(Net& net, const Value& input, int kernel) {
  const auto [h, w] = net.MapOf(input);
  const int after = kernel / 2;
  return net.AddPad(input, after - (1 - h % 2), after, after - (1 - w % 2),
                    after);
}

// Half the map in two halves of the channels, the second of which sees the
// pixels that the first skips.
Value Halve(Net& net, const Value& input, int filters) {
  const auto half = [&](const Value& map) {
    const Value pixels =
        net.AddAveragePool(map, {.kernel = 1, .stride = 2, .padding = kValid});
    return net.AddConv(pixels, {.filters = filters / 2,
                                .activation = kLinear,
                                .norm = Norm::kNothing});
  };
  const Value first = half(input);
  const Value moved = net.AddCrop(net.AddPad(input, 0, 1, 0, 1), 1, 0, 1, 0);
  return net.AddScaleAndShift(net.AddConcat({first, half(moved)}), kLinear);
}

// In braces, terms are added to the network in the order in which they stand;
// the order of a function's arguments is the compiler's choice.
struct Terms {
  Value a;
  Value b;
};

Value Sum(Net& net, const Terms& terms) { return net.AddSum(terms.a, terms.b); }

Value Project(Net& net, const Value& input, int filters) {
  return net.AddConv(input, {.filters = filters, .activation = kLinear});
}

// The map of the cell before the last one, as large as the last one's.
Value Adjust(Net& net, const Trail& trail, int filters) {
  const bool is_larger = net.MapOf(trail.before).h != net.MapOf(trail.last).h;
  return is_larger ? Halve(net, trail.before, filters)
                   : Project(net, trail.before, filters);
}

Value NormalCell(Net& net, const Trail& trail, int filters) {
  const Value p = Adjust(net, trail, filters);
  const Value h = Project(net, trail.last, filters);
  const Value p_active = net.AddRelu(p);
  const Value h_active = net.AddRelu(h);
  const auto convolve = [&](const Value& input, int kernel) {
    return SeparableTwice(net, input, kernel, 1, filters);
  };
  const auto mean = [&](const Value& input) {
    return net.AddAveragePool(input, {.kernel = 3, .stride = 1});
  };
  const Value x1 = Sum(net, {convolve(h_active, 5), convolve(p_active, 3)});
  const Value x2 = Sum(net, {convolve(p_active, 5), convolve(p_active, 3)});
  const Value x3 = Sum(net, {mean(h), p});
  const Value p_mean = mean(p);
  const Value x4 = Sum(net, {p_mean, p_mean});
  const Value x5 = Sum(net, {convolve(h_active, 3), h});
  return net.AddRelu(net.AddConcat({p, x1, x2, x3, x4, x5}));
}

// `p_active` is the adjusted map of the cell before the last one.
Value ReductionCell(Net& net, const Value& p_active, const Value& last,
                    int filters) {
  const Value h = Project(net, last, filters);
  const Value h_active = net.AddRelu(h);
  const Value h3 = PadForStride2(net, h, 3);
  const Value h5 = PadForStride2(net, h_active, 5);
  const Value p5 = PadForStride2(net, p_active, 5);
  const Value p7 = PadForStride2(net, p_active, 7);
  const auto shrink = [&](const Value& padded, int kernel) {
    return SeparableTwice(net, padded, kernel, 2, filters);
  };
  const Pool pool = {.kernel = 3, .stride = 2, .padding = kValid};
  const Value maximum = net.AddMaxPool(h3, pool);
  const Value x1 = Sum(net, {shrink(h5, 5), shrink(p7, 7)});
  const Value x2 = Sum(net, {maximum, shrink(p7, 7)});
  const Value x3 = Sum(net, {net.AddAveragePool(h3, pool), shrink(p5, 5)});
  const Value x1_mean = net.AddAveragePool(x1, {.kernel = 3, .stride = 1});
  const Value x4 = Sum(net, {x2, x1_mean});
  const Value x1_convolved =
      SeparableTwice(net, net.AddRelu(x1), 3, 1, filters);
  const Value x5 = Sum(net, {x1_convolved, maximum});
  return net.AddRelu(net.AddConcat({x2, x3, x4, x5}));
}

void Advance(Trail& trail, const Value& next) { trail = {trail.last, next}; }

void Reduce(Net& net, Trail& trail, int filters) {
  const Value p_active = net.AddRelu(Adjust(net, trail, filters));
  Advance(trail, ReductionCell(net, p_active, trail.last, filters));
}

Trail Stem(Net& net, int size, int filters) {
  net.SetScope("stem");
  const Value x =
      net.AddConv(net.Input(size),
                  {.filters = 32, .kernel = 3, .stride = 2, .padding = kValid});
  net.SetScope("stem1");
  Trail trail = {x, ReductionCell(net, x, x, filters / 4)};
  net.SetScope("stem2");
  Reduce(net, trail, filters / 2);
  return trail;
}

void BuildMobile(Net& net, const NetworkOptions& options) {
  constexpr int kFilters = 1056 / 24;
  constexpr int kCells = 4;
  Trail trail = Stem(net, options.size, kFilters);
  for (int stack = 0; stack < 3; ++stack) {
    const int filters = kFilters << stack;
    if (stack > 0) {
      net.SetScope("reduce" + std::to_string(stack));
      Reduce(net, trail, filters);
    }
    for (int cell = 0; cell < kCells; ++cell) {
      net.SetScope("stack" + std::to_string(stack + 1) + "_cell" +
                   std::to_string(cell + 1));
      Advance(trail, NormalCell(net, trail, filters));
    }
  }
  AddKerasClassifier(net, trail.last, options.classes);
}

}  // namespace

Family NasNets() {
  return {
      {{.name = "nasnet_mobile", .title = "NASNet-A Mobile"}, BuildMobile},
  };
}

}  // namespace coralline::internal
