#include "coralline/sim/device_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "coralline/base/bytes.h"
#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/sim/internal/builtin_specs.h"

namespace coralline {
namespace {

using Json = nlohmann::json;

// A number of the file: where it stands, its unit, what it may be, and where it
// goes.
struct Field {
  const char* path;
  const char* unit;
  double minimum;
  void (*set)(DeviceSpec& spec, double value);
  bool is_optional = false;
};

constexpr double kAboveZero = 1e-12;

constexpr Field kFields[] = {
    {"/array/tile_rows", "1", 1,
     [](DeviceSpec& s, double v) { s.array.tile_rows = static_cast<int>(v); }},
    {"/array/tile_columns", "1", 1,
     [](DeviceSpec& s, double v) {
       s.array.tile_columns = static_cast<int>(v);
     }},
    {"/array/input_channels", "1", 1,
     [](DeviceSpec& s, double v) {
       s.array.input_channels = static_cast<int>(v);
     }},
    {"/array/output_channels", "1", 1,
     [](DeviceSpec& s, double v) {
       s.array.output_channels = static_cast<int>(v);
     }},
    {"/memory/banks", "1", 1,
     [](DeviceSpec& s, double v) { s.memory.num_banks = static_cast<int>(v); }},
    {"/memory/bank_size", "B", 1,
     [](DeviceSpec& s, double v) {
       s.memory.bank_bytes = static_cast<std::int64_t>(v);
     }},
    {"/memory/overflow_reserve_per_input_pixel", "B", 0,
     [](DeviceSpec& s, double v) {
       s.memory.overflow_reserve_per_input_pixel = v;
     }},
    {"/memory/overflow_reserve_limit", "B", 0,
     [](DeviceSpec& s, double v) { s.memory.overflow_reserve_limit = v; },
     true},
    {"/memory/reserve_per_input_byte", "1", 0,
     [](DeviceSpec& s, double v) { s.memory.reserve_per_input_byte = v; }},
    {"/memory/few_outputs_multiple", "1", 1,
     [](DeviceSpec& s, double v) {
       s.few_outputs_multiple = static_cast<int>(v);
     }},
    {"/memory/activations_per_tile", "B", 1,
     [](DeviceSpec& s, double v) {
       s.activation_tile_bytes = static_cast<std::int64_t>(v);
     }},
    {"/compute/clock", "Hz", kAboveZero,
     [](DeviceSpec& s, double v) { s.clock_hz = v; }},
    {"/compute/cycles_factor", "1", 0,
     [](DeviceSpec& s, double v) { s.cycles_factor = v; }},
    {"/compute/int8_cycles_factor", "1", 0,
     [](DeviceSpec& s, double v) { s.int8_cycles_factor = v; }, true},
    {"/compute/depthwise_cycles_factor", "1", 0,
     [](DeviceSpec& s, double v) { s.depthwise_cycles_factor = v; }, true},
    {"/compute/vector_rate", "B/s", kAboveZero,
     [](DeviceSpec& s, double v) { s.vector_bytes_per_s = v; }, true},
    {"/compute/fill_cycles", "1", 0,
     [](DeviceSpec& s, double v) { s.fill_cycles = v; }},
    {"/fixed/inference", "ms", 0,
     [](DeviceSpec& s, double v) { s.fixed_ms = v; }},
    {"/fixed/streaming", "ms", 0,
     [](DeviceSpec& s, double v) { s.streaming_fixed_ms = v; }},
    {"/fixed/upload", "ms", 0,
     [](DeviceSpec& s, double v) { s.upload_fixed_ms = v; }},
    {"/link/upload_rate", "B/s", kAboveZero,
     [](DeviceSpec& s, double v) { s.upload_bytes_per_s = v; }},
    {"/link/streaming_rate", "B/s", kAboveZero,
     [](DeviceSpec& s, double v) { s.streaming_bytes_per_s = v; }},
    {"/link/small_rate", "B/s", kAboveZero,
     [](DeviceSpec& s, double v) { s.small_bytes_per_s = v; }},
    {"/link/large_tensor", "B", 0,
     [](DeviceSpec& s, double v) {
       s.large_tensor_bytes = static_cast<std::int64_t>(v);
     }},
    {"/link/large_input_rate", "B/s", kAboveZero,
     [](DeviceSpec& s, double v) { s.large_input_bytes_per_s = v; }},
    {"/link/output_rate", "B/s", kAboveZero,
     [](DeviceSpec& s, double v) { s.large_output_bytes_per_s = v; }},
    {"/host/relayout_rate", "B/s", kAboveZero,
     [](DeviceSpec& s, double v) { s.relayout_bytes_per_s = v; }},
    {"/compiler/softmax_table", "B", 0,
     [](DeviceSpec& s, double v) { s.softmax_table_bytes = v; }, true},
    {"/compiler/softmax_program", "B", 0,
     [](DeviceSpec& s, double v) { s.softmax_program_bytes = v; }, true},
    {"/accuracy/relative_error", "1", 0,
     [](DeviceSpec& s, double v) { s.relative_error = v; }, true},
    {"/accuracy/absolute_error", "ms", 0,
     [](DeviceSpec& s, double v) { s.absolute_error_ms = v; }, true},
};

constexpr SpecConstant kConstants[] = {
    {"/fixed/inference", &DeviceSpec::fixed_ms},
    {"/compute/cycles_factor", &DeviceSpec::cycles_factor},
    {"/link/streaming_rate", &DeviceSpec::streaming_bytes_per_s, true},
    {"/fixed/streaming", &DeviceSpec::streaming_fixed_ms},
    {"/host/relayout_rate", &DeviceSpec::relayout_bytes_per_s, true},
    {"/link/small_rate", &DeviceSpec::small_bytes_per_s, true},
    {"/compute/fill_cycles", &DeviceSpec::fill_cycles},
    {"/link/large_input_rate", &DeviceSpec::large_input_bytes_per_s, true},
    {"/link/output_rate", &DeviceSpec::large_output_bytes_per_s, true},
    {"/link/upload_rate", &DeviceSpec::upload_bytes_per_s, true},
    {"/fixed/upload", &DeviceSpec::upload_fixed_ms},
    {"/compute/int8_cycles_factor", &DeviceSpec::int8_cycles_factor, false,
     true},
    {"/compute/vector_rate", &DeviceSpec::vector_bytes_per_s, true, true},
};
constexpr double kMaximum = 1e15;
constexpr double kMaximumCount = 1e6;

// Counts and sizes start at 1 and are whole.
bool IsInRange(const Field& field, double value) {
  if (value < field.minimum || value > kMaximum) return false;
  if (field.minimum != 1) return true;
  const bool is_count = std::string_view(field.unit) == "1";
  return std::floor(value) == value && (!is_count || value <= kMaximumCount);
}

std::string RangeOf(const Field& field) {
  if (field.minimum == kAboveZero) return "a number above 0";
  return fmt::format("a {}number from {:g}", field.minimum == 1 ? "whole " : "",
                     field.minimum);
}

[[noreturn]] void Fail(const std::string& file, const std::string& path,
                       const std::string& found, const std::string& expected) {
  throw Error(ErrorKind::kUsage, fmt::format("{}: {}: found {}, expected {}",
                                             file, path, found, expected));
}

const Json& Get(const Json& json, const std::string& path,
                const std::string& expected, const std::string& file) {
  const Json::json_pointer pointer(path);
  if (!json.contains(pointer)) Fail(file, path, "nothing", expected);
  return json.at(pointer);
}

std::string GetText(const Json& json, const std::string& path,
                    const std::string& file) {
  const Json& text = Get(json, path, "a text", file);
  if (!text.is_string() || text.get_ref<const std::string&>().empty()) {
    Fail(file, path, text.dump(), "a text that is not empty");
  }
  return text;
}

// Every number says its unit and its source.
double GetNumber(const Json& json, const Field& field,
                 const std::string& file) {
  const std::string path = field.path;
  const std::string unit = GetText(json, path + "/unit", file);
  if (unit != field.unit) {
    Fail(file, path + "/unit", fmt::format("\"{}\"", unit),
         fmt::format("\"{}\"", field.unit));
  }
  GetText(json, path + "/source", file);
  const Json& value = Get(json, path + "/value", "a number", file);
  if (!value.is_number() || !IsInRange(field, value.get<double>())) {
    Fail(file, path + "/value", value.dump(), RangeOf(field));
  }
  return value;
}

// A name that is not known is a mistake: its number would be ignored.
void RefuseUnknown(const Json& json, const std::string& file) {
  for (const auto& [group, members] : json.items()) {
    if (group == "name" || group == "description") continue;
    const std::string prefix = fmt::format("/{}", group);
    if (!members.is_object()) {
      Fail(file, prefix, members.dump(), "an object");
    }
    for (const auto& [name, number] : members.items()) {
      const std::string path = fmt::format("{}/{}", prefix, name);
      const bool is_known =
          std::any_of(std::begin(kFields), std::end(kFields),
                      [&](const Field& field) { return path == field.path; });
      if (!is_known) Fail(file, path, number.dump(), "no such name");
    }
  }
}

}  // namespace

DeviceSpec ParseDeviceSpec(std::string_view text, const std::string& file) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) Fail(file, "/", "no JSON object", "a device spec");
  DeviceSpec spec{.name = GetText(json, "/name", file),
                  .description = GetText(json, "/description", file)};
  for (const Field& field : kFields) {
    const Json::json_pointer pointer(field.path);
    if (field.is_optional && !json.contains(pointer)) continue;
    field.set(spec, GetNumber(json, field, file));
  }
  RefuseUnknown(json, file);
  return spec;
}

DeviceSpec ReadDeviceSpec(const std::string& name) {
  return ParseDeviceSpec(ReadDeviceSpecText(name), name);
}

std::span<const SpecConstant> SpecConstants() { return kConstants; }

std::string ReadDeviceSpecText(const std::string& name) {
  if (name.ends_with(".json")) {
    const SharedBytes bytes = ReadFile(name);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  for (const auto& spec : internal::BuiltinSpecs()) {
    if (spec.name == name) return std::string(spec.json);
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("no device spec '{}'; there are {}, or give the path "
                          "of a .json file",
                          name, fmt::join(DeviceSpecNames(), ", ")));
}

std::vector<std::string> DeviceSpecNames() {
  std::vector<std::string> names;
  for (const auto& spec : internal::BuiltinSpecs()) {
    names.emplace_back(spec.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace coralline
