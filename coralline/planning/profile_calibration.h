#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "coralline/profile/profile.h"
#include "coralline/sim/calibration.h"
#include "coralline/tflite/model.h"

namespace coralline {

/// A profile, and the model whose hash it has.
struct ProfiledModel {
  const Model* model = nullptr;
  const Profile* profile = nullptr;
};

struct ProfileCalibration {
  Calibration fit;  ///< its errors are those of warm times
  /// Of first inferences, after the fit; nullopt where none are known. Each was
  /// measured once.
  std::optional<CalibrationErrors> first;
  int num_segments = 0;
  /// Segments that are not used, as the accelerator leaves ops of them to the
  /// CPU.
  int num_left_out = 0;
  /// Of the warm times of half of the segments, by a spec fitted to the other
  /// half. They overlap, so models of other kinds may be further off.
  CalibrationErrors held_out;
};

/// Refits a spec's constants (`paths`; all where empty) to what an accelerator
/// took for segments of real models: warm times determine all constants but
/// those of uploads, which then follow from first times. The halves are chosen
/// at random, and are the same for the same segments.
///
/// Throws Error(kUsage) where the profiles are of different devices or
/// runtimes, and where there are fewer than kLeastSegments; and as
/// CalibrateToSegments and CheckSegment do.
ProfileCalibration CalibrateToProfiles(
    const DeviceSpec& spec, std::span<const ProfiledModel> profiles,
    const std::vector<std::string>& paths = {});

/// So that each half has about as many as a spec has constants.
inline constexpr int kLeastSegments = 20;

}  // namespace coralline
