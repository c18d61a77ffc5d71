#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/compiled/segment_compiler.h"
#include "coralline/device/device.h"

namespace coralline {

namespace internal {
class EdgeTpuSlot;
}

/// How an Edge TPU is attached.
enum class EdgeTpuBus { kPci, kUsb };

/// "pci", "usb".
std::string_view EdgeTpuBusText(EdgeTpuBus bus);

/// One that is there.
struct EdgeTpuAddress {
  EdgeTpuBus bus = EdgeTpuBus::kPci;
  /// As libedgetpu names it: "/dev/apex_0", "/sys/bus/usb/devices/2-1".
  std::string path;

  bool operator==(const EdgeTpuAddress&) const = default;
};

/// How libedgetpu is used.
struct EdgeTpuOptions {
  /// Its file; empty: $CORALLINE_EDGETPU where set, else libedgetpu.so.1 where
  /// the system finds it. The first one that a process opens stays. Listing
  /// needs no TFLite library.
  std::string library;
  /// "low", "medium", "high" or "max": clocks of USB devices; empty: the
  /// library's default.
  std::string performance;
  /// Usb.MaxBulkInQueueLength, up to 255; 0: the library's default.
  int usb_queue_length = 0;

  bool operator==(const EdgeTpuOptions&) const = default;
};

/// Devices that libedgetpu finds: PCIe ones first, each bus sorted by path, so
/// that numbers stay as long as nothing is plugged. Throws Error(kDevice) where
/// there is no library.
std::vector<EdgeTpuAddress> ListEdgeTpus(const EdgeTpuOptions& options = {});

/// "BuildLabel(...), RuntimeVersion(14)" as the library says it, and its file.
/// Throws as ListEdgeTpus does.
struct EdgeTpuRuntime {
  std::string version;
  std::optional<int> runtime_version;  ///< 14, of the text above
  std::string path;
  bool is_fake = false;  ///< stands for the real one in tests
};
EdgeTpuRuntime ReadEdgeTpuRuntime(const EdgeTpuOptions& options = {});

/// "edgetpu:0" (of all), "edgetpu:pci:1", "edgetpu:usb:0" (of one bus),
/// "edgetpu:all", "edgetpu:pci", "edgetpu:usb" (every one). False for names of
/// other devices, such as "emulated:edgetpu-pcie".
bool IsEdgeTpuName(std::string_view name);

/// The devices that a name stands for, as "edgetpu:pci:0"; at least one. Throws
/// Error(kUsage) for a malformed name, and Error(kDevice) where a device is not
/// there: it says which are, and where to look ('coralline doctor').
std::vector<std::string> ExpandEdgeTpuName(std::string_view name,
                                           const EdgeTpuOptions& options = {});

/// A real Edge TPU, by libedgetpu and the TFLite library.
///
/// It has one delegate and one interpreter at a time, as the library wants it:
/// those of one executable. Another one that runs takes the device over, which
/// costs an opening and an upload, and the state of variable tensors. A copy of
/// the device is the same device, and so is another object of this address in
/// the process; threads wait for one another.
///
/// A segment that is not compiled is compiled first. What the compiler leaves
/// to the CPU runs there, on one thread, by TFLite's builtin kernels. Run
/// throws Error(kDevice): "edgetpu:pci:0 (/dev/apex_0) is lost: ..." where the
/// device is not listed any more, and with TFLite's message otherwise. Either
/// way the device is opened again by what loads or runs next.
///
/// An inference that hangs cannot be interrupted. After Abandon, all that would
/// use the device throws Error(kDevice) until the inference has come back.
class EdgeTpuDevice : public Device {
 public:
  /// `name` is one of ExpandEdgeTpuName, or another that stands for one device.
  /// `compiler` may be null: then only compiled models load. Throws as
  /// ExpandEdgeTpuName does, and Error(kUsage) for options that are not known.
  EdgeTpuDevice(const std::string& name, const EdgeTpuOptions& options,
                std::shared_ptr<const SegmentCompiler> compiler);

  /// "edgetpu:pci:0".
  std::string name() const override { return name_; }
  /// "libedgetpu BuildLabel(...), RuntimeVersion(14), TFLite 2.9.0,
  /// edgetpu_compiler 16.0...", and the options that change times.
  std::string runtime() const override;
  bool CanLoad(const Model& segment) const override;
  /// Opens the device and uploads nothing yet (Executable::Upload). Where
  /// another executable has it open, that one goes on undisturbed: a pipeline
  /// loads its next segments while requests run. The device changes hands at
  /// the first Upload or Run then, which throw what Load would have thrown.
  ///
  /// Throws Error(kModel) for a model that needs a newer runtime, or that
  /// TFLite refuses; as SegmentCompiler::Compile does; and Error(kDevice) where
  /// the device is lost, in use by another process (naming it where it can be
  /// found), not permitted, or hangs from an inference that was abandoned.
  std::unique_ptr<Executable> Load(const Model& segment) const override;
  /// Whether libedgetpu lists it.
  bool is_present() const override;
  /// Of a PCIe device, from sysfs; nullopt for others.
  std::optional<double> temperature() const override;
  /// Whether the library only stands for the real one.
  bool is_emulated() const override;

  const EdgeTpuAddress& address() const { return address_; }

 private:
  std::string name_;
  EdgeTpuOptions options_;
  EdgeTpuAddress address_;
  std::shared_ptr<const SegmentCompiler> compiler_;
  std::shared_ptr<internal::EdgeTpuSlot> slot_;
};

}  // namespace coralline
