#include "tests/fake_edgetpu/open_device.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/device/precise_wait.h"

namespace coralline::fake_edgetpu {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

// Divided by $FAKE_EDGETPU_SPEED, where 0 is: no time at all.
nanoseconds Scaled(nanoseconds time, double factor) {
  const double speed =
      std::strtod(Environment("FAKE_EDGETPU_SPEED", "1").c_str(), nullptr);
  if (speed <= 0) return nanoseconds(0);
  return std::chrono::round<nanoseconds>(time * (factor / speed));
}

[[noreturn]] void Throw(const std::string& message) {
  throw Error(ErrorKind::kDevice, message);
}

}  // namespace

OpenDevice::OpenDevice(std::shared_ptr<FakeDevice> device, int lock)
    : device_(std::move(device)),
      lock_(lock),
      num_losses_(device_->faults.NumLosses(steady_clock::now())) {}

std::unique_ptr<OpenDevice> OpenDevice::Open(
    std::shared_ptr<FakeDevice> device) {
  if (!device->IsPlugged() || device->is_open.exchange(true)) return nullptr;
  int lock = -1;
  if (const auto file = device->StateFile("lock")) {
    lock = open(file->c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
    if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) != 0) {
      if (lock >= 0) close(lock);
      device->is_open = false;
      return nullptr;
    }
  }
  return std::unique_ptr<OpenDevice>(new OpenDevice(std::move(device), lock));
}

OpenDevice::~OpenDevice() {
  if (lock_ >= 0) close(lock_);
  device_->is_open = false;
}

bool OpenDevice::IsLost() const {
  return !device_->IsPlugged() ||
         device_->faults.NumLosses(steady_clock::now()) != num_losses_;
}

void OpenDevice::RecordUpload(std::uint64_t token) const {
  if (const auto file = device_->StateFile("uploads")) {
    std::ofstream(*file, std::ios::app) << fmt::format("{:016x}\n", token);
  }
}

void OpenDevice::Infer(std::uint64_t token, const InferenceTimes& times,
                       const std::function<void()>& compute) {
  const auto throw_if_lost = [this] {
    is_lost_ = is_lost_ || IsLost();
    if (is_lost_) {
      Throw(fmt::format("{}: No such device", device_->path));
    }
  };
  throw_if_lost();
  const auto faults = device_->faults.Start(steady_clock::now());
  throw_if_lost();
  if (faults.fails) {
    Throw(fmt::format("{}: request {} failed", device_->path, faults.number));
  }
  std::this_thread::sleep_for(faults.stall);
  const auto start = steady_clock::now();
  nanoseconds time = times.inference;
  const bool is_resident = std::exchange(resident_, token) == token;
  if (times.upload > nanoseconds(0) && (token == 0 || !is_resident)) {
    RecordUpload(token);
    time += times.upload;
  }
  compute();
  WaitUntil(start + Scaled(time, faults.factor));
  throw_if_lost();
}

}  // namespace coralline::fake_edgetpu
