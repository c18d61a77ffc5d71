#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace coralline::cli {

/// What a text is shown on.
struct Terminal {
  /// In columns. Absent for a file or a program, which have none: what they get
  /// is whole, and the same wherever it was made.
  std::optional<int> width;
  bool has_color = false;
  bool has_utf8 = false;
};

/// `columns` are those that the system tells, 0 where it does not: then
/// $COLUMNS counts, and 80 without it. Colour is for terminals, unless TERM is
/// "dumb"; CLICOLOR_FORCE asks for it everywhere, NO_COLOR (no-color.org)
/// nowhere. Block characters are for terminals whose locale is UTF-8.
/// `variable` is getenv.
Terminal TerminalOf(bool is_terminal, int columns,
                    const std::function<const char*(const char*)>& variable);

/// Of stdout, now.
Terminal StdoutTerminal();

/// The columns that a UTF-8 text takes: its code points, less colours. Wide
/// characters, such as Chinese ones, count as one though they take two.
int DisplayWidth(std::string_view text);

/// Breaks lines that are too long, between words; of an item of a list ("- ")
/// they go on below its text. A longer word stays whole, to be copied.
std::string Flow(std::string_view text, const Terminal& terminal);

/// Flow, onto stdout.
void Print(std::string_view text);

/// The text in a colour or weight, "1;31"; plain where there is none.
std::string Colored(std::string_view text, std::string_view code,
                    const Terminal& terminal);

}  // namespace coralline::cli
