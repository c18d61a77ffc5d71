#include "coralline/sim/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "coralline/base/error.h"
#include "coralline/graph/segment.h"
#include "coralline/sim/pipeline_cost.h"
#include "coralline/sim/time_range.h"

namespace coralline {
namespace {

enum class Memory { kAny, kOnChip, kStreaming };

// Which rows of which file belong together.
struct SeriesDefinition {
  std::string_view name;
  std::string_view file;
  Memory memory = Memory::kAny;
  int batch = 1;  // 0: any
};

constexpr SeriesDefinition kSeries[] = {
    {"FC, 1 TPU, on chip", "fc_1tpu.csv", Memory::kOnChip},
    {"FC, 1 TPU, streaming", "fc_1tpu.csv", Memory::kStreaming},
    {"FC, 6,912 inputs, 6 layers, on chip", "fc_1tpu_input6912_5hidden.csv",
     Memory::kOnChip},
    {"FC, 6,912 inputs, 6 layers, streaming", "fc_1tpu_input6912_5hidden.csv",
     Memory::kStreaming},
    {"FC, 6,912 inputs, 31 layers, on chip",
     "fc_1tpu_input6912_1hidden_29x10.csv", Memory::kOnChip},
    {"FC, 6,912 inputs, 31 layers, streaming",
     "fc_1tpu_input6912_1hidden_29x10.csv", Memory::kStreaming},
    {"CONV, 1 TPU, on chip", "conv_1tpu.csv", Memory::kOnChip},
    {"CONV, 1 TPU, streaming", "conv_1tpu.csv", Memory::kStreaming},
    {"CONV, 2 layers", "conv_1tpu_2layers.csv"},
    {"CONV, 1 layer", "conv_1tpu_1layer.csv"},
    {"FC, 2 TPUs, batch 50, default cut", "fc_2tpu_default.csv", Memory::kAny,
     50},
    {"FC, 2 TPUs, batch 50, profiled cut", "fc_2tpu_profiled.csv", Memory::kAny,
     50},
    {"FC, 4 TPUs, batch 50, default cut", "fc_4tpu_default.csv", Memory::kAny,
     50},
    {"FC, 4 TPUs, batch 50, profiled cut", "fc_4tpu_profiled.csv", Memory::kAny,
     50},
    {"FC, 4 TPUs, batch 50, balanced cut", "fc_4tpu_balanced_threshold.csv",
     Memory::kAny, 50},
    {"FC, 2 TPUs, batch 1, default cut", "fc_2tpu_default.csv"},
    {"FC, 4 TPUs, batch 1, default cut", "fc_4tpu_default.csv"},
    {"CONV, 2 TPUs, batch 100, default cut", "conv_2tpu_default.csv",
     Memory::kAny, 100},
    {"CONV, 2 TPUs, batch 100, profiled cut", "conv_2tpu_profiled.csv",
     Memory::kAny, 100},
    {"CONV, 4 TPUs, batch 100, default cut", "conv_4tpu_default.csv",
     Memory::kAny, 100},
    {"CONV, 4 TPUs, batch 100, profiled cut", "conv_4tpu_profiled.csv",
     Memory::kAny, 100},
    {"CONV, 2 TPUs, batch 1, default cut", "conv_2tpu_default.csv"},
    {"CONV, 4 TPUs, batch 1, default cut", "conv_4tpu_default.csv"},
    {"CONV, 2 TPUs, F = 672, batch 1 to 100",
     "conv_batch_sweep_F672_default.csv", Memory::kAny, 0},
    {"CONV, 2 TPUs, batch sweep", "conv_2tpu_batch_sweep.csv", Memory::kAny, 0},
    {"CONV, 4 TPUs, batch sweep", "conv_4tpu_batch_sweep.csv", Memory::kAny, 0},
};

std::vector<int> SplitOf(const Measurement& row) {
  return row.segments == 1 ? std::vector{row.layers} : row.split;
}

bool Belongs(const Measurement& row, const SeriesDefinition& series) {
  if (row.quality != "ok" || SplitOf(row).empty()) return false;
  if (series.batch != 0 && row.batch != series.batch) return false;
  if (series.memory == Memory::kAny) return true;
  const bool streams =
      std::any_of(row.off_chip_mib.begin(), row.off_chip_mib.end(),
                  [](double mib) { return mib > 0; });
  return streams == (series.memory == Memory::kStreaming);
}

// A segment and the ends of its range.
struct SegmentPrediction {
  SegmentCost cost;
  SegmentCost low;
  SegmentCost high;
};

std::vector<SegmentPrediction> PredictSegments(const Measurement& row,
                                               const DeviceSpec& spec) {
  const Graph graph = NetworkOf(row);
  const auto layers = MakeLayers(graph, spec);
  std::vector<SegmentPrediction> predictions;
  int begin = 0;
  for (const int count : SplitOf(row)) {
    const Segment segment = OpRange(begin, begin + count);
    const SegmentCost cost = CostOf(graph, segment, layers, spec);
    const TimeRange range = RangeOf(graph, segment, layers, spec, cost);
    predictions.push_back(
        {cost, WithTime(cost, range.low_ms), WithTime(cost, range.high_ms)});
    begin += count;
  }
  return predictions;
}

std::vector<SegmentCost> Costs(
    std::span<const SegmentPrediction> predictions,
    SegmentCost SegmentPrediction::*member = &SegmentPrediction::cost) {
  std::vector<SegmentCost> costs;
  for (const SegmentPrediction& prediction : predictions) {
    costs.push_back(prediction.*member);
  }
  return costs;
}

// Convolutions ran in pycoral's pipeline, with the upload inside the measured
// time; fully connected networks in the author's Python pipeline, without.
void PredictPipeline(std::span<const SegmentPrediction> segments,
                     PredictedRow& row) {
  const bool is_conv = row.measured.kind == "conv";
  const HostModel& host = is_conv ? kPycoralHost : kPythonHost;
  const auto ms = [&](SegmentCost SegmentPrediction::*member,
                      const HostModel& mode) {
    return MsPerInference(Costs(segments, member), mode, row.measured.batch,
                          is_conv);
  };
  row.ms = ms(&SegmentPrediction::cost, host);
  row.low_ms = ms(&SegmentPrediction::low, FastestMode(host));
  row.high_ms = ms(&SegmentPrediction::high, SlowestMode(host));
}

// As the compiler's log prints it: KiB below one MiB, two decimals, halves to
// the even digit.
double Printed(std::int64_t bytes) {
  const double kib = static_cast<double>(bytes) / 1024;
  return kib < 1024 ? std::nearbyint(kib * 100) / 100 / 1024
                    : std::nearbyint(kib / 1024 * 100) / 100;
}

bool IsPrintedAs(std::int64_t bytes, double mib) {
  return std::abs(Printed(bytes) - mib) <= 1e-5 * mib;  // six digits are kept
}

std::optional<bool> MemoryAgrees(const Measurement& row,
                                 std::span<const SegmentCost> costs) {
  if (row.on_chip_mib.size() != costs.size() ||
      row.off_chip_mib.size() != costs.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < costs.size(); ++i) {
    const Placement& placement = costs[i].placement;
    if (!IsPrintedAs(placement.cached_bytes, row.on_chip_mib[i]) ||
        !IsPrintedAs(placement.streamed_bytes, row.off_chip_mib[i])) {
      return false;
    }
  }
  return true;
}

// The rows of a series by width; of several the last.
std::map<int, const PredictedRow*> ByWidth(const Series& series) {
  std::map<int, const PredictedRow*> rows;
  for (const auto& row : series.rows) rows[row.measured.width] = &row;
  return rows;
}

// Whether the second cut is faster by more than `gain`.
bool IsFaster(double second_ms, double first_ms, double gain) {
  return second_ms < first_ms * (1 - gain);
}

// One more width at which the cuts differ.
void CountWidth(const PredictedRow& first, const PredictedRow& second,
                WinnerCount& count) {
  constexpr double kClearGain = 0.01;
  const auto measured = [&](double gain) {
    return IsFaster(second.measured.ms_per_inference,
                    first.measured.ms_per_inference, gain);
  };
  const auto is_right = [&](double gain) {
    return IsFaster(second.ms, first.ms, gain) == measured(gain);
  };
  ++count.widths;
  count.right += is_right(kClearGain) ? 1 : 0;
  count.right_strictly += is_right(0) ? 1 : 0;
  count.always_right += measured(kClearGain) ? 1 : 0;
  count.always_right_strictly += measured(0) ? 1 : 0;
}

WinnerCount CountWinners(const Series& standard, const Series& profiled,
                         std::string name) {
  WinnerCount count{.name = std::move(name)};
  const auto others = ByWidth(profiled);
  for (const auto& [width, row] : ByWidth(standard)) {
    const auto other = others.find(width);
    if (other == others.end()) continue;
    if (other->second->measured.split == row->measured.split) {
      ++count.same_cut;
    } else {
      CountWidth(*row, *other->second, count);
    }
  }
  return count;
}

void CompareCuts(Validation& validation) {
  const auto find = [&](std::string_view name) {
    return std::find_if(validation.series.begin(), validation.series.end(),
                        [&](const Series& s) { return s.name == name; });
  };
  for (const int tpus : {2, 4}) {
    const auto name = fmt::format("CONV, {} TPUs, batch 100", tpus);
    const auto standard = find(name + ", default cut");
    const auto profiled = find(name + ", profiled cut");
    if (standard == validation.series.end() ||
        profiled == validation.series.end()) {
      continue;
    }
    validation.winners.push_back(
        CountWinners(*standard, *profiled, name + ", default or profiled"));
  }
}

double Quantile(const std::vector<double>& sorted, double share) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(std::llround(share * last))];
}

}  // namespace

bool PredictedRow::in_range() const {
  return low_ms <= measured.ms_per_inference &&
         measured.ms_per_inference <= high_ms;
}

PredictedRow Predict(const Measurement& row, const DeviceSpec& spec) {
  const auto segments = PredictSegments(row, spec);
  PredictedRow predicted{.measured = row};
  if (segments.size() > 1) {
    PredictPipeline(segments, predicted);
  } else {
    predicted.ms = segments[0].cost.warm_ms();
    predicted.low_ms = segments[0].low.warm_ms();
    predicted.high_ms = segments[0].high.warm_ms();
  }
  predicted.memory_agrees = MemoryAgrees(row, Costs(segments));
  return predicted;
}

Validation Validate(const std::filesystem::path& folder,
                    const DeviceSpec& spec) {
  Validation validation;
  std::map<std::string_view, std::vector<Measurement>> files;
  for (const SeriesDefinition& definition : kSeries) {
    const auto path = folder / definition.file;
    if (!std::filesystem::exists(path)) {
      auto& missing = validation.missing_files;
      if (missing.empty() || missing.back() != definition.file) {
        missing.emplace_back(definition.file);
      }
      continue;
    }
    auto& rows = files[definition.file];
    if (rows.empty()) rows = ReadMeasurements(path);
    Series series{std::string(definition.name), std::string(definition.file)};
    for (const Measurement& row : rows) {
      if (Belongs(row, definition)) series.rows.push_back(Predict(row, spec));
    }
    validation.series.push_back(std::move(series));
  }
  if (validation.series.empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: none of the published series is there, such "
                            "as {}; give their folder with --measurements",
                            folder.string(), kSeries[0].file));
  }
  CompareCuts(validation);
  return validation;
}

SeriesErrors ErrorsOf(const Series& series) {
  SeriesErrors result{.rows = static_cast<int>(series.rows.size())};
  if (series.rows.empty()) return result;
  std::vector<double> errors;
  int in_range = 0;
  for (const PredictedRow& row : series.rows) {
    errors.push_back(std::abs(row.error()));
    in_range += row.in_range() ? 1 : 0;
    result.memory_rows += row.memory_agrees ? 1 : 0;
    result.memory_matches += row.memory_agrees.value_or(false) ? 1 : 0;
  }
  std::sort(errors.begin(), errors.end());
  result.median = Quantile(errors, 0.5);
  result.p90 = Quantile(errors, 0.9);
  result.maximum = errors.back();
  result.share_in_range = static_cast<double>(in_range) / result.rows;
  return result;
}

}  // namespace coralline
