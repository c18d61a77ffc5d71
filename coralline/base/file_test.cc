#include "coralline/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>

#include "coralline/base/error.h"

namespace coralline {
namespace {

using std::filesystem::path;

std::span<const std::byte> AsBytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

class FileTest : public testing::Test {
 protected:
  FileTest() { std::filesystem::remove_all(folder_); }
  ~FileTest() override { std::filesystem::remove_all(folder_); }

  std::ptrdiff_t NumFiles() const {
    return std::distance(std::filesystem::directory_iterator(folder_), {});
  }

  const path folder_ =
      path(testing::TempDir()) /
      testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(FileTest, ReadsWhatWasWrittenInAlignedStorage) {
  WriteFile(folder_ / "new/folder/a", AsBytes("reef"));
  const SharedBytes bytes = ReadFile(folder_ / "new/folder/a");
  ASSERT_EQ(bytes.size(), 4U);
  EXPECT_EQ(static_cast<char>(bytes.data()[3]), 'f');
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes.data()) % 64, 0U);
}

TEST_F(FileTest, TransactionWithoutCommitLeavesNothing) {
  WriteFile(folder_ / "kept", AsBytes("old"));
  {
    FileTransaction files;
    files.Write(folder_ / "kept", AsBytes("new"));
    files.Write(folder_ / "other", AsBytes("new"));
  }
  EXPECT_EQ(NumFiles(), 1);
  EXPECT_EQ(static_cast<char>(ReadFile(folder_ / "kept").data()[0]), 'o');
}

TEST_F(FileTest, MissingFileSaysWhichAndWhy) {
  try {
    ReadFile(folder_ / "none.tflite");
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    EXPECT_THAT(error.what(), testing::HasSubstr("none.tflite: cannot open"));
    EXPECT_THAT(error.what(), testing::HasSubstr("No such file"));
  }
}

TEST_F(FileTest, FolderThatIsAFileIsAnError) {
  WriteFile(folder_ / "file", AsBytes("x"));
  EXPECT_THROW(WriteFile(folder_ / "file/inside", AsBytes("x")), Error);
  EXPECT_THROW(ReadFile(folder_), Error);
}

}  // namespace
}  // namespace coralline
