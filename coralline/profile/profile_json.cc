#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/base/json_reader.h"
#include "coralline/profile/profile.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view kSchema = "coralline.profile";
constexpr int kVersion = 1;
// 11 days, which a double holds to the nanosecond.
constexpr double kMaxNanoseconds = 1e15;
constexpr double kMaxDrift = 1e9;
constexpr double kMinCelsius = -273.15;
constexpr double kMaxCelsius = 1000;
constexpr std::int64_t kMaxOp = 1'000'000;
constexpr std::int64_t kMaxRuns = 1'000'000'000;

nanoseconds TimeOf(const JsonReader& node, bool may_be_zero) {
  const double value = node.Number().value_or(-1);
  if (value < 0 || (value == 0 && !may_be_zero)) {
    node.Fail(may_be_zero ? "a number >= 0" : "a number > 0");
  }
  if (value > kMaxNanoseconds) node.Fail("a number <= 1e15");
  return nanoseconds(std::llround(std::ceil(value)));
}

Segment SegmentOf(const JsonReader& node) {
  Segment segment;
  for (const JsonReader& op : node.Elements()) {
    const int next = segment.ops.empty() ? 0 : segment.ops.back() + 1;
    segment.ops.push_back(static_cast<int>(
        op.Whole(next, kMaxOp,
                 fmt::format("an op from {} on, in increasing order", next))));
  }
  if (segment.ops.empty()) node.Fail("an op or more", "an empty list");
  return segment;
}

Origin OriginOf(const JsonReader& node) {
  const auto origin = OriginFromText(node.Text());
  if (!origin) {
    node.Fail("measured, emulated, simulated, estimated or published");
  }
  return *origin;
}

// nullopt where it is missing.
std::optional<double> OptionalOf(const JsonReader& node, double minimum,
                                 double maximum) {
  if (!node.is_there()) return std::nullopt;
  const auto value = node.Number();
  if (!value || *value < minimum || *value > maximum) {
    node.Fail(fmt::format("a number from {} to {}", minimum, maximum));
  }
  return value;
}

std::optional<double> CelsiusOf(const JsonReader& node) {
  return OptionalOf(node, kMinCelsius, kMaxCelsius);
}

SegmentProfile SegmentProfileOf(const JsonReader& node) {
  SegmentProfile segment{.segment = SegmentOf(node.Member("ops")),
                         .latency = TimeOf(node.Member("latency_ns"), false),
                         .low = TimeOf(node.Member("low_ns"), false),
                         .high = TimeOf(node.Member("high_ns"), false),
                         .first = TimeOf(node.Member("first_ns"), true),
                         .origin = OriginOf(node.Member("origin"))};
  segment.drift = OptionalOf(node.Member("drift"), -1, kMaxDrift).value_or(0);
  segment.start_celsius = CelsiusOf(node.Member("start_celsius"));
  segment.end_celsius = CelsiusOf(node.Member("end_celsius"));
  if (segment.low > segment.latency) {
    node.Member("low_ns").Fail("at most latency_ns");
  }
  if (segment.high < segment.latency) {
    node.Member("high_ns").Fail("at least latency_ns");
  }
  const bool is_run = segment.origin == Origin::kMeasured ||
                      segment.origin == Origin::kEmulated;
  segment.runs = static_cast<int>(node.Member("runs").Whole(
      is_run ? 1 : 0, kMaxRuns,
      is_run ? "a whole number > 0" : "a whole number >= 0"));
  return segment;
}

// What is not known is left out.
std::string FormatOptional(const char* name, std::optional<double> value) {
  return value ? fmt::format(R"(, "{}": {})", name, *value) : "";
}

std::string FormatSegmentProfile(const SegmentProfile& segment) {
  std::string text = fmt::format(
      R"({{"ops": [{}], "latency_ns": {}, "low_ns": {}, "high_ns": {}, )"
      R"("first_ns": {}, "runs": {}, "origin": "{}")",
      fmt::join(segment.segment.ops, ","), segment.latency.count(),
      segment.low.count(), segment.high.count(), segment.first.count(),
      segment.runs, OriginText(segment.origin));
  if (segment.drift != 0) text += FormatOptional("drift", segment.drift);
  text += FormatOptional("start_celsius", segment.start_celsius);
  text += FormatOptional("end_celsius", segment.end_celsius);
  return text + "}";
}

}  // namespace

std::string FormatProfile(const Profile& profile) {
  std::string text = fmt::format(
      "{{\n  \"schema\": \"{}\",\n  \"version\": {},\n  \"model\": {},\n"
      "  \"model_hash\": {},\n  \"device\": {},\n  \"runtime\": {},\n"
      "  \"segments\": [",
      kSchema, kVersion, QuoteJson(profile.model),
      QuoteJson(profile.model_hash), QuoteJson(profile.device),
      QuoteJson(profile.runtime));
  const char* separator = "\n    ";
  for (const SegmentProfile& segment : profile.segments) {
    text += separator + FormatSegmentProfile(segment);
    separator = ",\n    ";
  }
  return text + "\n  ]\n}\n";
}

Profile ParseProfile(std::string_view text, const std::string& file) {
  const JsonReader root = JsonReader::Parse(text, file, "a profile");
  const JsonReader schema = root.Member("schema");
  if (schema.Text() != kSchema) schema.Fail(fmt::format("\"{}\"", kSchema));
  root.Member("version").Whole(kVersion, kVersion,
                               fmt::format("version {}", kVersion));
  Profile profile{.model = root.Member("model").Text(),
                  .model_hash = root.Member("model_hash").Text(),
                  .device = root.Member("device").Text(),
                  .runtime = root.Member("runtime").Text()};
  for (const JsonReader& node : root.Member("segments").Elements()) {
    SegmentProfile segment = SegmentProfileOf(node);
    const std::string name = FormatSegment(segment.segment);
    if (!profile.Add(std::move(segment))) {
      node.Member("ops").Fail("each segment once", name + " again");
    }
  }
  return profile;
}

Profile ReadProfile(const std::filesystem::path& path) {
  const SharedBytes bytes = ReadFile(path);
  return ParseProfile(
      {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
      path.string());
}

}  // namespace coralline
