#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/profile/profile.h"

namespace coralline {
namespace {

using Json = nlohmann::json;
using std::chrono::nanoseconds;

constexpr std::string_view kSchema = "coralline.profile";
constexpr int kVersion = 1;
// 11 days, which a double holds to the nanosecond.
constexpr double kMaxNanoseconds = 1e15;
constexpr std::int64_t kMaxOp = 1'000'000;
constexpr std::int64_t kMaxRuns = 1'000'000'000;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Describe(const Json* json) {
  if (!json) return "nothing";
  if (json->is_object()) return "an object";
  if (json->is_array()) return "a list";
  constexpr std::size_t kEnough = 60;
  const std::string text = Dump(*json);
  return text.size() <= kEnough ? text : text.substr(0, kEnough) + "...";
}

// A value of the file, or the place where one is missing.
class Node {
 public:
  Node(const Json* json, std::string path, const std::string& file)
      : json_(json), path_(std::move(path)), file_(file) {}

  [[noreturn]] void Fail(std::string_view expected,
                         const std::string& found) const {
    throw Error(ErrorKind::kUsage, fmt::format("{}: {}: expected {}, found {}",
                                               file_, path_, expected, found));
  }
  [[noreturn]] void Fail(std::string_view expected) const {
    Fail(expected, Describe(json_));
  }

  Node Member(std::string_view name) const {
    if (!json_ || !json_->is_object()) Fail("an object");
    const auto found = json_->find(std::string(name));
    return {found == json_->end() ? nullptr : &*found,
            fmt::format("{}.{}", path_, name), file_};
  }

  std::vector<Node> Elements() const {
    if (!json_ || !json_->is_array()) Fail("a list");
    std::vector<Node> elements;
    for (const Json& element : *json_) {
      elements.emplace_back(
          &element, fmt::format("{}[{}]", path_, elements.size()), file_);
    }
    return elements;
  }

  std::string Text() const {
    if (!json_ || !json_->is_string()) Fail("a text");
    return *json_;
  }

  std::int64_t Whole(std::int64_t minimum, std::int64_t maximum,
                     std::string_view expected) const {
    // As a double first: a number may exceed 64 bits.
    if (!json_ || !json_->is_number_integer() ||
        json_->get<double>() < static_cast<double>(minimum) ||
        json_->get<double>() > static_cast<double>(maximum)) {
      Fail(expected);
    }
    return *json_;
  }

  nanoseconds Time(bool may_be_zero) const {
    const double value =
        json_ && json_->is_number() ? json_->get<double>() : -1;
    if (value < 0 || (value == 0 && !may_be_zero)) {
      Fail(may_be_zero ? "a number >= 0" : "a number > 0");
    }
    if (value > kMaxNanoseconds) Fail("a number <= 1e15");
    return nanoseconds(std::llround(std::ceil(value)));
  }

 private:
  const Json* json_;  // null where it is missing
  std::string path_;
  const std::string& file_;
};

Segment SegmentOf(const Node& node) {
  Segment segment;
  for (const Node& op : node.Elements()) {
    const int next = segment.ops.empty() ? 0 : segment.ops.back() + 1;
    segment.ops.push_back(static_cast<int>(
        op.Whole(next, kMaxOp,
                 fmt::format("an op from {} on, in increasing order", next))));
  }
  if (segment.ops.empty()) node.Fail("an op or more", "an empty list");
  return segment;
}

Origin OriginOf(const Node& node) {
  const auto origin = OriginFromText(node.Text());
  if (!origin) {
    node.Fail("measured, emulated, simulated, estimated or published");
  }
  return *origin;
}

SegmentProfile SegmentProfileOf(const Node& node) {
  SegmentProfile segment{.segment = SegmentOf(node.Member("ops")),
                         .latency = node.Member("latency_ns").Time(false),
                         .low = node.Member("low_ns").Time(false),
                         .high = node.Member("high_ns").Time(false),
                         .first = node.Member("first_ns").Time(true),
                         .origin = OriginOf(node.Member("origin"))};
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

Json ParseJson(std::string_view text, const std::string& file) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    // After "[json.exception.parse_error.101] "; gives line and column.
    const std::string_view message = error.what();
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: expected a profile in JSON: {}", file,
                            message.substr(std::min(message.find("] ") + 2,
                                                    message.size()))));
  }
}

std::string FormatSegmentProfile(const SegmentProfile& segment) {
  return fmt::format(
      R"({{"ops": [{}], "latency_ns": {}, "low_ns": {}, "high_ns": {}, )"
      R"("first_ns": {}, "runs": {}, "origin": "{}"}})",
      fmt::join(segment.segment.ops, ","), segment.latency.count(),
      segment.low.count(), segment.high.count(), segment.first.count(),
      segment.runs, OriginText(segment.origin));
}

}  // namespace

std::string FormatProfile(const Profile& profile) {
  std::string text = fmt::format(
      "{{\n  \"schema\": \"{}\",\n  \"version\": {},\n  \"model\": {},\n"
      "  \"model_hash\": {},\n  \"device\": {},\n  \"runtime\": {},\n"
      "  \"segments\": [",
      kSchema, kVersion, Dump(profile.model), Dump(profile.model_hash),
      Dump(profile.device), Dump(profile.runtime));
  const char* separator = "\n    ";
  for (const SegmentProfile& segment : profile.segments) {
    text += separator + FormatSegmentProfile(segment);
    separator = ",\n    ";
  }
  return text + "\n  ]\n}\n";
}

Profile ParseProfile(std::string_view text, const std::string& file) {
  const Json json = ParseJson(text, file);
  const Node root(&json, "$", file);
  const Node schema = root.Member("schema");
  if (schema.Text() != kSchema) schema.Fail(fmt::format("\"{}\"", kSchema));
  root.Member("version").Whole(kVersion, kVersion,
                               fmt::format("version {}", kVersion));
  Profile profile{.model = root.Member("model").Text(),
                  .model_hash = root.Member("model_hash").Text(),
                  .device = root.Member("device").Text(),
                  .runtime = root.Member("runtime").Text()};
  for (const Node& node : root.Member("segments").Elements()) {
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
