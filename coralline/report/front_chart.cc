#include "coralline/report/front_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace coralline {

Chart FrontChart(const std::vector<FrontPoint>& front) {
  std::map<int, std::vector<Point>> by_devices;
  for (const FrontPoint& plan : front) {
    by_devices[plan.devices].push_back({plan.latency_ms, 1e3 / plan.period_ms});
  }
  LineChart chart{.x = {"latency of one request, ms"},
                  .y = {"results per second"}};
  for (auto& [devices, points] : by_devices) {
    std::sort(points.begin(), points.end(),
              [](const Point& a, const Point& b) { return a.x < b.x; });
    chart.lines.push_back(
        {.name = fmt::format("{} device{}", devices, devices == 1 ? "" : "s"),
         .style = LineStyle::kDots,
         .points = std::move(points)});
  }
  return {.id = "front",
          .title = "Plans that no other beats",
          .note =
              "Further up is more throughput, further left a shorter "
              "latency.",
          .origin = Origin::kSimulated,
          .body = std::move(chart)};
}

}  // namespace coralline
