#include "coralline/paper/folder.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <span>
#include <system_error>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/base/json_reader.h"

namespace coralline::paper {
namespace {

constexpr const char* kManifest = "reproduction.json";
constexpr std::string_view kSchema = "coralline.reproduction";

std::string ManifestOf(const Identity& identity) {
  nlohmann::ordered_json json = {{"schema", kSchema}};
  for (const auto& [name, value] : identity) json[name] = value;
  return json.dump(2, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace) +
         '\n';
}

// What a reproduction writes beside its manifest.
constexpr const char* kContents[] = {"simulated", "emulated",     "measured",
                                     "figures",   "results.json", "report.html",
                                     kManifest};

bool IsEmpty(const std::filesystem::path& path) {
  std::error_code error;
  return !std::filesystem::exists(path, error) ||
         std::filesystem::is_empty(path, error);
}

}  // namespace

Folder::Folder(std::filesystem::path path, const Identity& identity, bool fresh)
    : path_(std::move(path)) {
  if (!IsEmpty(path_)) {
    if (!Has(kManifest)) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: this is no folder of a reproduction, "
                              "expected none or an empty one; name another "
                              "with --out",
                              path_.string()));
    }
    if (fresh) {
      for (const char* content : kContents) {
        std::error_code error;
        std::filesystem::remove_all(path_ / content, error);
        if (!error) continue;
        throw Error(ErrorKind::kFailed,
                    fmt::format("{}: cannot be removed: {}",
                                (path_ / content).string(), error.message()));
      }
    } else {
      Check(identity);
    }
  }
  // Also where it is there already: the folder is found not to be writable
  // before the work, not after.
  Write(kManifest, ManifestOf(identity));
}

void Folder::Check(const Identity& identity) const {
  const std::string file = (path_ / kManifest).string();
  const auto json =
      JsonReader::Parse(Read(kManifest), file, "a reproduction's identity");
  const JsonReader schema = json.Member("schema");
  if (schema.Text() != kSchema) schema.Fail(kSchema);
  for (const auto& [name, value] : identity) {
    const std::string found = json.Member(name).Text();
    if (found == value) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: holds another reproduction: {} is {} there "
                            "and {} here; name another folder with --out, or "
                            "begin this one anew with --fresh",
                            path_.string(), name, found, value));
  }
}

bool Folder::Has(const std::string& part) const {
  std::error_code error;
  return std::filesystem::is_regular_file(path_ / part, error);
}

std::string Folder::Read(const std::string& part) const {
  const SharedBytes bytes = ReadFile(path_ / part);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void Folder::Write(const std::string& part, const std::string& content) const {
  WriteFile(path_ / part, std::as_bytes(std::span(content)));
}

}  // namespace coralline::paper
