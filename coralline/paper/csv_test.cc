#include "coralline/paper/csv.h"

#include <gmock/gmock.h>

#include "coralline/base/error.h"

namespace coralline::paper {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Row {
  std::string name;
  int count = 0;
  double ms = 0;
  std::vector<double> mib;

  template <typename R, typename Visitor>
  static void Visit(R& row, Visitor&& visit) {
    visit("name", row.name);
    visit("count", row.count);
    visit("ms", row.ms);
    visit("mib", row.mib);
  }
};

std::string ErrorOf(const std::string& text) {
  try {
    ParseCsv<Row>(text, "rows.csv");
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Csv, ReadsWhatItWrote) {
  const std::vector<Row> rows = {{"a", 3, 0.125, {1, 2.5}}, {"", -1, 1e-9, {}}};
  const std::string text = FormatCsv(rows);
  EXPECT_EQ(text, "name,count,ms,mib\na,3,0.125,1;2.5\n,-1,1e-09,\n");
  const auto read = ParseCsv<Row>(text, "rows.csv");
  ASSERT_EQ(read.size(), 2);
  EXPECT_EQ(read[0].name, "a");
  EXPECT_EQ(read[0].count, 3);
  EXPECT_THAT(read[0].mib, ElementsAre(1, 2.5));
  EXPECT_EQ(read[1].ms, 1e-9);
  EXPECT_EQ(FormatCsv(read), text);
}

TEST(Csv, KeepsSevenDigitsWhichReadingDoesNotChange) {
  const std::string text = FormatCsv<Row>({{"", 0, 1 / 3.0, {}}});
  EXPECT_THAT(text, HasSubstr(",0.3333333,"));
  EXPECT_EQ(FormatCsv(ParseCsv<Row>(text, "rows.csv")), text);
}

TEST(Csv, ErrorsSayWhereAndWhat) {
  const std::string header = "name,count,ms,mib\n";
  EXPECT_EQ(ErrorOf("name,count\n"),
            "rows.csv:1: 'name,count', expected name,count,ms,mib");
  EXPECT_EQ(ErrorOf(""), "rows.csv:1: '', expected name,count,ms,mib");
  EXPECT_EQ(ErrorOf(header + "a,x,1,\n"),
            "rows.csv:2: 'x', expected a number for count");
  EXPECT_EQ(ErrorOf(header + "a,1,1,1;z\n"),
            "rows.csv:2: 'z', expected a number for mib");
  EXPECT_EQ(ErrorOf(header + "a,1,1,\nb,1\n"),
            "rows.csv:3: the line ends, expected ms");
  EXPECT_EQ(ErrorOf(header + "a,1,1,2,3\n"),
            "rows.csv:2: 5 columns, expected 4");
  EXPECT_EQ(ErrorOf(header + "a,1,1,2"),
            "rows.csv:2: the file ends, expected the end of the line");
}

}  // namespace
}  // namespace coralline::paper
