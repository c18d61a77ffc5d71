#include "coralline/sim/time_range.h"

#include <fmt/format.h>

#include <algorithm>

#include "coralline/base/check.h"
#include "coralline/graph/boundary.h"
#include "coralline/sim/internal/cost_terms.h"

namespace coralline {
namespace {

constexpr double kMsPerSecond = 1e3;
constexpr double kNoticeable = 0.02;  // of the time

// Where a spec says nothing of its errors.
constexpr double kUnknownError = 0.25;
// uint8 classifiers on another host: cycles over those of a full array.
constexpr double kUint8Cycles = 0.57;
// Depthwise cycles that the classifiers allow, 0.33 and two standard errors.
constexpr double kMostDepthwise = 1.4;
// Two standard errors of the rate of poolings, additions and concatenations.
constexpr double kVectorSpread = 0.4;
// Of other ops: never measured. Four times is assumed.
constexpr double kUnknownVector = 4;
// Instructions of a band more in compiled files: 1.3 to 30 KB where 20 are
// counted.
constexpr double kLeastBand = 0.07;
constexpr double kMostBand = 1.5;
constexpr double kBandBytes = 20'000;
// More instructions of newer compilers with a softmax, and around the number
// of a spec: 51 to 143 KB.
constexpr double kMostSoftmaxBytes = 143'000;
constexpr double kLeastSoftmaxBytes = 51'000;
// Large outputs come at 92 or 203 MB/s in runs of one model, where 175 are
// counted.
constexpr double kFastestOutput = 175.0 / 203;
constexpr double kSlowestOutput = 175.0 / 92;
// Passes that segments of two and four devices imply over those of the rule:
// 1.8 for 3, 7.6 for 5.
constexpr double kLeastPasses = 0.6;
constexpr double kMostPasses = 1.55;
// Room for parameters in compiler logs of networks of 160 to 640 pixels, 6.1 to
// 7.2 MiB; with maps beyond the activation memory 1.7 MiB and more.
constexpr double kLeastBank = 0.95;
constexpr double kPixelReserve = 30;
constexpr double kMostReserve = 2'682'030;
constexpr double kBankBesideHugeMaps = 0.22;
// Transposed convolutions and LSTM are taken by analogy: assumed.
constexpr double kLeastAnalogy = 0.5;
constexpr double kMostAnalogy = 3;
// Another processor than the published one: assumed.
constexpr double kFastestCpu = 0.5;
constexpr double kSlowestCpu = 10;

bool IsMeasuredKind(OpKind kind) {
  return kind == OpKind::kAdd || kind == OpKind::kConcatenation ||
         kind == OpKind::kMaxPool2d || kind == OpKind::kAveragePool2d;
}

bool IsAnalogy(OpKind kind) {
  return kind == OpKind::kTransposeConv || kind == OpKind::kLstm ||
         kind == OpKind::kUnidirectionalSequenceLstm;
}

class Doubter {
 public:
  Doubter(const Graph& graph, const Segment& segment,
          std::span<const Layer> layers, const DeviceSpec& spec,
          const SegmentCost& cost)
      : graph_(graph),
        segment_(segment),
        layers_(layers),
        spec_(spec),
        cost_(cost) {}

  std::vector<Doubt> Run() {
    Errors();
    NumberType();
    Starts();
    Depthwise();
    Vectors();
    Bands();
    Softmax();
    LargeOutputs();
    Passes();
    Room();
    HugeMaps();
    Analogies();
    return std::move(doubts_);
  }

 private:
  void Add(std::string reason, double faster_ms, double slower_ms) {
    if (faster_ms > 0 || slower_ms > 0) {
      doubts_.push_back({std::move(reason), std::max(0.0, faster_ms),
                         std::max(0.0, slower_ms)});
    }
  }

  // The compute time of the segment on a device that is other in this.
  double ComputeMs(const DeviceSpec& spec) const {
    double ms = 0;
    for (const int op : segment_.ops) {
      ms += coralline::ComputeMs(layers_[op], spec);
    }
    return ms;
  }

  double SmallMs(double bytes) const {
    return bytes / spec_.small_bytes_per_s * kMsPerSecond;
  }

  std::string Share(double ms) const {
    return fmt::format("{:.0f} % of the time", 100 * ms / cost_.warm_ms());
  }

  void Errors() {
    const bool is_known = spec_.relative_error > 0;
    const double share = is_known ? spec_.relative_error : kUnknownError;
    const double ms = share * cost_.warm_ms() + spec_.absolute_error_ms;
    std::string reason = fmt::format(
        "the spec was up to {:g} % off on what it was tested on", 100 * share);
    if (!is_known) {
      reason = fmt::format(
          "the spec does not say how far off it is; {:g} % are assumed",
          100 * share);
    } else if (spec_.absolute_error_ms > 0) {
      reason = fmt::format(
          "the spec was up to {:g} % and {:g} ms off on what it was tested on",
          100 * share, spec_.absolute_error_ms);
    }
    Add(std::move(reason), ms, ms);
  }

  void NumberType() {
    DeviceSpec other = spec_;
    if (spec_.int8_cycles_factor > 0) {
      other.int8_cycles_factor = spec_.cycles_factor;
      const double change = ComputeMs(other) - ComputeMs(spec_);
      Add(fmt::format("int8 weights are taken to need {:.2f} times the cycles "
                      "of a full array, as on another device, uint8 ones need "
                      "{:.2f}; not settled",
                      spec_.int8_cycles_factor, spec_.cycles_factor),
          -change, change);
      return;
    }
    other.int8_cycles_factor = spec_.cycles_factor;  // as measured
    other.cycles_factor = std::min(spec_.cycles_factor, kUint8Cycles);
    Add(fmt::format(
            "{:.2f} times the cycles of a full array were measured with "
            "int8 weights; uint8 ones need {:.2f} on another device",
            spec_.cycles_factor, kUint8Cycles),
        ComputeMs(spec_) - ComputeMs(other), 0);
  }

  // What starts of the array cost was read off one shape of convolution.
  void Starts() {
    double ms = 0;
    for (const int op : segment_.ops) {
      if (!IsLikeTheSeries(op)) {
        ms += static_cast<double>(layers_[op].fills) * spec_.fill_cycles /
              spec_.clock_hz * kMsPerSecond;
      }
    }
    Add("what each start of the array costs was fitted to 3x3 convolutions of "
        "64x64 maps alone",
        ms, 0);
  }

  bool IsLikeTheSeries(int op) const {
    if (layers_[op].kind != LayerKind::kConv) return true;  // no starts to tell
    const auto shape = [&](const std::vector<int>& tensors, std::size_t i) {
      return graph_.tensors[tensors[i]].shape;
    };
    const auto weights = shape(graph_.ops[op].inputs, 1);
    const auto map = shape(graph_.ops[op].outputs, 0);
    return weights.size() == 4 && weights[1] == 3 && weights[2] == 3 &&
           map.size() == 4 && map[1] == 64 && map[2] == 64;
  }

  void Depthwise() {
    DeviceSpec without = spec_;
    without.depthwise_cycles_factor = 0;
    DeviceSpec most = spec_;
    most.depthwise_cycles_factor = kMostDepthwise;
    const double ms = ComputeMs(spec_);
    Add("the time of depthwise layers was never measured apart",
        ms - ComputeMs(without), ComputeMs(most) - ms);
  }

  void Vectors() {
    double known = 0;
    double unknown = 0;
    if (spec_.vector_bytes_per_s <= 0) return;
    for (const int op : segment_.ops) {
      const double ms = static_cast<double>(layers_[op].vector_bytes) /
                        spec_.vector_bytes_per_s * kMsPerSecond;
      (IsMeasuredKind(graph_.ops[op].kind) ? known : unknown) += ms;
    }
    Add(fmt::format("poolings, additions and concatenations, {}, are known to "
                    "{:.0f} %",
                    Share(known), 100 * kVectorSpread),
        kVectorSpread * known, kVectorSpread * known);
    Add(fmt::format("other ops without a matrix, {}, were never measured",
                    Share(unknown)),
        unknown, (kUnknownVector - 1) * unknown);
  }

  void Bands() {
    double bands = 0;
    for (const int op : segment_.ops) {
      bands += static_cast<double>(layers_[op].extra_bands);
    }
    const double ms = SmallMs(bands * kBandBytes);
    Add("large maps are run in bands, whose instructions are guessed",
        (1 - kLeastBand) * ms, (kMostBand - 1) * ms);
  }

  void Softmax() {
    const bool has_one = std::any_of(
        segment_.ops.begin(), segment_.ops.end(),
        [this](int op) { return layers_[op].kind == LayerKind::kSoftmax; });
    if (!has_one || spec_.softmax_program_bytes == 0) return;
    const double counted = std::max(0.0, spec_.softmax_program_bytes);
    Add("newer compilers send 51 to 143 KB more with a softmax",
        SmallMs(counted - kLeastSoftmaxBytes),
        SmallMs(kMostSoftmaxBytes - counted));
  }

  void LargeOutputs() {
    const double ms =
        cost_.relayout_ms *
        (1 + spec_.relayout_bytes_per_s / spec_.large_output_bytes_per_s);
    Add("the host takes large outputs at 92 to 203 MB/s in runs of one model",
        (1 - kFastestOutput) * ms, (kSlowestOutput - 1) * ms);
  }

  void Passes() {
    double ms = 0;
    for (const LayerCost& layer : cost_.layers) {
      if (layer.passes > 1) ms += layer.streaming_ms;
    }
    Add("how often layers with large maps are sent is interpolated",
        (1 - kLeastPasses) * ms, (kMostPasses - 1) * ms);
  }

  bool HasHugeMap() const {
    return std::any_of(segment_.ops.begin(), segment_.ops.end(),
                       [this](int op) {
                         return std::max(layers_[op].input_tile_bytes,
                                         layers_[op].output_tile_bytes) >
                                spec_.activation_tile_bytes;
                       });
  }

  double StreamingMs(const ParameterMemory& memory) const {
    DeviceSpec other = spec_;
    other.memory = memory;
    return CostOf(graph_, segment_, layers_, other).streaming_ms;
  }

  // One that would be kept if there was room.
  bool StreamsALayer() const {
    const auto& is_cached = cost_.placement.is_cached;
    for (std::size_t i = 0; i < is_cached.size(); ++i) {
      if (!is_cached[i] && layers_[segment_.ops[i]].num_blocks > 0) return true;
    }
    return false;
  }

  // Images alone: of fully connected networks the placement is exact.
  void Room() {
    double pixels = 0;
    for (const int tensor : FindBoundary(graph_, segment_).inputs) {
      pixels += static_cast<double>(SizeOf(graph_, tensor).pixels);
    }
    if (pixels <= 1) return;
    ParameterMemory roomy = spec_.memory;
    roomy.overflow_reserve_per_input_pixel = 0;
    ParameterMemory tight = roomy;
    const double share = HasHugeMap() ? kBankBesideHugeMaps : kLeastBank;
    const double reserve = std::min(kPixelReserve * pixels, kMostReserve);
    tight.bank_bytes = static_cast<std::int64_t>(
        std::max(share * static_cast<double>(tight.bank_bytes) -
                     (HasHugeMap() ? 0 : reserve / tight.num_banks),
                 0.0));
    const double ms = cost_.streaming_ms;
    const double slower = StreamingMs(tight) - ms;
    Add(StreamsALayer()
            ? "how much a compiler keeps on the chip beside images varies"
            : "within reach of the capacity: a compiler may leave less room, "
              "and stream a layer",
        ms - StreamingMs(roomy), slower);
  }

  void HugeMaps() {
    double bytes = 0;
    for (const int op : segment_.ops) {
      const std::int64_t tile = layers_[op].output_tile_bytes;
      if (tile > spec_.activation_tile_bytes)
        bytes += static_cast<double>(tile);
    }
    bytes *= spec_.array.tile_rows * spec_.array.tile_columns;
    Add("maps larger than the activation memory may go to the host and back", 0,
        bytes * kMsPerSecond *
            (1 / spec_.large_input_bytes_per_s +
             1 / spec_.large_output_bytes_per_s));
  }

  void Analogies() {
    double ms = 0;
    for (std::size_t i = 0; i < segment_.ops.size(); ++i) {
      if (!IsAnalogy(graph_.ops[segment_.ops[i]].kind)) continue;
      ms += cost_.layers[i].compute_ms + cost_.layers[i].streaming_ms;
    }
    Add("transposed convolutions and LSTM are taken by analogy",
        (1 - kLeastAnalogy) * ms, (kMostAnalogy - 1) * ms);
  }

  const Graph& graph_;
  const Segment& segment_;
  std::span<const Layer> layers_;
  const DeviceSpec& spec_;
  const SegmentCost& cost_;
  std::vector<Doubt> doubts_;
};

bool IsWider(const Doubt& a, const Doubt& b) { return a.width() > b.width(); }

TimeRange Summed(double ms, std::vector<Doubt> doubts) {
  constexpr double kLeast = 0.1;  // of the time: doubts are not independent
  TimeRange range{ms, ms, ms};
  for (const Doubt& doubt : doubts) {
    range.low_ms -= doubt.faster_ms;
    range.high_ms += doubt.slower_ms;
  }
  range.low_ms = std::max(range.low_ms, kLeast * ms);
  std::erase_if(doubts, [ms](const Doubt& doubt) {
    return std::max(doubt.faster_ms, doubt.slower_ms) < kNoticeable * ms;
  });
  std::stable_sort(doubts.begin(), doubts.end(), IsWider);
  range.doubts = std::move(doubts);
  return range;
}

}  // namespace

std::string_view ConfidenceText(Confidence confidence) {
  switch (confidence) {
    case Confidence::kHigh:
      return "high";
    case Confidence::kMedium:
      return "medium";
    case Confidence::kLow:
      return "low";
  }
  return "";
}

Confidence TimeRange::confidence() const {
  constexpr double kHigh = 0.15;
  constexpr double kMedium = 0.5;
  const double off = std::max(high_ms - ms, ms - low_ms);
  if (off <= kHigh * ms) return Confidence::kHigh;
  return off <= kMedium * ms ? Confidence::kMedium : Confidence::kLow;
}

void TimeRange::Add(const TimeRange& other) {
  ms += other.ms;
  low_ms += other.low_ms;
  high_ms += other.high_ms;
  doubts.insert(doubts.end(), other.doubts.begin(), other.doubts.end());
  std::stable_sort(doubts.begin(), doubts.end(), IsWider);
}

TimeRange RangeOf(const Graph& graph, const Segment& segment,
                  std::span<const Layer> layers, const DeviceSpec& spec,
                  const SegmentCost& cost) {
  CORALLINE_CHECK(cost.layers.size() == segment.ops.size());
  return Summed(cost.warm_ms(),
                Doubter(graph, segment, layers, spec, cost).Run());
}

TimeRange EstimatedCpuRange(double ms) {
  return Summed(ms, {{.reason = "ops on the CPU are estimated from one desktop "
                                "processor; measure them",
                      .faster_ms = (1 - kFastestCpu) * ms,
                      .slower_ms = (kSlowestCpu - 1) * ms}});
}

TimeRange ExactRange(double ms) { return {ms, ms, ms}; }

SegmentCost WithTime(SegmentCost cost, double ms) {
  const double factor = cost.warm_ms() > 0 ? ms / cost.warm_ms() : 1;
  for (double SegmentCost::*part :
       {&SegmentCost::fixed_ms, &SegmentCost::instructions_ms,
        &SegmentCost::input_ms, &SegmentCost::compute_ms,
        &SegmentCost::streaming_ms, &SegmentCost::output_ms,
        &SegmentCost::relayout_ms}) {
    cost.*part *= factor;
  }
  return cost;
}

}  // namespace coralline
