#include "coralline/sim/measurement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"

namespace coralline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kText =
    "kind,width,layers,segments,batch,strategy,split,on_chip_mib,off_chip_mib,"
    "ms_per_inference,macs_true,quality,source_file\n";

std::string ErrorOf(const std::string& text) {
  try {
    ParseMeasurements(text, "x.csv");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(ParseMeasurements, ReadsARow) {
  const auto rows = ParseMeasurements(
      std::string(kText) +
          "conv,452,5,2,100,default,2-3,2.01;5.97,0;0,87.2,3e10,ok,a.csv\r\n\n",
      "x.csv");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].kind, "conv");
  EXPECT_THAT(rows[0].split, ElementsAre(2, 3));
  EXPECT_THAT(rows[0].on_chip_mib, ElementsAre(2.01, 5.97));
  EXPECT_EQ(rows[0].ms_per_inference, 87.2);
  EXPECT_EQ(rows[0].source_file, "a.csv");
}

TEST(ParseMeasurements, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(ErrorOf("a,b\n"), HasSubstr("x.csv: the first line is not"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("x.csv: the first line is not"));
  EXPECT_THAT(ErrorOf(std::string(kText) + "fc,1\n"),
              HasSubstr("x.csv:2: 2 columns, expected 13"));
  EXPECT_THAT(ErrorOf(std::string(kText) + "fc,ten,5,1,1,,,,,1,1,ok,f\n"),
              HasSubstr("x.csv:2: column width: 'ten', expected a number"));
  EXPECT_THAT(ErrorOf(std::string(kText) + "fc,10,5,1,1,,2-,,,1,1,ok,f\n"),
              HasSubstr("column split: ''"));
}

TEST(NetworkOf, TellsTheFamiliesApartByTheirWork) {
  const auto first_weights = [](const Measurement& row) {
    const Graph graph = NetworkOf(row);
    EXPECT_EQ(graph.num_ops(), row.layers);
    return graph.tensors[graph.ops[0].inputs[1]].shape;
  };
  EXPECT_THAT(
      first_weights({.kind = "fc", .width = 100, .layers = 5, .macs = 37400}),
      ElementsAre(100, 64));
  EXPECT_THAT(
      first_weights({.kind = "fc", .width = 2, .layers = 6, .macs = 13860}),
      ElementsAre(2, 6912));
  EXPECT_THAT(
      first_weights({.kind = "fc", .width = 2, .layers = 31, .macs = 16744}),
      ElementsAre(2, 6912));
  EXPECT_THAT(first_weights({.kind = "conv", .width = 32, .layers = 2}),
              ElementsAre(32, 3, 3, 3));
  EXPECT_THROW(NetworkOf({.kind = "fc", .width = 2, .layers = 5, .macs = 1}),
               Error);
  EXPECT_THROW(NetworkOf({.kind = "rnn", .width = 2, .layers = 5}), Error);
}

}  // namespace
}  // namespace coralline
