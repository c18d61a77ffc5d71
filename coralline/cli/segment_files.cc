#include "coralline/cli/segment_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <set>
#include <string_view>

#include "coralline/base/error.h"
#include "coralline/tflite/reader.h"
#include "coralline/tflite/writer.h"

namespace coralline::cli {
namespace {

// N of "NAME_segment_I_of_N"; nullopt for any other file name.
std::optional<int> CountIn(const std::string& stem, const std::string& name) {
  const std::string prefix = name + "_segment_";
  const std::size_t of = stem.rfind("_of_");
  if (!stem.starts_with(prefix) || of == std::string::npos) return std::nullopt;
  const char* end = stem.data() + stem.size();
  int count = 0;
  const auto parsed = std::from_chars(stem.data() + of + 4, end, count);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return count;
}

std::set<int> FindCounts(const std::filesystem::path& folder,
                         const std::string& name) {
  std::set<int> counts;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const auto& path = entry.path();
    if (path.extension() != ".tflite") continue;
    if (const auto count = CountIn(path.stem().string(), name)) {
      counts.insert(*count);
    }
  }
  if (error) {
    throw Error(
        ErrorKind::kModel,
        fmt::format("{}: cannot open: {}", folder.string(), error.message()));
  }
  return counts;
}

int ChooseCount(const std::filesystem::path& folder, const std::string& name) {
  const std::set<int> counts = FindCounts(folder, name);
  if (counts.empty()) {
    throw Error(ErrorKind::kModel,
                fmt::format("{}: no segments of '{}'; 'coralline split' writes "
                            "{}.tflite",
                            folder.string(), name, SegmentName(name, 0, 2)));
  }
  if (counts.size() > 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: segments of '{}' for {} stages; choose with "
                            "--stages",
                            folder.string(), name, fmt::join(counts, " and ")));
  }
  return *counts.begin();
}

}  // namespace

std::vector<Model> ReadSegments(const std::filesystem::path& folder,
                                const std::string& model_name,
                                std::optional<int> stages) {
  const int count = stages ? *stages : ChooseCount(folder, model_name);
  std::vector<Model> segments;
  for (int i = 0; i < count; ++i) {
    segments.push_back(
        ReadTflite(folder / (SegmentName(model_name, i, count) + ".tflite")));
  }
  return segments;
}

}  // namespace coralline::cli
