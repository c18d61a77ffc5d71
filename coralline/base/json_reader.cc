#include "coralline/base/json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "coralline/base/error.h"

namespace coralline {
namespace {

using Value = nlohmann::ordered_json;

// What comes out of a file is printed by recursion.
constexpr int kMaxDepth = 64;

const Value* Get(const void* value) { return static_cast<const Value*>(value); }

std::string Dump(const Value& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

std::string Describe(const Value* value) {
  if (!value) return "nothing";
  if (value->is_object()) return "an object";
  if (value->is_array()) return "a list";
  constexpr std::size_t kEnough = 60;
  const std::string text = Dump(*value);
  return text.size() <= kEnough ? text : text.substr(0, kEnough) + "...";
}

}  // namespace

struct JsonReader::File {
  std::string name;
  Value root;
};

JsonReader::JsonReader(std::shared_ptr<const File> file, const void* value,
                       std::string path)
    : file_(std::move(file)), value_(value), path_(std::move(path)) {}

JsonReader JsonReader::Parse(std::string_view text, const std::string& file,
                             std::string_view what) {
  const auto check_depth = [&](int depth, Value::parse_event_t, Value&) {
    if (depth <= kMaxDepth) return true;
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: expected {} in JSON: nested beyond {} levels",
                            file, what, kMaxDepth));
  };
  try {
    auto content = std::make_shared<File>(
        File{.name = file, .root = Value::parse(text, check_depth)});
    const Value* root = &content->root;
    return {std::move(content), root, "$"};
  } catch (const Value::exception& error) {
    // After "[json.exception.parse_error.101] "; gives line and column.
    const std::string_view message = error.what();
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: expected {} in JSON: {}", file, what,
                            message.substr(std::min(message.find("] ") + 2,
                                                    message.size()))));
  }
}

bool JsonReader::is_there() const { return value_ && !Get(value_)->is_null(); }

JsonReader JsonReader::Member(std::string_view name) const {
  const Value* value = Get(value_);
  if (!value || !value->is_object()) Fail("an object");
  const auto found = value->find(std::string(name));
  return {file_, found == value->end() ? nullptr : &*found,
          fmt::format("{}.{}", path_, name)};
}

std::vector<JsonReader> JsonReader::Elements() const {
  const Value* value = Get(value_);
  if (!value || !value->is_array()) Fail("a list");
  std::vector<JsonReader> elements;
  for (const Value& element : *value) {
    elements.push_back(
        {file_, &element, fmt::format("{}[{}]", path_, elements.size())});
  }
  return elements;
}

std::string JsonReader::Text() const {
  const Value* value = Get(value_);
  if (!value || !value->is_string()) Fail("a text");
  return *value;
}

bool JsonReader::Flag() const {
  const Value* value = Get(value_);
  if (!value || !value->is_boolean()) Fail("true or false");
  return *value;
}

std::int64_t JsonReader::Whole(std::int64_t minimum, std::int64_t maximum,
                               std::string_view expected) const {
  const Value* value = Get(value_);
  // As a double first: a number may exceed 64 bits.
  if (!value || !value->is_number_integer() ||
      value->get<double>() < static_cast<double>(minimum) ||
      value->get<double>() > static_cast<double>(maximum)) {
    Fail(expected);
  }
  return *value;
}

std::optional<double> JsonReader::Number() const {
  const Value* value = Get(value_);
  if (!value || !value->is_number()) return std::nullopt;
  return value->get<double>();
}

std::string JsonReader::Json() const {
  return value_ ? Dump(*Get(value_)) : std::string();
}

void JsonReader::Fail(std::string_view expected) const {
  Fail(expected, Describe(Get(value_)));
}

void JsonReader::Fail(std::string_view expected, std::string_view found) const {
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: {}: expected {}, found {}", file_->name, path_,
                          expected, found));
}

std::string QuoteJson(std::string_view text) { return Dump(Value(text)); }

}  // namespace coralline
