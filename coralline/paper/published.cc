#include "coralline/paper/published.h"

#include "coralline/paper/csv.h"
#include "coralline/paper/internal/published_files.h"

namespace coralline::paper {

const std::vector<PublishedPoint>& PublishedPoints() {
  static const auto points =
      ParseCsv<PublishedPoint>(internal::PointsCsv(), "paper.csv");
  return points;
}

const std::vector<Headline>& Headlines() {
  static const auto headlines =
      ParseCsv<Headline>(internal::HeadlinesCsv(), "headlines.csv");
  return headlines;
}

}  // namespace coralline::paper
