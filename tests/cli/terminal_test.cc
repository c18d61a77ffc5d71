// Widths, bars and tables, on terminals that are described.

#include "coralline/cli/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "coralline/cli/table.h"

namespace coralline::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

Terminal With(bool is_terminal, int columns,
              const std::map<std::string, std::string>& variables) {
  return TerminalOf(is_terminal, columns, [&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST(TerminalOf, AFileIsTheSameWhateverTheReaderHas) {
  const Terminal file =
      With(false, 0, {{"COLUMNS", "40"}, {"LANG", "de_DE.UTF-8"}});
  EXPECT_FALSE(file.width || file.has_color || file.has_utf8);
}

TEST(TerminalOf, TheSystemsColumnsComeBeforeTheVariable) {
  EXPECT_EQ(With(true, 120, {{"COLUMNS", "40"}}).width, 120);
  EXPECT_EQ(With(true, 0, {{"COLUMNS", "40"}}).width, 40);
  EXPECT_EQ(With(true, 0, {{"COLUMNS", "many"}}).width, 80);
  EXPECT_EQ(With(true, 3, {}).width, 20);
}

TEST(TerminalOf, ColorIsForTerminalsUnlessTold) {
  EXPECT_TRUE(With(true, 80, {{"TERM", "xterm"}}).has_color);
  EXPECT_FALSE(With(true, 80, {{"TERM", "dumb"}}).has_color);
  EXPECT_FALSE(With(true, 80, {{"NO_COLOR", "0"}}).has_color);
  EXPECT_TRUE(With(true, 80, {{"NO_COLOR", ""}}).has_color);
  EXPECT_TRUE(With(false, 0, {{"CLICOLOR_FORCE", "1"}}).has_color);
  EXPECT_FALSE(With(false, 0, {{"CLICOLOR_FORCE", "0"}}).has_color);
  EXPECT_FALSE(
      With(true, 80, {{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}).has_color);
}

TEST(TerminalOf, BlocksAreForUtf8Locales) {
  EXPECT_TRUE(With(true, 80, {{"LANG", "C.UTF-8"}}).has_utf8);
  EXPECT_TRUE(With(true, 80, {{"LC_CTYPE", "en_US.utf8"}}).has_utf8);
  EXPECT_FALSE(With(true, 80, {{"LC_ALL", "C"}, {"LANG", "C.UTF-8"}}).has_utf8);
  EXPECT_FALSE(With(true, 80, {}).has_utf8);
}

TEST(DisplayWidth, CountsCodePointsAndNoColors) {
  EXPECT_EQ(DisplayWidth("größe"), 5);
  EXPECT_EQ(DisplayWidth("\033[1;31m▓▓\033[0m!"), 3);
}

TEST(Flow, BreaksBetweenWords) {
  const Terminal narrow{.width = 10};
  EXPECT_EQ(Flow("one two three\nfour\n", narrow), "one two\nthree\nfour\n");
  EXPECT_EQ(Flow("- one two three", narrow), "- one two\n  three");
  EXPECT_EQ(Flow("a /long/path/of/a/file b", narrow),
            "a\n/long/path/of/a/file\nb");
  EXPECT_EQ(Flow("one two three", {}), "one two three");
}

Bar Parts(double solid, double streamed) {
  return {.parts = {{Ink::kSolid, solid}, {Ink::kStreamed, streamed}}};
}

TEST(DrawBar, PartsFillTheirShareOfTheWidth) {
  EXPECT_EQ(DrawBar(Parts(1, 1), 2, 8, {}), "####====");
  EXPECT_EQ(DrawBar(Parts(1, 0), 2, 8, {}), "####");
  EXPECT_EQ(DrawBar(Parts(1, 1), 2, 4, {.has_utf8 = true}), "██▓▓");
}

TEST(DrawBar, LengthIsThatOfTheSum) {
  // Each part alone would be rounded up.
  EXPECT_EQ(DrawBar(Parts(1.5, 1.5), 6, 6, {}), "##=");
  EXPECT_EQ(DrawBar(Parts(0.01, 0), 6, 6, {}), "#");
  EXPECT_EQ(DrawBar(Parts(0.01, 0.02), 6, 6, {}), "=");
  EXPECT_EQ(DrawBar(Parts(0.02, 0.015), 6, 6, {}), "#");
  EXPECT_EQ(DrawBar(Parts(0, 0), 6, 6, {}), "");
  EXPECT_EQ(DrawBar({}, 0, 6, {}), "");
}

TEST(DrawBar, ColorsAndTheMark) {
  Bar bar = Parts(1, 0);
  bar.is_marked = true;
  EXPECT_EQ(DrawBar(bar, 1, 2, {}), "## <");
  EXPECT_EQ(DrawBar(bar, 1, 2, {.has_color = true}),
            "\033[34m##\033[0m \033[1;31m<\033[0m");
}

TEST(BarLegend, NamesWhatIsDrawn) {
  EXPECT_EQ(
      BarLegend({Parts(1, 0)},
                {{Ink::kSolid, "compute"}, {Ink::kStreamed, "stream"}}, {}),
      "# compute");
}

Table MakeTable() {
  Table table({"stage>", "name", "ms>"});
  table.SetBars("time");
  table.LeaveOut({"name"});
  table.AddRow({"0", "größer", "1.5"}, Parts(1, 0.5));
  table.AddRow({"1", "ö", "3.0"}, Parts(3, 0));
  return table;
}

TEST(Table, AFileGetsAllOfIt) {
  EXPECT_EQ(MakeTable().Format(),
            "stage  name     ms  time\n"
            "    0  größer  1.5  ########====\n"
            "    1  ö       3.0  ########################\n");
}

TEST(Table, BarsTakeWhatTheTerminalHas) {
  EXPECT_EQ(MakeTable().Format({.width = 30}),
            "stage  name     ms  time\n"
            "    0  größer  1.5  ###==\n"
            "    1  ö       3.0  ##########\n");
}

TEST(Table, NarrowTerminalsGetFewerColumns) {
  EXPECT_EQ(MakeTable().Format({.width = 22}),
            "stage   ms  time\n"
            "    0  1.5  ###==\n"
            "    1  3.0  ##########\n");
  EXPECT_EQ(MakeTable().Format({.width = 15}),
            "stage   ms\n"
            "    0  1.5\n"
            "    1  3.0\n");
}

TEST(Table, WhereNoColumnsAreLeftOutRowsBecomeLists) {
  Table table({"devices>", "cuts"});
  table.AddRow({"3", "ops 0-1 | op 2 | ops 3-4"});
  EXPECT_EQ(table.Format({.width = 26}),
            "devices 3\n"
            "  cuts     ops 0-1 | op 2\n"
            "           | ops 3-4\n");
}

TEST(Table, HeadingsAreBoldWithColors) {
  const std::string text = MakeTable().Format({.width = 80, .has_color = true});
  EXPECT_THAT(text, HasSubstr("\033[1mstage  name     ms  time\033[0m\n"));
  EXPECT_THAT(MakeTable().Format({.width = 80}), Not(HasSubstr("\033")));
}

}  // namespace
}  // namespace coralline::cli
