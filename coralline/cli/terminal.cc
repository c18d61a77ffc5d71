#include "coralline/cli/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace coralline::cli {
namespace {

constexpr int kDefaultColumns = 80;
constexpr int kFewestColumns = 20;

using Variable = std::function<const char*(const char*)>;

std::string Value(const Variable& variable, const char* name) {
  const char* value = variable(name);
  return value == nullptr ? std::string() : value;
}

// As setlocale chooses it: the first that is set and not empty.
bool IsUtf8Locale(const Variable& variable) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string locale = Value(variable, name);
    if (locale.empty()) continue;
    for (char& c : locale) c = static_cast<char>(std::toupper(c));
    return locale.find("UTF-8") != std::string::npos ||
           locale.find("UTF8") != std::string::npos;
  }
  return false;
}

bool WantsColor(bool is_terminal, const Variable& variable) {
  if (!Value(variable, "NO_COLOR").empty()) return false;
  const std::string force = Value(variable, "CLICOLOR_FORCE");
  if (!force.empty() && force != "0") return true;
  return is_terminal && Value(variable, "TERM") != "dumb";
}

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// One line, without its end.
std::string FlowLine(std::string_view line, int width) {
  if (DisplayWidth(line) <= width) return std::string(line);
  const auto start = std::min(line.find_first_not_of(' '), line.size());
  const bool is_item = line.substr(start).starts_with("- ");
  const std::string indent(start + (is_item ? 2 : 0), ' ');
  std::string text;
  std::string current(line.substr(0, start));
  bool is_empty = true;  // current has no word yet
  std::size_t at = start;
  while (at < line.size()) {
    const auto end = std::min(line.find(' ', at), line.size());
    const std::string_view word = line.substr(at, end - at);
    const int space = is_empty ? 0 : 1;
    if (!is_empty &&
        DisplayWidth(current) + space + DisplayWidth(word) > width) {
      text += current + '\n';
      current = indent;
      is_empty = true;
    }
    if (!is_empty) current += ' ';
    current += word;
    is_empty = false;
    at = std::min(line.find_first_not_of(' ', end), line.size());
  }
  return text + current;
}

}  // namespace

Terminal TerminalOf(bool is_terminal, int columns, const Variable& variable) {
  Terminal terminal{.has_color = WantsColor(is_terminal, variable)};
  if (!is_terminal) return terminal;
  if (columns <= 0) columns = std::atoi(Value(variable, "COLUMNS").c_str());
  if (columns <= 0) columns = kDefaultColumns;
  terminal.width = std::max(columns, kFewestColumns);
  terminal.has_utf8 = IsUtf8Locale(variable);
  return terminal;
}

Terminal StdoutTerminal() {
  winsize size{};
  const bool is_sized = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return TerminalOf(isatty(STDOUT_FILENO) == 1, is_sized ? size.ws_col : 0,
                    [](const char* name) { return std::getenv(name); });
}

int DisplayWidth(std::string_view text) {
  int width = 0;
  bool is_escape = false;
  for (const char c : text) {
    if (c == '\033') is_escape = true;
    if (!is_escape && !IsContinuation(c)) ++width;
    if (c == 'm') is_escape = false;
  }
  return width;
}

std::string Flow(std::string_view text, const Terminal& terminal) {
  if (!terminal.width) return std::string(text);
  std::string flowed;
  while (!text.empty()) {
    const auto end = text.find('\n');
    flowed += FlowLine(text.substr(0, end), *terminal.width);
    if (end == std::string_view::npos) break;
    flowed += '\n';
    text.remove_prefix(end + 1);
  }
  return flowed;
}

void Print(std::string_view text) {
  fmt::print("{}", Flow(text, StdoutTerminal()));
}

std::string Colored(std::string_view text, std::string_view code,
                    const Terminal& terminal) {
  if (!terminal.has_color || text.empty()) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", code, text);
}

}  // namespace coralline::cli
