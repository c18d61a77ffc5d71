#include "coralline/profile/profile_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "coralline/base/error.h"
#include "coralline/base/file.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;
using std::filesystem::path;
using testing::AllOf;
using testing::HasSubstr;

ProfileKey Key(int i) {
  return {.segment_hash = "hash " + std::to_string(i),
          .device = "cpu:0",
          .runtime = "TFLite"};
}

// All numbers follow from one, so that a part of an entry would be noticed.
SegmentProfile Cost(int i) {
  const nanoseconds latency(1000 + i);
  return {.latency = latency,
          .low = latency - nanoseconds(10),
          .high = latency + nanoseconds(20),
          .first = latency * 3,
          .runs = i,
          .origin = Origin::kEmulated,
          .drift = i / 7.0,
          .start_celsius = 40 + i / 3.0,
          .end_celsius = 41 + i / 3.0};
}

class ProfileCacheTest : public testing::Test {
 protected:
  ProfileCacheTest() { std::filesystem::remove_all(folder_); }
  ~ProfileCacheTest() override { std::filesystem::remove_all(folder_); }

  // Runs SQL on the file; returns the first value of the last row.
  std::string Sql(const std::string& sql) const {
    std::filesystem::create_directories(folder_);
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(file_.c_str(), &database), SQLITE_OK);
    std::string value;
    const auto keep = [](void* out, int, char** values, char**) {
      *static_cast<std::string*>(out) = values[0] ? values[0] : "";
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), keep, &value, nullptr),
              SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
    return value;
  }

  std::string ErrorOfOpening() const {
    try {
      ProfileCache cache(file_);
      static_cast<void>(cache.Find(Key(1)));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      return error.what();
    }
    return "no error";
  }

  const path folder_ =
      path(testing::TempDir()) /
      testing::UnitTest::GetInstance()->current_test_info()->name();
  const path file_ = folder_ / "profiles.sqlite";
};

TEST_F(ProfileCacheTest, FindsWhatWasStoredAfterReopening) {
  {
    ProfileCache cache(file_);
    EXPECT_EQ(cache.Find(Key(1)), std::nullopt);
    cache.Store(Key(1), Cost(1));
  }
  const ProfileCache cache(file_);
  EXPECT_EQ(cache.Find(Key(1)), Cost(1));
  EXPECT_EQ(cache.Find(Key(2)), std::nullopt);
}

TEST_F(ProfileCacheTest, TellsDevicesAndRuntimesApart) {
  ProfileCache cache(file_);
  ProfileKey other_device = Key(1);
  other_device.device = "cpu:1";
  ProfileKey other_runtime = Key(1);
  other_runtime.runtime = "TFLite 3";
  cache.Store(Key(1), Cost(1));
  EXPECT_EQ(cache.Find(other_device), std::nullopt);
  EXPECT_EQ(cache.Find(other_runtime), std::nullopt);
  cache.Store(other_runtime, Cost(2));
  EXPECT_EQ(cache.Find(Key(1)), Cost(1));
  EXPECT_EQ(cache.Find(other_runtime), Cost(2));
}

TEST_F(ProfileCacheTest, ReplacesAnEntry) {
  ProfileCache cache(file_);
  cache.Store(Key(1), Cost(1));
  cache.Store(Key(1), Cost(2));
  EXPECT_EQ(cache.Find(Key(1)), Cost(2));
}

TEST_F(ProfileCacheTest, IsReadableAsATable) {
  ProfileCache(file_).Store(Key(1), Cost(1));
  EXPECT_EQ(Sql("SELECT origin || ' ' || latency_ns || ' ' || runs || ' ' || "
                "device FROM segments"),
            "emulated 1001 1 cpu:0");
  EXPECT_THAT(Sql("SELECT measured_at FROM segments"),
              testing::MatchesRegex("20..-..-..T..:..:..Z"));
}

TEST_F(ProfileCacheTest, ServesTwoConnectionsAtATime) {
  ProfileCache one(file_);
  ProfileCache two(file_);
  one.Store(Key(1), Cost(1));
  EXPECT_EQ(two.Find(Key(1)), Cost(1));
  two.Store(Key(1), Cost(2));
  EXPECT_EQ(one.Find(Key(1)), Cost(2));
}

TEST_F(ProfileCacheTest, IsCreatedAndWrittenByManyAtATime) {
  constexpr int kThreads = 8;
  constexpr int kEntries = 25;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([this, thread] {
        ProfileCache cache(folder_ / "new" / ".." / "profiles.sqlite");
        for (int i = 0; i < kEntries; ++i) {
          const int number = thread * kEntries + i;
          cache.Store(Key(number), Cost(number));
        }
      });
    }
  }
  const ProfileCache cache(file_);
  for (int i = 0; i < kThreads * kEntries; ++i) {
    EXPECT_EQ(cache.Find(Key(i)), Cost(i));
  }
}

TEST_F(ProfileCacheTest, SurvivesAProcessThatIsKilledWhileItStores) {
  constexpr char kStoredSome = 'x';
  constexpr int kSome = 50;
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    ProfileCache cache(file_);
    for (int i = 0;; ++i) {
      cache.Store(Key(i), Cost(i));
      if (i + 1 == kSome && write(pipe_ends[1], &kStoredSome, 1) != 1) _exit(1);
    }
  }
  close(pipe_ends[1]);
  char got = 0;
  ASSERT_EQ(read(pipe_ends[0], &got, 1), 1);
  close(pipe_ends[0]);
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));

  EXPECT_EQ(Sql("PRAGMA integrity_check"), "ok");
  ProfileCache cache(file_);
  const int stored = std::stoi(Sql("SELECT count(*) FROM segments"));
  EXPECT_GE(stored, kSome);
  for (int i = 0; i < stored; ++i) EXPECT_EQ(cache.Find(Key(i)), Cost(i));
  cache.Store(Key(stored), Cost(stored));
  EXPECT_EQ(cache.Find(Key(stored)), Cost(stored));
}

TEST_F(ProfileCacheTest, RefusesAFileThatIsNoDatabase) {
  const std::string text(5000, 'x');
  WriteFile(file_, std::as_bytes(std::span(text)));
  EXPECT_THAT(ErrorOfOpening(),
              AllOf(HasSubstr("profiles.sqlite: no cache of profiles: file is "
                              "not a database"),
                    HasSubstr("delete it, or name another file with --cache")));
  EXPECT_EQ(ReadFile(file_).size(), text.size());
}

TEST_F(ProfileCacheTest, RefusesADatabaseWithDamagedPages) {
  ProfileCache(file_).Store(Key(1), Cost(1));
  Sql("PRAGMA wal_checkpoint(TRUNCATE)");
  const SharedBytes bytes = ReadFile(file_);
  std::vector<std::byte> damaged(bytes.data(), bytes.data() + bytes.size());
  constexpr std::size_t kPage = 4096;
  std::fill(damaged.begin() + kPage, damaged.end(), std::byte{0xff});
  WriteFile(file_, damaged);
  EXPECT_THAT(ErrorOfOpening(), HasSubstr("no cache of profiles: database disk "
                                          "image is malformed; delete it"));
}

TEST_F(ProfileCacheTest, RefusesANewerVersion) {
  ProfileCache(file_).Store(Key(1), Cost(1));
  Sql("PRAGMA user_version = 3");
  EXPECT_THAT(ErrorOfOpening(),
              HasSubstr("a cache of profiles of version 3, this program knows "
                        "version 2; delete it, or name another file"));
}

// A file as the first version wrote it.
constexpr const char* kVersionOne = R"(
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
  INSERT INTO segments VALUES ('hash 1', 'cpu:0', 'TFLite', 1001, 991, 1021,
                               3003, 1, 'emulated', '2026-01-02T03:04:05Z');
)";

TEST_F(ProfileCacheTest, KeepsWhatTheFirstVersionStored) {
  Sql(kVersionOne);
  SegmentProfile old = Cost(1);
  old.drift = 0;
  old.start_celsius = old.end_celsius = std::nullopt;
  {
    ProfileCache cache(file_);
    EXPECT_EQ(cache.Find(Key(1)), old);
    cache.Store(Key(2), Cost(2));
  }
  const ProfileCache again(file_);
  EXPECT_EQ(again.Find(Key(1)), old);
  EXPECT_EQ(again.Find(Key(2)), Cost(2));
  EXPECT_EQ(Sql("PRAGMA user_version"), "2");
  EXPECT_EQ(Sql("SELECT measured_at FROM segments WHERE runs = 1"),
            "2026-01-02T03:04:05Z");
}

TEST_F(ProfileCacheTest, IsUpgradedByManyAtATime) {
  Sql(kVersionOne);
  {
    std::vector<std::jthread> threads;
    for (int i = 2; i < 10; ++i) {
      threads.emplace_back(
          [&, i] { ProfileCache(file_).Store(Key(i), Cost(i)); });
    }
  }
  const ProfileCache cache(file_);
  EXPECT_TRUE(cache.Find(Key(1)));
  for (int i = 2; i < 10; ++i) EXPECT_EQ(cache.Find(Key(i)), Cost(i));
}

TEST_F(ProfileCacheTest, LeavesTheDatabaseOfAnotherProgramAlone) {
  Sql("CREATE TABLE bookmarks (url TEXT)");
  EXPECT_THAT(ErrorOfOpening(), HasSubstr("the database of another program"));
  EXPECT_EQ(Sql("SELECT count(*) FROM sqlite_master"), "1");
  EXPECT_EQ(Sql("PRAGMA journal_mode"), "delete");
}

TEST_F(ProfileCacheTest, RefusesAnOriginThatItDoesNotKnow) {
  ProfileCache(file_).Store(Key(1), Cost(1));
  Sql("UPDATE segments SET origin = 'guessed'");
  EXPECT_THAT(ErrorOfOpening(), HasSubstr("unknown origin 'guessed'"));
}

TEST_F(ProfileCacheTest, SaysWhenItCannotBeCreated) {
  WriteFile(folder_ / "file", {});
  for (const path& bad : {folder_ / "file" / "x.sqlite", folder_}) {
    try {
      ProfileCache cache(bad);
      FAIL() << bad;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kFailed);
      EXPECT_THAT(error.what(), AllOf(HasSubstr(bad.string()),
                                      HasSubstr("name another file")));
    }
  }
}

TEST(DefaultCachePath, FollowsTheSystem) {
  setenv("XDG_CACHE_HOME", "/var/tmp/cache", 1);
  setenv("HOME", "/home/reef", 1);
  EXPECT_EQ(DefaultCachePath(), "/var/tmp/cache/coralline/profiles.sqlite");
  setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_EQ(DefaultCachePath(), "/home/reef/.cache/coralline/profiles.sqlite");
  unsetenv("XDG_CACHE_HOME");
  EXPECT_EQ(DefaultCachePath(), "/home/reef/.cache/coralline/profiles.sqlite");
  unsetenv("HOME");
  EXPECT_THROW(DefaultCachePath(), Error);
}

}  // namespace
}  // namespace coralline
