#pragma once

#include <deque>
#include <string>
#include <vector>

#include "coralline/planning/profile_calibration.h"

namespace coralline::cli {

/// Models and profiles from files, each profile joined with its model by the
/// hash. Not copied, as `joined` points inside.
struct ProfiledModels {
  /// Throws Error(kUsage) for a profile whose model is not among the files,
  /// that is of a CPU, or where there is none; and as ReadTflite and
  /// ReadProfile do.
  ProfiledModels(const std::vector<std::string>& model_files,
                 const std::vector<std::string>& profile_files);
  ProfiledModels(const ProfiledModels&) = delete;
  ProfiledModels& operator=(const ProfiledModels&) = delete;

  std::deque<Model> models;
  std::deque<Profile> profiles;
  std::vector<ProfiledModel> joined;
};

/// What their times are, where not all are measured: "emulated" or "simulated";
/// else empty.
std::string NotMeasured(const ProfiledModels& profiled);

}  // namespace coralline::cli
