#include "coralline/device/internal/edgetpu_host.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "coralline/device/device_users.h"

namespace coralline {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

const EdgeTpuAddress kPci{EdgeTpuBus::kPci, "/dev/apex_1"};
const EdgeTpuAddress kUsb{EdgeTpuBus::kUsb, "/sys/bus/usb/devices/2-1"};

// A root folder with what a test puts there.
class EdgeTpuHost : public testing::Test {
 protected:
  ~EdgeTpuHost() override { fs::remove_all(root_); }

  fs::path Write(const fs::path& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
    return root_ / file;
  }

  void AddProcess(int pid, const std::string& name, const fs::path& opened) {
    const fs::path folder = fs::path("proc") / std::to_string(pid);
    Write(folder / "comm", name + "\n");
    fs::create_directories(root_ / folder / "fd");
    fs::create_symlink("/dev/null", root_ / folder / "fd/0");
    fs::create_symlink(opened, root_ / folder / "fd/7");
  }

  const fs::path root_ = fs::path(testing::TempDir()) /
                         ("edgetpu_host_" + std::to_string(getpid()));
};

TEST_F(EdgeTpuHost, HasTheNodeOfAPcieDeviceAsItsPath) {
  EXPECT_EQ(internal::DeviceNodeOf(kPci), "/dev/apex_1");
}

TEST_F(EdgeTpuHost, FindsTheNodeOfAUsbDeviceByItsNumbers) {
  EXPECT_EQ(internal::DeviceNodeOf(kUsb, root_), std::nullopt);
  Write("sys/bus/usb/devices/2-1/busnum", "2\n");
  Write("sys/bus/usb/devices/2-1/devnum", "15\n");
  EXPECT_EQ(internal::DeviceNodeOf(kUsb, root_), root_ / "dev/bus/usb/002/015");
}

TEST_F(EdgeTpuHost, ReadsTheTemperatureOfAPcieDevice) {
  EXPECT_EQ(internal::TemperatureOf(kPci, root_), std::nullopt);
  Write("sys/class/apex/apex_1/temp", "52300\n");
  EXPECT_EQ(internal::TemperatureOf(kPci, root_), 52.3);
  EXPECT_EQ(internal::TemperatureOf(kUsb, root_), std::nullopt);
}

TEST_F(EdgeTpuHost, ReadsNoTemperatureFromGarbage) {
  Write("sys/class/apex/apex_1/temp", "hot\n");
  EXPECT_EQ(internal::TemperatureOf(kPci, root_), std::nullopt);
}

TEST_F(EdgeTpuHost, NamesTheProcessesThatUseTheDevice) {
  const fs::path node = Write("dev/apex_1", "");
  AddProcess(812, "python3", node);
  AddProcess(4711, "frigate", node);
  AddProcess(5, "idle", "/dev/apex_0");
  Write("proc/version", "Linux");
  EXPECT_THAT(
      UsersOf(node, root_ / "proc"),
      ElementsAre(DeviceUser{812, "python3"}, DeviceUser{4711, "frigate"}));
  EXPECT_EQ(internal::WhyItDoesNotOpen(kPci, root_),
            "is in use by python3 (process 812), frigate (process 4711)");
}

TEST_F(EdgeTpuHost, FindsRealProcessesButNotItself) {
  const fs::path file = Write("dev/apex_1", "");
  const int opened = open(file.c_str(), O_RDONLY);
  EXPECT_THAT(UsersOf(file), testing::IsEmpty());
  close(opened);
}

TEST_F(EdgeTpuHost, DoesNotKnowWhyADeviceWithoutUsersDoesNotOpen) {
  Write("dev/apex_1", "");
  EXPECT_THAT(internal::WhyItDoesNotOpen(kPci, root_),
              HasSubstr("is in use or does not answer"));
  EXPECT_THAT(internal::WhyItDoesNotOpen(kUsb, root_),
              HasSubstr("is in use or does not answer"));
}

TEST_F(EdgeTpuHost, TellsThatTheUserMayNotUseTheDevice) {
  const fs::path node = Write("dev/apex_1", "");
  fs::permissions(node, fs::perms::none);
  const bool is_root = geteuid() == 0;
  constexpr uid_t kNobody = 65534;
  if (is_root && seteuid(kNobody) != 0) {
    GTEST_SKIP() << "root cannot become another user here";
  }
  const std::string why = internal::WhyItDoesNotOpen(kPci, root_);
  if (is_root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  EXPECT_THAT(why, HasSubstr("no permission for " + node.string()));
}

}  // namespace
}  // namespace coralline
