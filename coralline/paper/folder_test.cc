#include "coralline/paper/folder.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "coralline/base/error.h"

namespace coralline::paper {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class FolderTest : public testing::Test {
 protected:
  FolderTest() { std::filesystem::remove_all(path_); }
  ~FolderTest() override { std::filesystem::remove_all(path_); }

  Folder Open(const std::string& widths, bool fresh = false) const {
    return Folder(path_, {{"program", "1"}, {"widths", widths}}, fresh);
  }

  std::string ErrorOf(const std::string& widths) const {
    try {
      Open(widths);
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  }

  const std::filesystem::path path_ =
      std::filesystem::path(testing::TempDir()) /
      testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(FolderTest, GoesOnWithWhatIsThere) {
  Open("100").Write("simulated/a.csv", "rows\n");
  const Folder again = Open("100");
  EXPECT_TRUE(again.Has("simulated/a.csv"));
  EXPECT_EQ(again.Read("simulated/a.csv"), "rows\n");
  EXPECT_FALSE(again.Has("simulated/b.csv"));
  EXPECT_FALSE(again.Has("simulated"));
}

TEST_F(FolderTest, RefusesAnotherReproduction) {
  Open("100").Write("simulated/a.csv", "rows\n");
  EXPECT_THAT(ErrorOf("200"),
              AllOf(HasSubstr("widths is 100 there and 200 here"),
                    HasSubstr("--fresh")));
  EXPECT_TRUE(Open("100").Has("simulated/a.csv"));
}

TEST_F(FolderTest, BeginsAnewAndLeavesWhatIsNotItsOwn) {
  Open("100").Write("simulated/a.csv", "rows\n");
  std::ofstream(path_ / "notes.txt") << "mine";
  const Folder fresh = Open("200", /*fresh=*/true);
  EXPECT_FALSE(fresh.Has("simulated/a.csv"));
  EXPECT_TRUE(fresh.Has("notes.txt"));
  EXPECT_EQ(ErrorOf("200"), "");
}

TEST_F(FolderTest, TouchesNoFolderOfSomethingElse) {
  std::filesystem::create_directories(path_ / "simulated");
  EXPECT_THAT(ErrorOf("100"), HasSubstr("no folder of a reproduction"));
  EXPECT_THROW(Open("100", /*fresh=*/true), Error);
  EXPECT_TRUE(std::filesystem::exists(path_ / "simulated"));
}

TEST_F(FolderTest, RefusesAFile) {
  std::ofstream(path_.string()) << "a file";
  EXPECT_THAT(ErrorOf("100"), HasSubstr(path_.string()));
}

}  // namespace
}  // namespace coralline::paper
