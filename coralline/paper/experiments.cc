#include "coralline/paper/experiments.h"

#include <fmt/format.h>

#include <algorithm>

#include "coralline/base/check.h"
#include "coralline/paper/published.h"
#include "coralline/zoo/paper_networks.h"

namespace coralline::paper {
namespace {

// What several numbers of devices share.
struct Series {
  std::string_view name;
  std::string_view title;
  std::string_view kind;
  int first_devices;
  int last_devices;
  int batch;
  Cut cut;
  HostModel host;
  int last_width;
};

const Series kSeries[] = {
    {"fc-whole", "FC, whole", "fc", 1, 1, 1, Cut::kWhole, kNativeHost, 2620},
    {"fc-default-batch1", "FC, default cut, batch 1", "fc", 2, 4, 1,
     Cut::kDefault, kPythonHost, 2620},
    {"fc-default-batch50", "FC, default cut, batch 50", "fc", 2, 4, 50,
     Cut::kDefault, kPythonHost, 2620},
    {"fc-balanced-batch50", "FC, memory-balanced cut, batch 50", "fc", 2, 4, 50,
     Cut::kBalanced, kPythonHost, 2620},
    {"fc-profiled-batch50", "FC, profiled cut, batch 50", "fc", 2, 4, 50,
     Cut::kProfiled, kPythonHost, 2620},
    {"fc-optimal-batch50", "FC, Coralline's plan, batch 50", "fc", 1, 4, 50,
     Cut::kOptimal, kNativeHost, 2620},
    {"conv-whole", "CONV, whole", "conv", 1, 1, 1, Cut::kWhole, kNativeHost,
     742},
    {"conv-default-batch1", "CONV, default cut, batch 1", "conv", 2, 4, 1,
     Cut::kDefault, kPycoralHost, 702},
    {"conv-default-batch100", "CONV, default cut, batch 100", "conv", 2, 4, 100,
     Cut::kDefault, kPycoralHost, 702},
    {"conv-profiled-batch100", "CONV, profiled cut, batch 100", "conv", 2, 4,
     100, Cut::kProfiled, kPycoralHost, 682},
    {"conv-optimal-batch100", "CONV, Coralline's plan, batch 100", "conv", 1, 4,
     100, Cut::kOptimal, kNativeHost, 742},
};

constexpr int kEmulatedStep = 8;

// The kind is the series' first word.
std::string_view KindOf(std::string_view series) {
  return series.substr(0, series.find('-'));
}

std::vector<int> EmulatedOf(const PaperSweep& sweep) {
  const std::vector<int> all = sweep.widths();
  std::vector<int> some;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool is_headline = std::any_of(
        Headlines().begin(), Headlines().end(), [&](const Headline& headline) {
          return KindOf(headline.experiment) == sweep.kind &&
                 headline.width == all[i];
        });
    if (is_headline || i % kEmulatedStep == 0) some.push_back(all[i]);
  }
  return some;
}

}  // namespace

std::string_view CutName(Cut cut) {
  switch (cut) {
    case Cut::kWhole:
      return "whole";
    case Cut::kDefault:
      return "default";
    case Cut::kBalanced:
      return "balanced";
    case Cut::kProfiled:
      return "profiled";
    case Cut::kOptimal:
      return "optimal";
  }
  CORALLINE_CHECK(false);
}

std::string Experiment::name() const {
  return fmt::format("{}-{}-tpu{}", series, devices, devices == 1 ? "" : "s");
}

std::vector<Experiment> Experiments() {
  std::vector<Experiment> all;
  for (const Series& series : kSeries) {
    for (int n = series.first_devices; n <= series.last_devices; ++n) {
      all.push_back({.series = series.name,
                     .kind = series.kind,
                     .devices = n,
                     .batch = series.batch,
                     .cut = series.cut,
                     .host = series.host,
                     .last_width = series.last_width});
    }
  }
  return all;
}

std::string SeriesTitle(std::string_view series) {
  for (const Series& known : kSeries) {
    if (known.name == series) return std::string(known.title);
  }
  return std::string(series);
}

Widths AllWidths() {
  return {.fc = kPaperSweeps[0].widths(), .conv = kPaperSweeps[1].widths()};
}

Widths EmulatedWidths() {
  return {.fc = EmulatedOf(kPaperSweeps[0]),
          .conv = EmulatedOf(kPaperSweeps[1])};
}

}  // namespace coralline::paper
