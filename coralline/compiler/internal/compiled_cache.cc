#include "coralline/compiler/internal/compiled_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/base/hash.h"

namespace coralline::internal {
namespace {

constexpr std::string_view kFirstWords = "coralline compiled 1 ";

// The first line of a .log file.
std::string SealOf(const SharedBytes& model, const std::string& log) {
  return fmt::format("{}{} {}\n", kFirstWords, HashBytes(model.span()),
                     HashText(log));
}

std::string_view TextOf(const SharedBytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::filesystem::path With(std::filesystem::path base, const char* ending) {
  return base += ending;
}

std::optional<CompiledEntry> Read(const std::filesystem::path& base) try {
  CompiledEntry entry{.model = ReadFile(With(base, ".tflite"))};
  const SharedBytes bytes = ReadFile(With(base, ".log"));
  const std::string_view text = TextOf(bytes);
  const auto log = std::min(text.find('\n'), text.size() - 1) + 1;
  entry.log = text.substr(log);
  if (text.substr(0, log) != SealOf(entry.model, entry.log)) {
    return std::nullopt;
  }
  return entry;
} catch (const Error&) {
  return std::nullopt;  // it is made again, whatever is wrong
}

}  // namespace

CompiledCache::CompiledCache(std::filesystem::path folder)
    : folder_(std::move(folder)) {}

std::optional<CompiledEntry> CompiledCache::Find(
    const std::string& segment, const std::string& maker) const {
  return Read(folder_ / (segment + "-" + maker));
}

std::optional<CompiledEntry> CompiledCache::FindAny(
    const std::string& segment) const {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(folder_, error)) {
    const auto& path = file.path();
    if (path.extension() == ".tflite" &&
        path.filename().string().starts_with(segment + "-")) {
      found.push_back(path);
    }
  }
  std::sort(found.rbegin(), found.rend());
  for (auto& path : found) {
    if (auto entry = Read(path.replace_extension())) return entry;
  }
  return std::nullopt;
}

void CompiledCache::Store(const std::string& segment, const std::string& maker,
                          const CompiledEntry& entry) const {
  const auto base = folder_ / (segment + "-" + maker);
  const std::string log = SealOf(entry.model, entry.log) + entry.log;
  FileTransaction files;
  files.Write(With(base, ".tflite"), entry.model.span());
  files.Write(With(base, ".log"), std::as_bytes(std::span(log)));
  files.Commit();
}

}  // namespace coralline::internal
