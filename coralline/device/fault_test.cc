#include "coralline/device/fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"

namespace coralline {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string MessageOf(std::string_view text) {
  try {
    ParseFault(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "";
}

TEST(Fault, IsReadFromItsShortestForm) {
  EXPECT_EQ(ParseFault("device=2,at=100,kind=lost"),
            (Fault{.device = 2, .at_request = 100, .kind = FaultKind::kLost}));
}

TEST(Fault, HasKeysInAnyOrder) {
  EXPECT_EQ(ParseFault("factor=1.5,kind=slow,for=2s,at=2.5s,device=0"),
            (Fault{.at_time = 2500ms,
                   .kind = FaultKind::kSlow,
                   .duration = 2s,
                   .factor = 1.5}));
}

TEST(Fault, TellsTimesFromRequests) {
  EXPECT_EQ(ParseFault("device=0,at=0,kind=fail").at_request, 0);
  EXPECT_EQ(ParseFault("device=0,at=300ms,kind=fail").at_time, 300ms);
  EXPECT_EQ(ParseFault("device=0,at=0s,kind=fail").at_time, 0ns);
  EXPECT_FALSE(ParseFault("device=0,at=1s,kind=fail").at_request);
  EXPECT_FALSE(ParseFault("device=0,at=1,kind=fail").at_time);
}

TEST(Fault, HasATextThatIsReadBack) {
  for (const char* text :
       {"device=63,at=7,kind=fail", "device=0,at=300ms,kind=stall,for=2.5s",
        "device=1,at=2.5s,kind=slow,for=0.000001ms,factor=1.25",
        "device=1,at=1000000s,kind=lost", "device=3,at=0ms,kind=stall"}) {
    const Fault fault = ParseFault(text);
    EXPECT_EQ(ParseFault(FaultText(fault)), fault) << FaultText(fault);
  }
  EXPECT_EQ(FaultText(ParseFault("kind=lost,for=0.5s,at=100,device=2")),
            "device=2,at=100,kind=lost,for=500ms");
}

TEST(Fault, NamesThePartThatIsWrong) {
  const struct {
    const char* part;
    const char* expected;
  } cases[] = {
      {"device=-1", "0 to 63"},     {"device=64", "0 to 63"},
      {"device=", "0 to 63"},       {"device=1x", "0 to 63"},
      {"at=-1", "at=2.5s"},         {"at=-1s", "at=2.5s"},
      {"at=1.5", "at=2.5s"},        {"at=s", "at=2.5s"},
      {"at=nans", "at=2.5s"},       {"at=infs", "at=2.5s"},
      {"at=1e9s", "at=2.5s"},       {"at=1m", "at=2.5s"},
      {"kind=gone", "kind=lost"},   {"kind=", "kind=lost"},
      {"for=0s", "for=500ms"},      {"for=5", "for=500ms"},
      {"factor=1", "factor=3"},     {"factor=nan", "factor=3"},
      {"factor=1001", "factor=3"},  {"when=1", "device=2,at=100,kind=lost"},
      {"kind", "kind=lost"},        {"", "device=2,at=100,kind=lost"},
      {"Kind=lost", "device=2,at"},
  };
  for (const auto& [part, expected] : cases) {
    EXPECT_THAT(MessageOf(part),
                AllOf(StartsWith(std::string("fault '") + part + "': found '"),
                      HasSubstr(expected)));
  }
}

TEST(Fault, NeedsADeviceAPlaceAndAKind) {
  EXPECT_THAT(MessageOf("at=1,kind=fail"), HasSubstr("found no device="));
  EXPECT_THAT(MessageOf("device=1,kind=fail"), HasSubstr("found no at="));
  EXPECT_THAT(MessageOf("device=1,at=1"), HasSubstr("found no kind="));
}

TEST(Fault, TakesEachKeyOnceAndWhereItFits) {
  EXPECT_THAT(MessageOf("device=1,device=2,at=1,kind=fail"),
              HasSubstr("found 'device=2' as well, expected device= once"));
  EXPECT_THAT(MessageOf("device=1,at=1,kind=fail,for=1s"),
              HasSubstr("found for="));
  EXPECT_THAT(MessageOf("device=1,at=1,kind=lost,factor=2"),
              HasSubstr("found factor="));
}

}  // namespace
}  // namespace coralline
