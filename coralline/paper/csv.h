#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coralline::paper {

/// Rows of figures as CSV, by one list of fields for writing, reading and JSON:
/// a row has a static function `Visit(row, visit)` that calls
/// `visit(name, member)` for each member, a text, a number, or a list of
/// numbers. Texts hold neither commas nor line ends.

/// Seven digits, which is more than any of these times is worth.
std::string FieldText(double value);
std::string FieldText(int value);
std::string FieldText(const std::string& text);
/// With semicolons between them.
std::string FieldText(const std::vector<double>& values);

namespace internal {

/// Reads the fields of one line in turn. Throws Error(kUsage) that says where.
class FieldReader {
 public:
  FieldReader(std::string_view line, std::string where);

  void operator()(const char* name, std::string& text);
  void operator()(const char* name, int& value);
  void operator()(const char* name, double& value);
  void operator()(const char* name, std::vector<double>& values);

  /// There are no further fields.
  void Finish() const;

 private:
  std::string_view Next(const char* name);

  std::vector<std::string_view> fields_;
  std::string where_;
  std::size_t at_ = 0;
};

/// The lines behind the first, which has to be `header`.
std::vector<std::string_view> LinesBehind(const std::string& header,
                                          std::string_view text,
                                          const std::string& file);

}  // namespace internal

/// The line of names.
template <typename Row>
std::string CsvHeader() {
  std::string header;
  Row row;
  Row::Visit(row, [&header](const char* name, const auto&) {
    if (!header.empty()) header += ',';
    header += name;
  });
  return header;
}

/// The header and a line for each row.
template <typename Row>
std::string FormatCsv(const std::vector<Row>& rows) {
  std::string text = CsvHeader<Row>() + '\n';
  for (const Row& row : rows) {
    bool is_first = true;
    Row::Visit(row, [&](const char*, const auto& value) {
      if (!is_first) text += ',';
      is_first = false;
      text += FieldText(value);
    });
    text += '\n';
  }
  return text;
}

/// Reads what FormatCsv wrote. Throws Error(kUsage) that names `file`, the
/// line, what was found and what was expected.
template <typename Row>
std::vector<Row> ParseCsv(std::string_view text, const std::string& file) {
  std::vector<Row> rows;
  int number = 1;
  for (const auto line : internal::LinesBehind(CsvHeader<Row>(), text, file)) {
    internal::FieldReader reader(line, file + ':' + std::to_string(++number));
    Row::Visit(rows.emplace_back(), reader);
    reader.Finish();
  }
  return rows;
}

}  // namespace coralline::paper
