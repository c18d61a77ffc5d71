#include "coralline/sim/device_spec.h"

#include <fmt/format.h>

#include <algorithm>
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
};

constexpr double kAboveZero = 1e-12;

constexpr Field kFields[] = {
    {"/memory/banks", "1", 1,
     [](DeviceSpec& s, double v) { s.memory.num_banks = static_cast<int>(v); }},
    {"/memory/bank_size", "B", 1,
     [](DeviceSpec& s, double v) {
       s.memory.bank_bytes = static_cast<std::int64_t>(v);
     }},
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
    {"/link/large_output_rate", "B/s", kAboveZero,
     [](DeviceSpec& s, double v) { s.large_output_bytes_per_s = v; }},
};
constexpr double kMaximum = 1e15;

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
  if (!value.is_number() || value.get<double>() < field.minimum ||
      value.get<double>() > kMaximum) {
    Fail(file, path + "/value", value.dump(),
         field.minimum == kAboveZero
             ? "a number above 0"
             : fmt::format("a number from {:g}", field.minimum));
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
    field.set(spec, GetNumber(json, field, file));
  }
  RefuseUnknown(json, file);
  return spec;
}

DeviceSpec ReadDeviceSpec(const std::string& name) {
  if (name.ends_with(".json")) {
    const SharedBytes bytes = ReadFile(name);
    return ParseDeviceSpec(
        {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, name);
  }
  for (const auto& spec : internal::BuiltinSpecs()) {
    if (spec.name == name) return ParseDeviceSpec(spec.json, name);
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
