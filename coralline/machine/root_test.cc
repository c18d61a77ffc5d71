#include "coralline/machine/root.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "coralline/base/error.h"
#include "coralline/machine/testing.h"

namespace coralline {
namespace {

using testing::ElementsAre;
using testing_util::FakeRoot;

TEST(Root, ReadsTextsLinesAndNumbers) {
  const FakeRoot fake;
  fake.Write("/sys/a", "  5.0 GT/s PCIe \nsecond\n");
  const Root root = fake.root();
  EXPECT_FALSE(root.is_this_machine());
  EXPECT_TRUE(root.Has("/sys/a"));
  EXPECT_EQ(root.Line("/sys/a"), "5.0 GT/s PCIe");
  EXPECT_EQ(root.Number("/sys/a"), 5.0);
  EXPECT_EQ(root.Text("/sys/a"), "  5.0 GT/s PCIe \nsecond\n");
}

TEST(Root, WhatIsMissingIsEmpty) {
  const FakeRoot fake;
  fake.Write("/empty", "");
  fake.Write("/word", "Unknown");
  const Root root = fake.root();
  EXPECT_FALSE(root.Has("/no/such"));
  EXPECT_EQ(root.Line("/no/such"), "");
  EXPECT_EQ(root.Line("/empty"), "");
  EXPECT_EQ(root.Number("/word"), std::nullopt);
  EXPECT_THAT(root.Names("/no/such"), ElementsAre());
  EXPECT_EQ(root.LinkText("/word"), "");
  EXPECT_EQ(root.Resolve("/no/such"), "");
}

TEST(Root, NumbersOutOfRangeAreNone) {
  const FakeRoot fake;
  fake.Write("/nan", "nan");
  fake.Write("/large", "1e300");
  EXPECT_EQ(fake.root().Number("/nan"), std::nullopt);
  EXPECT_EQ(fake.root().Number("/large"), std::nullopt);
}

TEST(Root, TextsAreSafeToPrint) {
  const FakeRoot fake;
  fake.Write("/binary", std::string("a\x1b[31m\0b\xff\tc\0\0", 14));
  EXPECT_EQ(fake.root().Text("/binary"), "a?[31m?b? c");
}

TEST(Root, LargeFilesAreReadInPart) {
  const FakeRoot fake;
  fake.Write("/large", std::string(3 << 20, 'x'));
  EXPECT_EQ(fake.root().Text("/large").size(), std::size_t{1} << 20);
  EXPECT_EQ(fake.root().Line("/large").size(), 256U);
}

TEST(Root, PipesAndFoldersAreNoTexts) {
  const FakeRoot fake;
  ASSERT_EQ(mkfifo((fake.folder() / "pipe").c_str(), 0600), 0);
  fake.Write("/folder/a", "x");
  EXPECT_EQ(fake.root().Text("/pipe"), "");
  EXPECT_EQ(fake.root().Text("/folder"), "");
}

TEST(Root, LinksLeadWithinTheFolderAlone) {
  const FakeRoot fake;
  fake.Write("/sys/target", "here");
  fake.Link("/sys/link", "/sys/target");
  std::filesystem::create_symlink("/etc/passwd", fake.folder() / "out");
  std::filesystem::create_symlink("../../../../../../../../etc/passwd",
                                  fake.folder() / "up");
  const Root root = fake.root();
  EXPECT_EQ(root.Resolve("/sys/link"), "/sys/target");
  EXPECT_EQ(root.Line("/sys/link"), "here");
  EXPECT_EQ(root.Text("/out"), "");
  EXPECT_EQ(root.Text("/up"), "");
  EXPECT_EQ(root.Text("/../../../../../../../../etc/passwd"), "");
  EXPECT_EQ(root.LinkText("/out"), "/etc/passwd");
}

TEST(Root, LinksInCirclesLeadNowhere) {
  const FakeRoot fake;
  std::filesystem::create_symlink("b", fake.folder() / "a");
  std::filesystem::create_symlink("a", fake.folder() / "b");
  std::filesystem::create_symlink(".", fake.folder() / "self");
  const Root root = fake.root();
  EXPECT_FALSE(root.Has("/a"));
  EXPECT_EQ(root.Text("/a/b/c"), "");
  EXPECT_THAT(root.Names("/a"), ElementsAre());
  EXPECT_EQ(root.Resolve("/self/self"), "/");
}

TEST(Root, NamesAreSortedAndPrintable) {
  const FakeRoot fake;
  fake.Write("/d/b", "");
  fake.Write("/d/a", "");
  fake.Write("/d/\x1b[31m", "");
  EXPECT_THAT(fake.root().Names("/d"), ElementsAre("a", "b"));
}

TEST(Root, IsAFolder) {
  EXPECT_TRUE(Root("/").is_this_machine());
  EXPECT_THROW(Root("/no/such/folder"), Error);
  EXPECT_THROW(Root("/proc/cpuinfo"), Error);
}

}  // namespace
}  // namespace coralline
