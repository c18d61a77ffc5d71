#include "coralline/cli/profiled_models.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "coralline/base/error.h"
#include "coralline/profile/profile_key.h"
#include "coralline/tflite/reader.h"

namespace coralline::cli {
namespace {

void CheckIsOfAccelerator(const Profile& profile, const std::string& file) {
  if (profile.device != "cpu" && !profile.device.starts_with("cpu:")) return;
  throw Error(
      ErrorKind::kUsage,
      fmt::format("{}: a profile of {}, expected one of an accelerator, "
                  "which a device spec describes",
                  file, profile.device));
}

[[noreturn]] void FailWithoutModel(const Profile& profile,
                                   const std::string& file,
                                   const std::vector<std::string>& models) {
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: of '{}' (hash {}), which is none of {}; name "
                          "the .tflite file that was profiled",
                          file, profile.model, profile.model_hash,
                          fmt::join(models, ", ")));
}

}  // namespace

ProfiledModels::ProfiledModels(const std::vector<std::string>& model_files,
                               const std::vector<std::string>& profile_files) {
  if (model_files.empty()) {
    throw Error(ErrorKind::kUsage,
                "--profile needs the .tflite files that were profiled, as "
                "MODEL; see 'coralline calibrate --help'");
  }
  std::vector<std::string> hashes;
  for (const std::string& file : model_files) {
    models.push_back(ReadTflite(file));
    hashes.push_back(HashModel(models.back()));
  }
  for (const std::string& file : profile_files) {
    profiles.push_back(ReadProfile(file));
    const Profile& profile = profiles.back();
    CheckIsOfAccelerator(profile, file);
    const auto found =
        std::find(hashes.begin(), hashes.end(), profile.model_hash);
    if (found == hashes.end()) FailWithoutModel(profile, file, model_files);
    joined.push_back({&models[found - hashes.begin()], &profile});
  }
}

std::string NotMeasured(const ProfiledModels& profiled) {
  for (const Profile& profile : profiled.profiles) {
    for (const SegmentProfile& segment : profile.segments) {
      if (segment.origin == Origin::kMeasured) continue;
      return std::string(OriginText(segment.origin));
    }
  }
  return "";
}

}  // namespace coralline::cli
