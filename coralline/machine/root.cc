#include "coralline/machine/root.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "coralline/base/error.h"

namespace coralline {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxLine = 256;
constexpr std::size_t kMaxNames = std::size_t{1} << 16;

// Does not wait where the file is a pipe that nobody writes.
std::string ReadPlainFile(const fs::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return "";
  struct stat info {};
  std::string bytes;
  if (fstat(file, &info) == 0 && S_ISREG(info.st_mode)) {
    char block[4096];
    ssize_t got = 0;
    while (bytes.size() < kMaxBytes &&
           (got = read(file, block, sizeof(block))) > 0) {
      bytes.append(block, static_cast<std::size_t>(got));
    }
  }
  close(file);
  return bytes;
}

std::string Printable(std::string text) {
  // Texts of the device tree end in a zero.
  while (!text.empty() && text.back() == '\0') text.pop_back();
  for (char& c : text) {
    if (c == '\t') c = ' ';
    if (c != '\n' && (c < ' ' || c > '~')) c = '?';
  }
  return text;
}

bool IsWithin(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end())
             .first == folder.end();
}

}  // namespace

Root::Root(const fs::path& folder) {
  std::error_code error;
  folder_ = fs::canonical(folder, error);
  if (error || !fs::is_directory(folder_, error)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: not a folder; expected one that holds a "
                            "machine's sys, proc, dev and etc",
                            folder.string()));
  }
}

fs::path Root::Place(const std::string& path) const {
  std::error_code error;
  const fs::path place =
      fs::canonical(folder_ / fs::path(path).relative_path(), error);
  return !error && IsWithin(place, folder_) ? place : fs::path();
}

bool Root::Has(const std::string& path) const { return !Place(path).empty(); }

std::string Root::Bytes(const std::string& path) const {
  const fs::path place = Place(path);
  return place.empty() ? "" : ReadPlainFile(place);
}

std::string Root::Text(const std::string& path) const {
  return Printable(Bytes(path));
}

std::string Root::Line(const std::string& path) const {
  const std::string text = Text(path);
  const std::string line = text.substr(0, text.find('\n'));
  const auto first = line.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  const auto length = line.find_last_not_of(' ') - first + 1;
  return line.substr(first, std::min(length, kMaxLine));
}

std::optional<double> Root::Number(const std::string& path) const {
  const std::string line = Line(path);
  char* end = nullptr;
  const double number = std::strtod(line.c_str(), &end);
  constexpr double kLargest = 1e15;
  const bool is_sound = number >= -kLargest && number <= kLargest;
  return end != line.c_str() && is_sound ? std::optional(number) : std::nullopt;
}

std::vector<std::string> Root::Names(const std::string& path) const {
  std::vector<std::string> names;
  const fs::path place = Place(path);
  if (place.empty()) return names;
  std::error_code error;
  for (fs::directory_iterator it(place, error), end;
       !error && it != end && names.size() < kMaxNames; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (Printable(name) == name) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string Root::Resolve(const std::string& path) const {
  const fs::path place = Place(path);
  if (place.empty()) return "";
  const fs::path path_within =
      fs::path("/") / place.lexically_relative(folder_);
  return Printable(path_within.lexically_normal().string());
}

std::string Root::LinkText(const std::string& path) const {
  const fs::path link = path;
  std::error_code error;
  const fs::path target = fs::read_symlink(
      Place(link.parent_path().string()) / link.filename(), error);
  return error ? "" : Printable(target.string());
}

}  // namespace coralline
