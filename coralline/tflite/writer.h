#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "coralline/graph/segment.h"
#include "coralline/tflite/model.h"

namespace coralline {

/// The same model with a byte layout of our own: everything is kept but
/// metadata about the whole file (signatures, TFLITE_METADATA). Throws
/// Error(kModel) for operators whose options cannot be copied.
Model Rewrite(const Model& model);

/// The segment as a model of its own: its ops in execution order, only the
/// tensors they use, under their own names, with the interface of FindBoundary.
/// Runs bit-exactly as it does inside the whole model. The peak of memory is
/// the model plus the result. Of a compiled model there is but one segment, the
/// whole, which shares its bytes.
///
/// Throws Error(kUsage or kModel) when CheckSegment does, when an operator's
/// options cannot be copied, or when the segment gives nothing to anybody.
Model ExtractSegment(const Model& model, const Segment& segment);

/// "NAME_segment_I_of_N", as the segment files of libcoral and pycoral are
/// called.
std::string SegmentName(const std::string& model_name, int index, int count);

/// Extracts every segment. Throws as CheckSegments and ExtractSegment do, and
/// Error(kModel) when tensors that cross a cut have no or equal names: stages
/// are joined by name.
std::vector<Model> SplitModel(const Model& model,
                              std::span<const Segment> segments);

/// Writes the segments to `folder` as SegmentName + ".tflite", one after
/// another, so that no two of them are in memory at once. All files appear or
/// none. Returns their paths. Throws as SplitModel does, and Error(kFailed)
/// when a file cannot be written.
std::vector<std::filesystem::path> WriteSegments(
    const Model& model, std::span<const Segment> segments,
    const std::filesystem::path& folder);

}  // namespace coralline
