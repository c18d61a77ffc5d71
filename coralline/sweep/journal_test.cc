#include "coralline/sweep/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "coralline/base/error.h"
#include "coralline/sweep/row_json.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;
using testing::HasSubstr;

SweepRow SomeRow(int count) {
  return {.model = {.name = "net",
                    .hash = "12ab",
                    .ops = 66,
                    .cpu_ops = 2,
                    .parameter_bytes = 3'700'000,
                    .macs = 300'000'000,
                    .alone = SweptPlan{.stages = 1,
                                       .devices = 1,
                                       .period = nanoseconds(2'000'000),
                                       .latency = nanoseconds(2'000'000)}},
          .count = count,
          .plan = SweptPlan{.stages = 2,
                            .devices = count,
                            .period = nanoseconds(1'000'000),
                            .latency = nanoseconds(2'000'000),
                            .on_chip_bytes = 5,
                            .off_chip_bytes = 4,
                            .worst_off_chip_bytes = 3,
                            .certificate = "optimal over all orders",
                            .bound_ns = 1'000'000}};
}

const SweepIdentity kIdentity = {{"device", "edgetpu-pcie"},
                                 {"host", "native"}};

class SweepJournalTest : public testing::Test {
 protected:
  SweepJournalTest() { std::filesystem::remove(path_); }
  ~SweepJournalTest() override { std::filesystem::remove(path_); }

  std::string Text() const {
    std::stringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }
  void Write(const std::string& text) const { std::ofstream(path_) << text; }
  std::string ErrorOf(const SweepIdentity& identity) const {
    try {
      const SweepJournal journal(path_, identity);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  const std::filesystem::path path_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string("journal_") +
       testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST(SweepRowJson, IsReadBackWithoutALoss) {
  const SweepRow row = SomeRow(4);
  EXPECT_EQ(ParseSweepRow(FormatSweepRow(row), "file"), row);
  SweepRow without = row;
  without.strategy = Strategy::kEqualLayers;
  without.plan.reset();
  without.model.alone.reset();
  without.why_not = "op 3 (\"a\nb\") is too large";
  EXPECT_EQ(ParseSweepRow(FormatSweepRow(without), "file"), without);
  EXPECT_THAT(FormatSweepRow(without), testing::Not(HasSubstr("\n")));
}

TEST_F(SweepJournalTest, GoesOnWithWhatItHas) {
  {
    SweepJournal journal(path_, kIdentity);
    EXPECT_EQ(journal.num_read(), 0);
    journal.Add(SomeRow(1));
    journal.Add(SomeRow(2));
  }
  const SweepJournal journal(path_, kIdentity);
  EXPECT_EQ(journal.num_read(), 2);
  EXPECT_FALSE(journal.was_torn());
  const SweepRow row = SomeRow(2);
  EXPECT_EQ(journal.Find(row.model, 2, Strategy::kOptimal), row);
  EXPECT_FALSE(journal.Find(row.model, 3, Strategy::kOptimal));
  EXPECT_FALSE(journal.Find(row.model, 2, Strategy::kCompiler));
  SweptModel other = row.model;
  other.hash = "another content";
  EXPECT_FALSE(journal.Find(other, 2, Strategy::kOptimal));
}

// As a program that is killed within any write leaves it.
TEST_F(SweepJournalTest, LosesNoMoreThanATornLine) {
  {
    SweepJournal journal(path_, kIdentity);
    journal.Add(SomeRow(1));
    journal.Add(SomeRow(2));
  }
  const std::string whole = Text();
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    Write(whole.substr(0, size));
    const auto lines = std::count(whole.begin(), whole.begin() + size, '\n');
    {
      SweepJournal journal(path_, kIdentity);
      EXPECT_EQ(journal.num_read(), std::max<std::int64_t>(0, lines - 1));
      EXPECT_EQ(journal.was_torn(), size > 0 && whole[size - 1] != '\n');
      if (journal.num_read() == 1) journal.Add(SomeRow(2));
    }
    if (lines >= 2) {
      ASSERT_EQ(Text(), whole) << size;
    }
  }
}

TEST_F(SweepJournalTest, RefusesAnotherSweep) {
  { SweepJournal(path_, kIdentity).Add(SomeRow(1)); }
  const std::string before = Text();
  SweepIdentity other = kIdentity;
  other[1].second = "python";
  EXPECT_THAT(ErrorOf(other),
              HasSubstr("holds another sweep: host is native there and python "
                        "here; name another file"));
  EXPECT_EQ(Text(), before);
}

TEST_F(SweepJournalTest, RefusesWhatIsNoSweep) {
  for (const char* text : {"no JSON\n", "no line", "{}\n", "[1]\n",
                           "{\"schema\": \"coralline.plan\"}\n"}) {
    Write(text);
    EXPECT_NE(ErrorOf(kIdentity), "") << text;
    EXPECT_EQ(Text(), text);
  }
}

TEST_F(SweepJournalTest, NamesTheLineThatIsNoRow) {
  { SweepJournal(path_, kIdentity).Add(SomeRow(1)); }
  Write(Text() + "{\"model\": 3}\n");
  EXPECT_THAT(ErrorOf(kIdentity), HasSubstr(path_.string() + ":3"));
}

TEST_F(SweepJournalTest, OneProgramAtATimeHasTheFile) {
  const SweepJournal journal(path_, kIdentity);
  EXPECT_THAT(ErrorOf(kIdentity), HasSubstr("another sweep is writing it"));
}

}  // namespace
}  // namespace coralline
