// Writes the pages that the browser test opens: write_pages FOLDER
#include <cstdio>
#include <exception>
#include <filesystem>

#include "coralline/chart/figure.h"
#include "coralline/chart/testing.h"
#include "sample_pages.h"

namespace coralline {
namespace {

using namespace testing_util;

void WriteAll(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  WritePage(folder / "sample.html", SamplePage());
  WritePage(folder / "plan.html", PlanLikePage(56));
  WritePage(folder / "large.html", PlanLikePage(200));
  WritePage(
      folder / "huge.html",
      {.title = "A thousand ops",
       .sections = {{.charts = {{"cut-map", "A thousand ops", "",
                                 Origin::kSimulated, LargeCutMap(1000)}}}}});
  WritePage(folder / "empty.html", {});
  WritePage(folder / "no-data.html", EmptyChartsPage());
  WriteFigures(folder / "sample-figures", SamplePage());
  WriteFigures(folder / "figures", PlanLikePage(200));
}

}  // namespace
}  // namespace coralline

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_pages FOLDER\n");
    return 2;
  }
  try {
    coralline::WriteAll(argv[1]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_pages: %s\n", error.what());
    return 1;
  }
}
