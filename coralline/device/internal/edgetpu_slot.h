#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "coralline/device/edgetpu_device.h"
#include "coralline/device/internal/interpreter.h"

namespace coralline::internal {

/// One Edge TPU of this process, with the one interpreter that it has open.
/// What uses it (an executable) takes turns; it is told apart by its address in
/// memory. Any thread may use a slot.
class EdgeTpuSlot {
 public:
  /// The slot of the device; the same one as long as somebody keeps it.
  static std::shared_ptr<EdgeTpuSlot> Of(const EdgeTpuAddress& address);

  /// While it lives the device is its user's alone. One thread.
  class Turn {
   public:
    /// Waits for the turns of others. Throws Error(kDevice) where that is in
    /// vain, as with MayOpen.
    Turn(EdgeTpuSlot& slot, const void* user);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    /// The user's; null where nothing is open, or another's.
    Interpreter* interpreter();
    /// Whether an inference has brought the parameters of what is open to the
    /// device.
    bool is_uploaded() const { return slot_.is_uploaded_; }
    void set_is_uploaded() { slot_.is_uploaded_ = true; }
    /// Frees what is open, whoever has opened it.
    void Close();
    /// After Close, as a device has one interpreter at a time.
    Interpreter& Open(Interpreter interpreter);

   private:
    EdgeTpuSlot& slot_;
    const void* user_;
  };

  /// Whether nothing is open or about to be, so that opening takes the device
  /// from nobody. Throws Error(kDevice) where an inference hangs that nobody
  /// waits for.
  bool MayOpen() const;
  /// Nobody waits any longer for the turn that the user has, if it has one.
  void Abandon(const void* user);
  /// Frees what the user has opened, if nobody has taken the device over.
  void Release(const void* user);

 private:
  explicit EdgeTpuSlot(std::string path) : path_(std::move(path)) {}
  void CheckAnswers() const;

  const std::string path_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  const void* at_work_ = nullptr;  // who has a turn
  bool is_abandoned_ = false;      // that turn
  const void* opened_by_ = nullptr;
  // Whoever has a turn may use these without the mutex.
  std::optional<Interpreter> interpreter_;
  bool is_uploaded_ = false;
};

}  // namespace coralline::internal
