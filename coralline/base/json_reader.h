#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coralline {

/// A value of a JSON file, or the place where one is missing. What is not as
/// expected throws Error(kUsage) that names the file and the JSON path, and
/// says what was expected and what was found. Copies share the file's content.
class JsonReader {
 public:
  /// The whole file. `file` is for messages, and so is `what` it should be: "a
  /// profile". Throws where it is no JSON, or is nested beyond 64 levels.
  static JsonReader Parse(std::string_view text, const std::string& file,
                          std::string_view what);

  /// Whether there is a value; null is none.
  bool is_there() const;

  /// Requires an object; the member may be missing.
  JsonReader Member(std::string_view name) const;
  std::vector<JsonReader> Elements() const;
  std::string Text() const;
  bool Flag() const;
  /// Without a fraction, and in the range that `expected` puts into words.
  std::int64_t Whole(std::int64_t minimum, std::int64_t maximum,
                     std::string_view expected) const;
  /// nullopt where it is no number.
  std::optional<double> Number() const;
  /// The value as JSON, members in the file's order.
  std::string Json() const;

  [[noreturn]] void Fail(std::string_view expected) const;
  [[noreturn]] void Fail(std::string_view expected,
                         std::string_view found) const;

 private:
  struct File;

  // `value` points into the file; null where it is missing.
  JsonReader(std::shared_ptr<const File> file, const void* value,
             std::string path);

  std::shared_ptr<const File> file_;
  const void* value_;
  std::string path_;
};

/// A text as a JSON string, in quotes. What is no UTF-8 is replaced.
std::string QuoteJson(std::string_view text);

}  // namespace coralline
