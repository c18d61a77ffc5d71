#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "coralline/device/tensor_data.h"
#include "coralline/tflite/model.h"

namespace coralline {

using ConstBytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

/// What an emulated device did in one inference.
struct EmulatedRun {
  bool computes = false;  ///< whether the CPU computes the outputs meanwhile
  std::chrono::nanoseconds simulated{0};  ///< what it should take
  /// By how much it took longer, or longer than a fault slowed it to (fault.h);
  /// nullopt where it had to wait for the CPU's computation.
  std::optional<std::chrono::nanoseconds> overshoot;
};

/// A loaded segment that runs. One thread at a time may use it.
class Executable {
 public:
  virtual ~Executable() = default;

  /// The segment's interface, in the order of its model.
  virtual const std::vector<TensorSpec>& inputs() const = 0;
  virtual const std::vector<TensorSpec>& outputs() const = 0;

  /// Where and how it runs, for reports: "cpu:0, XNNPACK".
  virtual std::string description() const = 0;

  /// Called once by the thread that is going to call Run, before it does: a
  /// device that is a core moves the thread there. Throws Error(kDevice).
  virtual void BindThread() {}

  /// Called by the thread that is going to call Run, after BindThread: brings
  /// the parameters that stay on the device there, by an inference of zeros.
  /// Without it the first Run does, and takes longer than the next ones: as a
  /// measurement of a cold inference wants it, but not a pipeline, whose times
  /// and watchdog are about requests. Throws as Run does.
  virtual void Upload() {}

  /// One inference. The spans have the sizes of inputs() and outputs(), and
  /// are not kept. Throws Error(kDevice) when the inference fails.
  virtual void Run(std::span<const ConstBytes> inputs,
                   std::span<const MutableBytes> outputs) = 0;

  /// Called from any thread when nobody waits for the current Run any longer:
  /// lets it end early where it can, with Error(kDevice). What Run was given
  /// stays until it has ended. The executable is not used afterwards.
  virtual void Abandon() {}

  /// Sets variable tensors (LSTM state) back to their first content.
  virtual void ResetState() {}

  /// The last Run of an emulated device, read by the thread that called it;
  /// null for others.
  virtual const EmulatedRun* last_emulated_run() const { return nullptr; }
};

/// Something that loads segments.
class Device {
 public:
  virtual ~Device() = default;
  /// As the user writes it, such as "cpu:0".
  virtual std::string name() const = 0;
  /// What runs the segments, and where: what is measured on a device of this
  /// name holds for this runtime alone. Throws Error(kDevice) as Load does.
  virtual std::string runtime() const = 0;
  /// Whether a segment is ready to be loaded, or can be made so: false where it
  /// would have to be compiled and there is no compiler. As cheap as a hash.
  virtual bool CanLoad(const Model&) const { return true; }
  /// Throws Error(kModel) when the device cannot run the segment, and
  /// Error(kDevice) when the device or its library is not there.
  virtual std::unique_ptr<Executable> Load(const Model& segment) const = 0;
  /// Whether the device answers now. Cheap; from any thread.
  virtual bool is_present() const { return true; }
  /// Degrees Celsius; nullopt where the device does not tell. As cheap.
  virtual std::optional<double> temperature() const { return std::nullopt; }
  /// Whether it only stands for another one, so that its times are no
  /// measurements of that.
  virtual bool is_emulated() const { return false; }
};

/// Runs once with owned data: allocates the outputs. For tests and tools.
std::vector<TensorData> RunOnce(Executable& executable,
                                const std::vector<TensorData>& inputs);

}  // namespace coralline
