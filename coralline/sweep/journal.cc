#include "coralline/sweep/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>

#include "coralline/base/error.h"
#include "coralline/base/json_reader.h"
#include "coralline/sweep/row_json.h"

namespace coralline {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema = "coralline.sweep";

std::string FirstLine(const SweepIdentity& identity) {
  Json json = {{"schema", kSchema}};
  for (const auto& [name, value] : identity) json[name] = value;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

SweepJournal::SweepJournal(const std::filesystem::path& path,
                           const SweepIdentity& identity)
    : path_(path.string()) {
  constexpr int kMode = 0644;
  file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, kMode);
  if (file_ < 0) Fail(std::strerror(errno));
  try {
    if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
      Fail("another sweep is writing it; wait for it, or name another file");
    }
    Read(identity);
  } catch (...) {
    close(file_);
    throw;
  }
}

SweepJournal::~SweepJournal() { close(file_); }

SweepJournal::Key SweepJournal::KeyOf(const SweptModel& model, int count,
                                      Strategy strategy) {
  return {model.name, model.hash, count, strategy};
}

void SweepJournal::Read(const SweepIdentity& identity) {
  std::string text;
  char buffer[1 << 16];
  ssize_t size = 0;
  while ((size = read(file_, buffer, sizeof(buffer))) > 0) {
    text.append(buffer, static_cast<std::size_t>(size));
  }
  if (size < 0) Fail(std::strerror(errno));
  const std::string first = FirstLine(identity);
  const std::size_t end = text.rfind('\n');
  const std::string whole =
      end == std::string::npos ? "" : text.substr(0, end + 1);
  // A first line that is torn may be anything: it is taken away only where it
  // is what this sweep would begin with.
  if (whole.empty() && !first.starts_with(text)) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{}: this is no sweep's file; name another", path_));
  }
  was_torn_ = whole.size() < text.size();
  std::size_t line_begin = 0;
  for (int line = 1; line_begin < whole.size(); ++line) {
    const std::size_t line_end = whole.find('\n', line_begin);
    const auto content =
        std::string_view(whole).substr(line_begin, line_end - line_begin);
    line_begin = line_end + 1;
    const std::string at = fmt::format("{}:{}", path_, line);
    if (line == 1) {
      CheckIdentity(content, at, identity);
      continue;
    }
    SweepRow row = ParseSweepRow(content, at);
    const Key key = KeyOf(row.model, row.count, row.strategy);
    rows_.insert_or_assign(key, std::move(row));
    ++num_read_;
  }
  if (was_torn_ && ftruncate(file_, static_cast<off_t>(whole.size())) != 0) {
    Fail(std::strerror(errno));
  }
  if (whole.empty()) Write(first);
}

void SweepJournal::CheckIdentity(std::string_view line, const std::string& at,
                                 const SweepIdentity& identity) const {
  const JsonReader json = JsonReader::Parse(line, at, "a sweep's first line");
  const JsonReader schema = json.Member("schema");
  if (schema.Text() != kSchema) schema.Fail(kSchema);
  for (const auto& [name, value] : identity) {
    const JsonReader member = json.Member(name);
    if (member.Text() == value) continue;
    // Specs are long.
    constexpr std::size_t kMost = 60;
    const bool is_short = value.size() + member.Text().size() < kMost;
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{}: holds another sweep: {}{}; name another file, or "
                    "remove this one",
                    path_, name,
                    is_short ? fmt::format(" is {} there and {} here",
                                           member.Text(), value)
                             : " differs"));
  }
}

std::optional<SweepRow> SweepJournal::Find(const SweptModel& model, int count,
                                           Strategy strategy) const {
  const auto found = rows_.find(KeyOf(model, count, strategy));
  if (found == rows_.end()) return std::nullopt;
  return found->second;
}

void SweepJournal::Add(const SweepRow& row) { Write(FormatSweepRow(row)); }

// A single write: what is appended is there as a whole, or torn at the end.
void SweepJournal::Write(const std::string& line) {
  const std::string text = line + '\n';
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t size = write(file_, text.data() + done, text.size() - done);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) Fail(std::strerror(errno));
    done += static_cast<std::size_t>(size);
  }
}

void SweepJournal::Fail(const std::string& what) const {
  throw Error(ErrorKind::kFailed, fmt::format("{}: {}", path_, what));
}

}  // namespace coralline
