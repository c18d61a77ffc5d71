#include "coralline/chart/figure.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "coralline/base/file.h"
#include "coralline/chart/testing.h"

namespace coralline {
namespace {

using testing_util::Count;

// What is streamed has this colour, and nothing else has.
constexpr const char* kWarning = "#c2410c";

bool Has(const std::string& text, const std::string& what) {
  return Count(text, what) > 0;
}

// As a text of its own.
bool Says(const std::string& svg, std::string_view words) {
  return Has(svg, std::string(">").append(words).append("<"));
}

Chart Named(const std::string& id) {
  const Page page = testing_util::SamplePage();
  for (const Chart& chart : page.sections[0].charts) {
    if (chart.id == id) return chart;
  }
  ADD_FAILURE() << id;
  return {};
}

TEST(FigureSvg, DrawsEachKindOfChart) {
  const Page page = testing_util::SamplePage();
  for (const Chart& chart : page.sections[0].charts) {
    SCOPED_TRACE(chart.id);
    const std::string svg = FigureSvg(chart);
    EXPECT_TRUE(svg.starts_with("<svg"));
    EXPECT_TRUE(Says(svg, chart.title));
    EXPECT_FALSE(Has(svg, "NaN"));
    EXPECT_FALSE(Has(svg, "undefined"));
    if (chart.origin) {
      EXPECT_TRUE(Says(svg, OriginText(*chart.origin)));
    }
  }
}

TEST(FigureSvg, SaysTheOriginOfEachLine) {
  const std::string svg = FigureSvg(Named("lines"));
  EXPECT_TRUE(Says(svg, "paper, published"));
  EXPECT_TRUE(Says(svg, "ours, simulated"));
}

TEST(FigureSvg, LogAxisHasTicksThatMultiply) {
  const std::string svg = FigureSvg(Named("lines"));
  for (const char* tick : {"0.05", "0.1", "0.2", "0.5", "1", "5"}) {
    EXPECT_TRUE(Says(svg, tick)) << tick;
  }
}

TEST(FigureSvg, BarsHavePartsAndTotals) {
  const std::string svg = FigureSvg(Named("bars"));
  EXPECT_EQ(Count(svg, "fill=\"#3d73b0\""), 2 + 1) << "two bars and the legend";
  EXPECT_TRUE(Says(svg, "compute"));
  EXPECT_TRUE(Says(svg, "stage 1"));
  EXPECT_TRUE(Says(svg, "5"));
}

TEST(FigureSvg, MarksWhatIsStreamed) {
  Chart chart = Named("cut-map");
  EXPECT_TRUE(Has(FigureSvg(chart), kWarning));
  EXPECT_TRUE(Says(FigureSvg(chart), "streamed at every inference"));
  std::get<CutMap>(chart.body).ops[1].is_streamed = false;
  EXPECT_FALSE(Has(FigureSvg(chart), kWarning));
  EXPECT_FALSE(Says(FigureSvg(chart), "streamed at every inference"));
}

TEST(FigureSvg, SaysWhatAMemoryHolds) {
  const std::string svg = FigureSvg(Named("memory"));
  EXPECT_TRUE(Says(svg,
                   "stage 0: 4 KiB of 8 KiB cached, 4 KiB free, 9.76 KiB "
                   "streamed at every inference"));
  EXPECT_TRUE(Has(svg, kWarning));
}

TEST(FigureSvg, NamesThePhasesOfATimeline) {
  const std::string svg = FigureSvg(Named("timeline"));
  EXPECT_TRUE(Says(svg, "fill"));
  EXPECT_TRUE(Says(svg, "steady state"));
}

TEST(FigureSvg, LabelsTheMarksOfAHistogram) {
  EXPECT_TRUE(Says(FigureSvg(Named("latency")), "median 1.500"));
}

TEST(FigureSvg, ShowsAwkwardTextAsText) {
  const std::string svg = FigureSvg(Named("table"));
  EXPECT_TRUE(Has(svg, "&lt;/script&gt;&lt;b&gt;&amp;"));
  EXPECT_FALSE(Has(svg, "<b>"));
}

TEST(FigureSvg, IsAsWideAndHighAsToldTo) {
  for (const char* id : {"lines", "cut-map"}) {
    const std::string svg = FigureSvg(Named(id), {.width = 500, .height = 333});
    EXPECT_TRUE(Has(svg, "width=\"500\" height=\"333\"")) << id;
  }
}

TEST(FigureSvg, SaysThatThereIsNothing) {
  const std::string svg =
      FigureSvg({.id = "a", .title = "Nothing", .body = CutMap{}});
  EXPECT_TRUE(Says(svg, "Nothing to show: the graph has no ops."));
}

TEST(FigureSvg, GivesTheSameBytesAgain) {
  const Chart chart = Named("lines");
  EXPECT_EQ(FigureSvg(chart), FigureSvg(chart));
}

TEST(WriteFigures, WritesWhatFigureSvgGives) {
  const auto folder =
      std::filesystem::path(testing::TempDir()) / "coralline_figures";
  std::filesystem::remove_all(folder);
  const Page page = testing_util::SamplePage();
  WriteFigures(folder, page);
  for (const Chart& chart : page.sections[0].charts) {
    EXPECT_TRUE(std::filesystem::exists(folder / (chart.id + ".svg")));
  }
  const SharedBytes last = ReadFile(folder / "table.svg");
  const std::string svg(reinterpret_cast<const char*>(last.data()),
                        last.size());
  EXPECT_EQ(svg, FigureSvg(Named("table")));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace coralline
