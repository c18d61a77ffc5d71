#include "coralline/validation/network_validation.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "coralline/base/file.h"
#include "coralline/sim/calibration.h"
#include "coralline/validation/published_networks.h"

namespace coralline {
namespace {

constexpr const char* kNetworkFile = "networks.csv";
constexpr const char* kLinkFile = "links.csv";
constexpr const char* kClassifierSpec = "edgetpu-uint8-classifiers";

using Rows = std::vector<NetworkMeasurement>;

// Shapes by name: held-out series ask for each many times.
class Networks {
 public:
  const TimedNetwork& Of(const std::string& model) {
    const auto [place, is_new] = networks_.try_emplace(model);
    if (is_new) place->second = PublishedNetwork(model);
    return place->second;
  }

 private:
  std::map<std::string, TimedNetwork> networks_;
};

// The range of a first inference: the upload is as uncertain as the spec's
// other times.
TimeRange WithUpload(TimeRange range, double upload_ms,
                     const DeviceSpec& spec) {
  range.ms += upload_ms;
  range.low_ms += (1 - spec.relative_error) * upload_ms;
  range.high_ms += (1 + spec.relative_error) * upload_ms;
  return range;
}

PredictedNetwork Predict(const TimedNetwork& network, const std::string& model,
                         const DeviceSpec& spec, bool is_first,
                         double measured_ms) {
  const Graph& graph = network.graph;
  const auto layers = MakeLayers(graph, spec, network.has_bias);
  const Segment all = OpRange(0, graph.num_ops());
  const SegmentCost cost = CostOf(graph, all, layers, spec);
  TimeRange range = RangeOf(graph, all, layers, spec, cost);
  if (is_first) range = WithUpload(std::move(range), cost.upload_ms, spec);
  return {model, spec.name, measured_ms, std::move(range)};
}

// Names of rows that are predicted together from the others.
using FoldOf = std::function<std::string(const std::string& model)>;

bool IsMobileNetV1(const std::string& model) {
  return model.starts_with("mobilenet_v1");
}

// "mobilenet_v1_0.25_128_quant": the part from the 14th letter, or behind it.
std::string WidthOf(const std::string& model) {
  return IsMobileNetV1(model) ? model.substr(13, 4) : model.substr(0, 9);
}
std::string SizeOf(const std::string& model) {
  if (!IsMobileNetV1(model)) return model.substr(0, 9);
  const auto end = model.rfind('_');
  return model.substr(end - 3, 3);
}
std::string SelfOf(const std::string& model) { return model; }

using Fit = Calibration (*)(const DeviceSpec& spec,
                            std::span<const NetworkMeasurement> rows);

class ClassifierValidation {
 public:
  explicit ClassifierValidation(const std::filesystem::path& path)
      : rows_(ReadNetworkMeasurements(path)),
        spec_(ReadDeviceSpec(kClassifierSpec)) {}

  std::vector<NetworkSeries> Run() {
    return {
        InSample("21 classifiers, warm", spec_, false),
        InSample("21 classifiers, first", spec_, true),
        HeldOut("21 classifiers, warm, a width or family out", WidthOf, false),
        HeldOut("21 classifiers, warm, a size or family out", SizeOf, false),
        HeldOut("21 classifiers, warm, each out", SelfOf, false),
        HeldOut("21 classifiers, first, a width or family out", WidthOf, true),
        InSample("21 classifiers, warm, without the vector term",
                 CalibrateWithoutVectors(spec_, rows_).spec, false),
        HeldOut("the same, a width or family out", WidthOf, false,
                CalibrateWithoutVectors)};
  }

 private:
  void Add(const NetworkMeasurement& row, const DeviceSpec& spec, bool is_first,
           NetworkSeries& series) {
    series.rows.push_back(Predict(networks_.Of(row.model), row.model, spec,
                                  is_first,
                                  is_first ? row.first_ms : row.warm_ms));
  }

  NetworkSeries InSample(std::string name, const DeviceSpec& spec,
                         bool is_first) {
    NetworkSeries series{std::move(name), kNetworkFile};
    for (const auto& row : rows_) Add(row, spec, is_first, series);
    return series;
  }

  // Each fold from a spec that is fitted to the others.
  NetworkSeries HeldOut(std::string name, const FoldOf& fold_of, bool is_first,
                        Fit fit = CalibrateNetworks) {
    NetworkSeries series{std::move(name), kNetworkFile, true};
    std::map<std::string, Rows> folds;
    for (const auto& row : rows_) folds[fold_of(row.model)].push_back(row);
    for (const auto& [fold, out] : folds) {
      Rows others;
      for (const auto& row : rows_) {
        if (fold_of(row.model) != fold) others.push_back(row);
      }
      const DeviceSpec spec = fit(spec_, others).spec;
      for (const auto& row : out) Add(row, spec, is_first, series);
    }
    return series;
  }

  Rows rows_;
  DeviceSpec spec_;
  Networks networks_;
};

// A host of links.csv: its spec, and one whose rates stand in for its own,
// that of the other host on the same kind of link.
struct LinkHost {
  const char* host;
  const char* spec;
  const char* other;
};

constexpr LinkHost kHosts[] = {
    {"x86-64 desktop", "edgetpu-usb3-desktop", "edgetpu-usb3-rpi4"},
    {"i.MX8M", "edgetpu-devboard", kClassifierSpec},
    {"Raspberry Pi 4B", "edgetpu-usb3-rpi4", "edgetpu-usb3-desktop"},
    {"Raspberry Pi 3B", "edgetpu-usb2", "edgetpu-usb2-rpi3bplus"},
    {"Raspberry Pi 3B+", "edgetpu-usb2-rpi3bplus", "edgetpu-usb2"},
};

class LinkValidation {
 public:
  explicit LinkValidation(const std::filesystem::path& path) {
    const SharedBytes bytes = ReadFile(path);
    rows_ = ParseLinkMeasurements(
        {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
        path.string());
  }

  std::vector<NetworkSeries> Run() {
    NetworkSeries own{"2 networks on 5 hosts, each solved from both",
                      kLinkFile};
    NetworkSeries others{
        "Inception v4 on 5 hosts, rate of another, fixed from MobileNet v2",
        kLinkFile, true};
    for (const LinkHost& host : kHosts) {
      for (const LinkMeasurement& row : rows_) {
        if (row.host != host.host) continue;
        own.rows.push_back(Of(row, ReadDeviceSpec(host.spec)));
        if (row.model == kLarge) others.rows.push_back(FromOthers(row, host));
      }
    }
    return {own, others};
  }

 private:
  static constexpr const char* kSmall = "mobilenet_v2_1.0";
  static constexpr const char* kLarge = "inception_v4";

  PredictedNetwork Of(const LinkMeasurement& row, const DeviceSpec& spec) {
    auto predicted =
        Predict(networks_.Of(row.model), row.model, spec, false, row.ms);
    predicted.device = row.host;
    return predicted;
  }

  PredictedNetwork FromOthers(const LinkMeasurement& row,
                              const LinkHost& host) {
    DeviceSpec spec = ReadDeviceSpec(host.other);
    spec.relative_error = ReadDeviceSpec(host.spec).relative_error;
    const auto small = std::find_if(
        rows_.begin(), rows_.end(), [&](const LinkMeasurement& other) {
          return other.host == row.host && other.model == kSmall;
        });
    if (small != rows_.end()) {
      spec.fixed_ms += small->ms - Of(*small, spec).range.ms;
    }
    return Of(row, spec);
  }

  std::vector<LinkMeasurement> rows_;
  Networks networks_;
};

}  // namespace

NetworkValidation ValidateNetworks(const std::filesystem::path& folder) {
  NetworkValidation validation;
  const auto add = [&](const char* file, const auto& run) {
    if (!std::filesystem::exists(folder / file)) {
      validation.missing_files.emplace_back(file);
      return;
    }
    for (NetworkSeries& series : run(folder / file)) {
      validation.series.push_back(std::move(series));
    }
  };
  add(kNetworkFile,
      [](const auto& path) { return ClassifierValidation(path).Run(); });
  add(kLinkFile, [](const auto& path) { return LinkValidation(path).Run(); });
  return validation;
}

NetworkErrors ErrorsOf(const NetworkSeries& series) {
  NetworkErrors result{.rows = static_cast<int>(series.rows.size())};
  if (series.rows.empty()) return result;
  std::vector<double> errors;
  int in_range = 0;
  for (const PredictedNetwork& row : series.rows) {
    errors.push_back(std::abs(row.error()));
    in_range += row.range.Contains(row.measured_ms) ? 1 : 0;
  }
  std::sort(errors.begin(), errors.end());
  const auto at = [&](double share) {
    const auto last = static_cast<double>(errors.size() - 1);
    return errors[static_cast<std::size_t>(std::llround(share * last))];
  };
  result.median = at(0.5);
  result.p90 = at(0.9);
  result.maximum = errors.back();
  result.share_in_range = static_cast<double>(in_range) / result.rows;
  return result;
}

}  // namespace coralline
