#include "coralline/profile/profile_cache.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstdlib>

#include "coralline/base/error.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;

constexpr int kVersion = 2;
constexpr int kBusyTimeoutMs = 10'000;

constexpr const char* kCreate = R"(
  CREATE TABLE segments (
    segment_hash TEXT NOT NULL,
    device TEXT NOT NULL,
    runtime TEXT NOT NULL,
    latency_ns INTEGER NOT NULL CHECK (latency_ns > 0),
    low_ns INTEGER NOT NULL CHECK (low_ns BETWEEN 1 AND latency_ns),
    high_ns INTEGER NOT NULL CHECK (high_ns >= latency_ns),
    first_ns INTEGER NOT NULL CHECK (first_ns >= 0),
    runs INTEGER NOT NULL CHECK (runs >= 0),
    origin TEXT NOT NULL,
    measured_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    PRIMARY KEY (segment_hash, device, runtime)
  ) WITHOUT ROWID;
  PRAGMA user_version = 1;
)";

// From version 1 to 2, a new file's table too.
constexpr const char* kAddDrift = R"(
  ALTER TABLE segments ADD COLUMN drift REAL NOT NULL DEFAULT 0;
  ALTER TABLE segments ADD COLUMN start_celsius REAL;
  ALTER TABLE segments ADD COLUMN end_celsius REAL;
  PRAGMA user_version = 2;
)";

constexpr const char* kFind = R"(
  SELECT latency_ns, low_ns, high_ns, first_ns, runs, origin, drift,
         start_celsius, end_celsius FROM segments
  WHERE segment_hash = ?1 AND device = ?2 AND runtime = ?3
)";

constexpr const char* kStore = R"(
  INSERT OR REPLACE INTO segments (segment_hash, device, runtime, latency_ns,
                                   low_ns, high_ns, first_ns, runs, origin,
                                   drift, start_celsius, end_celsius)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
)";

// The database and its name in messages.
struct Connection {
  sqlite3* database;
  const std::filesystem::path& path;

  [[noreturn]] void RefuseFile(std::string_view what) const {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: {}; delete it, or name another file with "
                            "--cache",
                            path.string(), what));
  }

  void Check(int code) const {
    switch (code & 0xff) {  // an extended code has more above
      case SQLITE_OK:
      case SQLITE_ROW:
      case SQLITE_DONE:
        return;
      case SQLITE_NOTADB:
      case SQLITE_CORRUPT:
        RefuseFile(
            fmt::format("no cache of profiles: {}", sqlite3_errmsg(database)));
      default:
        throw Error(ErrorKind::kFailed,
                    fmt::format("{}: the cache of profiles cannot be used: {}; "
                                "name another file with --cache",
                                path.string(), sqlite3_errmsg(database)));
    }
  }

  void Execute(const char* sql) const {
    Check(sqlite3_exec(database, sql, nullptr, nullptr, nullptr));
  }
};

// A prepared statement. Parameters count from 1 and columns from 0, as in
// SQLite.
class Statement {
 public:
  Statement(const Connection& connection, const char* sql)
      : connection_(connection) {
    sqlite3_stmt* statement = nullptr;
    connection_.Check(
        sqlite3_prepare_v2(connection.database, sql, -1, &statement, nullptr));
    statement_.reset(statement);
  }

  void Bind(int parameter, std::string_view text) {
    connection_.Check(
        sqlite3_bind_text(statement_.get(), parameter, text.data(),
                          static_cast<int>(text.size()), SQLITE_TRANSIENT));
  }
  void Bind(int parameter, std::int64_t value) {
    connection_.Check(sqlite3_bind_int64(statement_.get(), parameter, value));
  }
  // A parameter that is not bound is NULL.
  void Bind(int parameter, std::optional<double> value) {
    if (!value) return;
    connection_.Check(sqlite3_bind_double(statement_.get(), parameter, *value));
  }
  void Bind(const ProfileKey& key) {
    Bind(1, key.segment_hash);
    Bind(2, key.device);
    Bind(3, key.runtime);
  }

  // Whether there is a row.
  bool Step() {
    const int code = sqlite3_step(statement_.get());
    connection_.Check(code);
    return code == SQLITE_ROW;
  }
  std::int64_t Number(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
  }
  std::optional<double> Real(int column) const {
    if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) {
      return std::nullopt;
    }
    return sqlite3_column_double(statement_.get(), column);
  }
  std::string_view Text(int column) const {
    const auto* text = sqlite3_column_text(statement_.get(), column);
    return text ? reinterpret_cast<const char*>(text) : "";
  }

 private:
  Connection connection_;
  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_{
      nullptr, sqlite3_finalize};
};

std::int64_t NumberOf(const Connection& connection, const char* sql) {
  Statement statement(connection, sql);
  return statement.Step() ? statement.Number(0) : 0;
}

std::int64_t VersionOf(const Connection& connection) {
  return NumberOf(connection, "PRAGMA user_version");
}

// Several processes may come here at once: the first one changes the table.
void Upgrade(const Connection& connection) {
  connection.Execute("BEGIN IMMEDIATE");
  if (VersionOf(connection) == 0) {
    if (NumberOf(connection, "SELECT count(*) FROM sqlite_master") > 0) {
      connection.RefuseFile("the database of another program");
    }
    connection.Execute(kCreate);
  }
  if (VersionOf(connection) == 1) connection.Execute(kAddDrift);
  connection.Execute("COMMIT");
}

void CheckVersion(const Connection& connection) {
  if (VersionOf(connection) < kVersion) Upgrade(connection);
  const std::int64_t version = VersionOf(connection);
  if (version == kVersion) return;
  connection.RefuseFile(fmt::format(
      "a cache of profiles of version {}, this program knows version {}",
      version, kVersion));
}

void CreateFolder(const std::filesystem::path& path) {
  if (!path.has_parent_path()) return;
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (!error) return;
  throw Error(ErrorKind::kFailed,
              fmt::format("{}: cannot create the folder: {}; name another "
                          "file with --cache",
                          path.string(), error.message()));
}

}  // namespace

void ProfileCache::Closer::operator()(sqlite3* database) const {
  sqlite3_close(database);
}

// Normal, as libstdc++ 12 crashes on a folder that ends in ".." and that
// another process creates meanwhile.
ProfileCache::ProfileCache(const std::filesystem::path& path)
    : path_(path.lexically_normal()) {
  CreateFolder(path_);
  sqlite3* database = nullptr;
  const int code = sqlite3_open(path_.c_str(), &database);
  database_.reset(database);
  const Connection connection{database, path_};
  connection.Check(code);
  sqlite3_busy_timeout(database, kBusyTimeoutMs);
  CheckVersion(connection);
  // Readers and a writer do not wait for each other, and a commit does not wait
  // for the disk. Where it is refused, as on network drives, the default is
  // slower and as safe.
  sqlite3_exec(database, "PRAGMA journal_mode = WAL", nullptr, nullptr,
               nullptr);
  connection.Execute("PRAGMA synchronous = NORMAL");
}

std::optional<SegmentProfile> ProfileCache::Find(const ProfileKey& key) const {
  const Connection connection{database_.get(), path_};
  Statement statement(connection, kFind);
  statement.Bind(key);
  if (!statement.Step()) return std::nullopt;
  const auto origin = OriginFromText(statement.Text(5));
  if (!origin) {
    connection.RefuseFile(
        fmt::format("unknown origin '{}'", statement.Text(5)));
  }
  return SegmentProfile{.latency = nanoseconds(statement.Number(0)),
                        .low = nanoseconds(statement.Number(1)),
                        .high = nanoseconds(statement.Number(2)),
                        .first = nanoseconds(statement.Number(3)),
                        .runs = static_cast<int>(statement.Number(4)),
                        .origin = *origin,
                        .drift = statement.Real(6).value_or(0),
                        .start_celsius = statement.Real(7),
                        .end_celsius = statement.Real(8)};
}

void ProfileCache::Store(const ProfileKey& key, const SegmentProfile& profile) {
  Statement statement({database_.get(), path_}, kStore);
  statement.Bind(key);
  statement.Bind(4, profile.latency.count());
  statement.Bind(5, profile.low.count());
  statement.Bind(6, profile.high.count());
  statement.Bind(7, profile.first.count());
  statement.Bind(8, profile.runs);
  statement.Bind(9, OriginText(profile.origin));
  statement.Bind(10, std::optional(profile.drift));
  statement.Bind(11, profile.start_celsius);
  statement.Bind(12, profile.end_celsius);
  statement.Step();
}

std::filesystem::path DefaultCachePath() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::filesystem::path(value ? value : "");
  };
  std::filesystem::path folder = variable("XDG_CACHE_HOME");
  // A relative one is invalid: XDG Base Directory Specification 0.8.
  if (!folder.is_absolute()) {
    const std::filesystem::path home = variable("HOME");
    if (home.empty()) {
      throw Error(ErrorKind::kUsage,
                  "neither XDG_CACHE_HOME nor HOME is set; name the cache of "
                  "profiles with --cache");
    }
    folder = home / ".cache";
  }
  return folder / "coralline" / "profiles.sqlite";
}

}  // namespace coralline
