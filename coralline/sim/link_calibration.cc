#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "coralline/base/error.h"
#include "coralline/sim/calibration.h"

namespace coralline {
namespace {

constexpr std::string_view kHeader = "model,input,model_mb,device,link,host,ms";
constexpr double kMsPerSecond = 1e3;

// What an inference of a public network sends and computes, uint8. Instructions
// and cycles as InstructionBytes and MakeLayer have them; of Inception v4, 5.54
// MB stay on the chip, as its first and warm inference on another host tell.
struct KnownNetwork {
  const char* model;
  double instruction_bytes;
  double input_bytes;
  double output_bytes;
  double streamed_bytes;
  double cycles;
  double depthwise_cycles;
  double vector_bytes;

  double LinkBytes() const {
    return instruction_bytes + input_bytes + output_bytes + streamed_bytes;
  }
};

constexpr KnownNetwork kMobileNetV2 = {.model = "mobilenet_v2_1.0",
                                       .instruction_bytes = 137590,
                                       .input_bytes = 150528,
                                       .output_bytes = 1001,
                                       .streamed_bytes = 0,
                                       .cycles = 113596,
                                       .depthwise_cycles = 24741,
                                       .vector_bytes = 835072};
constexpr KnownNetwork kInceptionV4 = {.model = "inception_v4",
                                       .instruction_bytes = 415344,
                                       .input_bytes = 268203,
                                       .output_bytes = 1001,
                                       .streamed_bytes = 44209280 - 5.54e6,
                                       .cycles = 4053604,
                                       .depthwise_cycles = 0,
                                       .vector_bytes = 31119360};

constexpr std::array<double DeviceSpec::*, 5> kLinkRates = {
    &DeviceSpec::streaming_bytes_per_s, &DeviceSpec::small_bytes_per_s,
    &DeviceSpec::large_input_bytes_per_s, &DeviceSpec::large_output_bytes_per_s,
    &DeviceSpec::upload_bytes_per_s};

double ComputeMs(const KnownNetwork& network, const DeviceSpec& spec) {
  const double cycles =
      network.cycles + spec.depthwise_cycles_factor * network.depthwise_cycles;
  const double vector_s = spec.vector_bytes_per_s > 0
                              ? network.vector_bytes / spec.vector_bytes_per_s
                              : 0;
  return (spec.cycles_factor * cycles / spec.clock_hz + vector_s) *
         kMsPerSecond;
}

double TimeOf(const KnownNetwork& network, const DeviceSpec& spec) {
  const double small = network.instruction_bytes + network.output_bytes;
  const bool is_large =
      network.input_bytes >= static_cast<double>(spec.large_tensor_bytes);
  const double input_rate =
      is_large ? spec.large_input_bytes_per_s : spec.small_bytes_per_s;
  return spec.fixed_ms +
         (network.streamed_bytes > 0 ? spec.streaming_fixed_ms : 0) +
         ComputeMs(network, spec) +
         kMsPerSecond * (small / spec.small_bytes_per_s +
                         network.input_bytes / input_rate +
                         network.streamed_bytes / spec.streaming_bytes_per_s);
}

double MeasuredMs(std::span<const LinkMeasurement> rows,
                  const std::string& host, const KnownNetwork& network) {
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& r) {
    return r.host == host && r.model == network.model;
  });
  if (row != rows.end()) return row->ms;
  std::vector<std::string> hosts;
  for (const LinkMeasurement& other : rows) {
    if (std::find(hosts.begin(), hosts.end(), other.host) == hosts.end()) {
      hosts.push_back(other.host);
    }
  }
  throw Error(
      ErrorKind::kUsage,
      fmt::format("no row of {} on host '{}'; expected --host-name with "
                  "one of {}",
                  network.model, host, fmt::join(hosts, ", ")));
}

CalibrationErrors ErrorsOf(const DeviceSpec& spec, double mobilenet_ms,
                           double inception_ms) {
  const auto [low, high] =
      std::minmax({std::abs(TimeOf(kMobileNetV2, spec) / mobilenet_ms - 1),
                   std::abs(TimeOf(kInceptionV4, spec) / inception_ms - 1)});
  return {(low + high) / 2, high, high};
}

bool IsLinkRate(const SpecConstant& constant) {
  return std::find(kLinkRates.begin(), kLinkRates.end(), constant.member) !=
         kLinkRates.end();
}

std::vector<std::string_view> Columns(std::string_view line) {
  std::vector<std::string_view> columns;
  if (line.ends_with('\r')) line.remove_suffix(1);
  for (;;) {
    const auto end = line.find(',');
    columns.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return columns;
    line.remove_prefix(end + 1);
  }
}

LinkMeasurement ParseRow(std::string_view line, const std::string& where) {
  const auto columns = Columns(line);
  if (columns.size() != 7) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: {} columns, expected 7",
                                               where, columns.size()));
  }
  const std::string_view text = columns[6];
  double ms = 0;
  const auto end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, ms);
  if (result.ec != std::errc() || result.ptr != end || !(ms > 0)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: column ms: '{}', expected a number above 0",
                            where, text));
  }
  return {std::string(columns[0]), std::string(columns[5]),
          std::string(columns[4]), ms};
}

}  // namespace

bool IsLinkFile(std::string_view text) { return text.starts_with(kHeader); }

std::vector<LinkMeasurement> ParseLinkMeasurements(std::string_view text,
                                                   const std::string& file) {
  std::vector<LinkMeasurement> rows;
  for (int line = 1; !text.empty(); ++line) {
    const auto end = text.find('\n');
    const auto part = text.substr(0, end);
    if (line > 1 && !part.empty() && part != "\r") {
      rows.push_back(ParseRow(part, fmt::format("{}:{}", file, line)));
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return rows;
}

Calibration CalibrateLink(const DeviceSpec& spec,
                          std::span<const LinkMeasurement> rows,
                          const std::string& host) {
  if (spec.fill_cycles > 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: /compute/fill_cycles: found {}, expected 0 to "
                            "calibrate a link; take edgetpu-usb3-desktop",
                            spec.name, spec.fill_cycles));
  }
  const double mobilenet = MeasuredMs(rows, host, kMobileNetV2);
  const double inception = MeasuredMs(rows, host, kInceptionV4);
  const double ms_per_byte =
      (inception - mobilenet - spec.streaming_fixed_ms -
       ComputeMs(kInceptionV4, spec) + ComputeMs(kMobileNetV2, spec)) /
      (kInceptionV4.LinkBytes() - kMobileNetV2.LinkBytes());
  const double fixed = mobilenet - ComputeMs(kMobileNetV2, spec) -
                       kMobileNetV2.LinkBytes() * ms_per_byte;
  if (!(ms_per_byte > 0) || fixed < 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the times of host '{}', {} ms and {} ms, follow "
                            "from no rate and fixed time above 0",
                            host, mobilenet, inception));
  }
  Calibration result{.spec = spec,
                     .num_rows = 2,
                     .before = ErrorsOf(spec, mobilenet, inception)};
  for (const SpecConstant& constant : SpecConstants()) {
    const bool is_fixed = constant.member == &DeviceSpec::fixed_ms;
    if (!is_fixed && !IsLinkRate(constant)) continue;
    const double value = is_fixed ? fixed : kMsPerSecond / ms_per_byte;
    result.constants.push_back({.path = constant.path,
                                .old_value = spec.*constant.member,
                                .new_value = value,
                                .is_determined = true});
    result.spec.*constant.member = value;
  }
  result.after = ErrorsOf(result.spec, mobilenet, inception);
  return result;
}

}  // namespace coralline
