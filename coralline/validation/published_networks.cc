#include "coralline/validation/published_networks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/zoo/networks.h"

namespace coralline {
namespace {

constexpr std::string_view kHeader =
    "model,input,first_inference_ms,warm_inference_ms,source";
constexpr int kClasses = 1001;  // with a background, as TF-Slim has them

// The text before the separator, which is taken away with it.
std::string_view TakePart(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

template <typename Number>
bool ReadNumber(std::string_view text, Number& number) {
  const auto end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  return result.ec == std::errc() && result.ptr == end && number > 0;
}

double Milliseconds(std::string_view text, const char* column,
                    const std::string& where) {
  double ms = 0;
  if (ReadNumber(text, ms)) return ms;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: column {}: '{}', expected a number above 0",
                          where, column, text));
}

NetworkMeasurement ParseRow(std::string_view line, const std::string& where) {
  if (std::count(line.begin(), line.end(), ',') != 4) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: expected the columns {}", where, kHeader));
  }
  NetworkMeasurement row{.model = std::string(TakePart(line, ','))};
  TakePart(line, ',');
  row.first_ms = Milliseconds(TakePart(line, ','), "first_inference_ms", where);
  row.warm_ms = Milliseconds(TakePart(line, ','), "warm_inference_ms", where);
  return row;
}

// The architecture with the longest name that begins the text.
const Architecture* FindArchitecture(std::string_view text) {
  const Architecture* best = nullptr;
  for (const Architecture& architecture : Architectures()) {
    const std::string_view name = architecture.name;
    const bool begins = text.starts_with(name) && (text.size() == name.size() ||
                                                   text[name.size()] == '_');
    if (begins && (!best || name.size() > best->name.size())) {
      best = &architecture;
    }
  }
  return best;
}

// "_0.25_128_quant": a width, a size, or nothing.
bool ReadSuffix(std::string_view suffix, const Architecture& architecture,
                NetworkOptions& options) {
  while (!suffix.empty()) {
    const std::string_view part = TakePart(suffix, '_');
    if (part.empty() || part == "quant") continue;
    int size = 0;
    double width = 0;
    if (ReadNumber(part, size)) {
      options.size = size;
    } else if (ReadNumber(part, width)) {
      if (architecture.has_width) {
        options.width = width;
      } else if (width != 1) {
        return false;
      }
    } else {
      return false;
    }
  }
  return true;
}

using Groups = std::vector<std::vector<std::string>>;

const Groups& NetworkGroups() {
  static const Groups groups = {
      {"/fixed/inference"},
      {"/compute/cycles_factor"},
      {"/link/small_rate", "/link/large_input_rate", "/link/output_rate"},
      {"/fixed/upload"},
      {"/link/upload_rate"}};
  return groups;
}

Calibration Fit(const DeviceSpec& spec,
                std::span<const NetworkMeasurement> rows,
                const Groups& groups) {
  std::vector<TimedNetwork> networks;
  for (const NetworkMeasurement& row : rows) {
    TimedNetwork network = PublishedNetwork(row.model);
    network.ms = row.warm_ms;
    networks.push_back(network);
    network.ms = row.first_ms;
    network.is_first = true;
    networks.push_back(std::move(network));
  }
  if (networks.empty()) {
    throw Error(ErrorKind::kUsage, "no row of a network to calibrate with");
  }
  return CalibrateTogether(spec, networks, groups);
}

}  // namespace

bool IsNetworkFile(std::string_view text) { return text.starts_with(kHeader); }

std::vector<NetworkMeasurement> ParseNetworkMeasurements(
    std::string_view text, const std::string& file) {
  std::vector<NetworkMeasurement> rows;
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = TakePart(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (number == 1 && line != kHeader) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: the first line is not the header '{}'", file,
                              kHeader));
    }
    if (number == 1 || line.empty()) continue;
    rows.push_back(ParseRow(line, fmt::format("{}:{}", file, number)));
  }
  return rows;
}

std::vector<NetworkMeasurement> ReadNetworkMeasurements(
    const std::filesystem::path& path) {
  const SharedBytes bytes = ReadFile(path);
  return ParseNetworkMeasurements(
      {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
      path.string());
}

TimedNetwork PublishedNetwork(std::string_view model) {
  NetworkOptions options{.classes = kClasses, .type = DataType::kUint8};
  const Architecture* architecture = FindArchitecture(model);
  if (!architecture || !ReadSuffix(model.substr(architecture->name.size()),
                                   *architecture, options)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("published network '{}' is not one that can be "
                            "generated",
                            model));
  }
  TimedNetwork network{.graph =
                           DescribeNetwork(architecture->name, options).graph};
  network.has_bias.assign(network.graph.ops.size(), true);
  return network;
}

Calibration CalibrateNetworks(const DeviceSpec& spec,
                              std::span<const NetworkMeasurement> rows) {
  Groups groups = NetworkGroups();
  if (spec.vector_bytes_per_s > 0) groups.push_back({"/compute/vector_rate"});
  return Fit(spec, rows, groups);
}

Calibration CalibrateWithoutVectors(const DeviceSpec& spec,
                                    std::span<const NetworkMeasurement> rows) {
  DeviceSpec without = spec;
  without.vector_bytes_per_s = 0;
  return Fit(without, rows, NetworkGroups());
}

}  // namespace coralline
