#include "coralline/paper/csv.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/base/split.h"

namespace coralline::paper {
namespace {

[[noreturn]] void Fail(const std::string& where, const std::string& found,
                       const std::string& expected) {
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: {}, expected {}", where, found, expected));
}

template <typename T>
T Parse(const std::string& where, const char* name, std::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) {
    Fail(where, fmt::format("'{}'", text),
         fmt::format("a number for {}", name));
  }
  return value;
}

}  // namespace

std::string FieldText(double value) { return fmt::format("{:.7g}", value); }

std::string FieldText(int value) { return std::to_string(value); }

std::string FieldText(const std::string& text) { return text; }

std::string FieldText(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) {
    if (!text.empty()) text += ';';
    text += FieldText(value);
  }
  return text;
}

namespace internal {

FieldReader::FieldReader(std::string_view line, std::string where)
    : fields_(Split(line, ',')), where_(std::move(where)) {}

void FieldReader::operator()(const char* name, std::string& text) {
  text = Next(name);
}

void FieldReader::operator()(const char* name, int& value) {
  value = Parse<int>(where_, name, Next(name));
}

void FieldReader::operator()(const char* name, double& value) {
  value = Parse<double>(where_, name, Next(name));
}

void FieldReader::operator()(const char* name, std::vector<double>& values) {
  values.clear();
  const auto text = Next(name);
  if (text.empty()) return;
  for (const auto part : Split(text, ';')) {
    values.push_back(Parse<double>(where_, name, part));
  }
}

void FieldReader::Finish() const {
  if (at_ < fields_.size()) {
    Fail(where_, fmt::format("{} columns", fields_.size()),
         std::to_string(at_));
  }
}

std::string_view FieldReader::Next(const char* name) {
  if (at_ == fields_.size()) Fail(where_, "the line ends", name);
  return fields_[at_++];
}

std::vector<std::string_view> LinesBehind(const std::string& header,
                                          std::string_view text,
                                          const std::string& file) {
  auto lines = Split(text, '\n');
  if (lines[0] != header) {
    constexpr std::size_t kShown = 60;
    Fail(file + ":1", fmt::format("'{}'", lines[0].substr(0, kShown)), header);
  }
  if (!lines.back().empty()) {
    Fail(fmt::format("{}:{}", file, lines.size()), "the file ends",
         "the end of the line");
  }
  lines.pop_back();
  lines.erase(lines.begin());
  return lines;
}

}  // namespace internal
}  // namespace coralline::paper
