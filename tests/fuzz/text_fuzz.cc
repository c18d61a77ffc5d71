// libFuzzer target: any text as a device spec, a series of measurements, the
// times of networks on hosts, a profile, or a plan gives a value or an Error,
// and as what the compiler prints a log or none.
// What is read of a series is predicted as well; a profile and a plan are
// written and read again, and a plan is checked.
#include <cstdint>
#include <functional>
#include <string_view>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/compiler/compiler_log.h"
#include "coralline/planning/plan_check.h"
#include "coralline/planning/testing.h"
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

// Of the model that tests/fuzz/plan.json is for.
void TryPlan(std::string_view text) {
  static const coralline::Model model =
      coralline::testing_util::BranchingModel();
  const auto plan = coralline::ParsePlanDocument(text, "plan.json", model);
  const auto again = coralline::FormatPlanDocument(plan, model.graph);
  CORALLINE_CHECK(coralline::ParsePlanDocument(again, "again.json", model) ==
                  plan);
  coralline::CheckPlan(plan, model);
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
  Try([&] { TryPlan(text); });
  coralline::ParseCompilerLog(text);
  coralline::CompilerErrorText(text);
  Try([&] {
    for (const auto& row : coralline::ParseMeasurements(text, "rows.csv")) {
      // Building a network of millions of layers is slow, not wrong.
      if (row.layers < 100) Try([&] { coralline::NetworkOf(row); });
    }
  });
  return 0;
}
