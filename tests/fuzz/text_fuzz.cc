// libFuzzer target: any text as a device spec, a series of measurements, the
// times of networks on hosts, or a profile gives a value or an Error. What is
// read of a series is predicted as well, and a profile is written and read
// again.
#include <cstdint>
#include <functional>
#include <string_view>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/profile/profile.h"
#include "coralline/sim/calibration.h"
#include "coralline/sim/device_spec.h"
#include "coralline/sim/measurement.h"

namespace {

void Try(const std::function<void()>& parse) {
  try {
    parse();
  } catch (const coralline::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Try([&] { coralline::ParseDeviceSpec(text, "spec.json"); });
  Try([&] { coralline::ParseLinkMeasurements(text, "links.csv"); });
  Try([&] {
    const auto profile = coralline::ParseProfile(text, "profile.json");
    const auto again = coralline::FormatProfile(profile);
    CORALLINE_CHECK(coralline::ParseProfile(again, "again.json") == profile);
  });
  Try([&] {
    for (const auto& row : coralline::ParseMeasurements(text, "rows.csv")) {
      // Building a network of millions of layers is slow, not wrong.
      if (row.layers < 100) Try([&] { coralline::NetworkOf(row); });
    }
  });
  return 0;
}
