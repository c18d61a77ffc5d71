#include "coralline/device/internal/edgetpu_slot.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/base/error.h"

namespace coralline::internal {

std::shared_ptr<EdgeTpuSlot> EdgeTpuSlot::Of(const EdgeTpuAddress& address) {
  // Never destroyed: a thread that hangs may come back while the program ends.
  static auto& mutex = *new std::mutex;
  static auto& slots = *new std::map<std::string, std::weak_ptr<EdgeTpuSlot>>;
  const std::lock_guard lock(mutex);
  std::weak_ptr<EdgeTpuSlot>& known = slots[address.path];
  auto slot = known.lock();
  if (!slot) {
    slot = std::shared_ptr<EdgeTpuSlot>(new EdgeTpuSlot(address.path));
    known = slot;
  }
  return slot;
}

void EdgeTpuSlot::CheckAnswers() const {
  if (!is_abandoned_) return;
  throw Error(ErrorKind::kDevice,
              fmt::format("{} hangs in an inference that was given up, and "
                          "cannot be interrupted",
                          path_));
}

bool EdgeTpuSlot::MayOpen() const {
  const std::lock_guard lock(mutex_);
  CheckAnswers();
  return !opened_by_ && !at_work_;
}

void EdgeTpuSlot::Abandon(const void* user) {
  const std::lock_guard lock(mutex_);
  if (at_work_ != user) return;
  is_abandoned_ = true;
  changed_.notify_all();
}

void EdgeTpuSlot::Release(const void* user) {
  std::unique_lock lock(mutex_);
  if (opened_by_ != user) return;
  changed_.wait(lock, [this] { return !at_work_ || is_abandoned_; });
  if (opened_by_ != user || is_abandoned_) return;
  opened_by_ = nullptr;
  interpreter_.reset();
}

EdgeTpuSlot::Turn::Turn(EdgeTpuSlot& slot, const void* user)
    : slot_(slot), user_(user) {
  std::unique_lock lock(slot_.mutex_);
  slot_.changed_.wait(lock,
                      [&slot] { return !slot.at_work_ || slot.is_abandoned_; });
  slot_.CheckAnswers();
  slot_.at_work_ = user;
}

EdgeTpuSlot::Turn::~Turn() {
  {
    const std::lock_guard lock(slot_.mutex_);
    slot_.at_work_ = nullptr;
    slot_.is_abandoned_ = false;
  }
  slot_.changed_.notify_all();
}

Interpreter* EdgeTpuSlot::Turn::interpreter() {
  const std::lock_guard lock(slot_.mutex_);
  return slot_.opened_by_ == user_ ? &*slot_.interpreter_ : nullptr;
}

void EdgeTpuSlot::Turn::Close() {
  {
    const std::lock_guard lock(slot_.mutex_);
    slot_.opened_by_ = nullptr;
  }
  slot_.interpreter_.reset();
}

Interpreter& EdgeTpuSlot::Turn::Open(Interpreter interpreter) {
  CORALLINE_CHECK(!slot_.interpreter_);
  slot_.interpreter_.emplace(std::move(interpreter));
  slot_.is_uploaded_ = false;
  const std::lock_guard lock(slot_.mutex_);
  slot_.opened_by_ = user_;
  return *slot_.interpreter_;
}

}  // namespace coralline::internal
