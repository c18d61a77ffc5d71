#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/device/testing.h"
#include "coralline/pipeline/pipeline.h"

namespace coralline::testing_util {

inline constexpr int kWords = 16;  // in each tensor

inline std::vector<TensorSpec> Words(const std::string& name) {
  return {{.name = name, .bytes = kWords * sizeof(std::uint64_t)}};
}

inline std::uint64_t WordAt(ConstBytes bytes, int i) {
  std::uint64_t word = 0;
  std::memcpy(&word, &bytes[i * sizeof(word)], sizeof(word));
  return word;
}

inline void SetAll(std::uint64_t word, MutableBytes bytes) {
  for (int i = 0; i < kWords; ++i) {
    std::memcpy(&bytes[i * sizeof(word)], &word, sizeof(word));
  }
}

inline std::uint64_t First(std::uint64_t word) { return word * 31 + 7; }
inline std::uint64_t Second(std::uint64_t word) { return word ^ (word << 9); }

// Each word of the output is the function of that of the input. One inference
// in `failing_one_in` fails with its device, counted over all; 0: none.
struct Chance {
  std::uint64_t failing_one_in = 0;
  std::atomic<std::uint64_t> num_runs{0};
};

template <typename Function>
std::unique_ptr<Executable> Stage(const std::string& input,
                                  const std::string& output, Function function,
                                  std::shared_ptr<Chance> chance) {
  return std::make_unique<FakeExecutable>(
      Words(input), Words(output),
      [=](std::span<const ConstBytes> in, std::span<const MutableBytes> out) {
        const std::uint64_t run = chance->num_runs++;
        if (chance->failing_one_in > 0 &&
            std::mt19937_64(run)() % chance->failing_one_in == 0) {
          throw Error(ErrorKind::kDevice, "it broke");
        }
        for (int i = 0; i < kWords; ++i) {
          const std::uint64_t word = function(WordAt(in[0], i));
          std::memcpy(&out[0][i * sizeof(word)], &word, sizeof(word));
        }
      });
}

inline std::unique_ptr<Executable> FirstStage(std::shared_ptr<Chance> chance) {
  return Stage("a", "b", First, std::move(chance));
}
inline std::unique_ptr<Executable> SecondStage(std::shared_ptr<Chance> chance) {
  return Stage("b", "c", Second, std::move(chance));
}

// Two stages with replicas on all usable devices; one stage on the last one.
class ChancyDeployer : public Deployer {
 public:
  ChancyDeployer(int num_devices, std::shared_ptr<Chance> chance)
      : num_devices_(num_devices), chance_(std::move(chance)) {}

  int num_devices() const override { return num_devices_; }
  std::string device_name(int) const override { return "fake"; }
  std::optional<Deployment> Deploy(
      std::span<const DeviceHealth> devices) override {
    std::vector<int> usable;
    for (int d = 0; d < num_devices_; ++d) {
      if (devices[d].usable) usable.push_back(d);
    }
    if (usable.empty()) return std::nullopt;
    Deployment deployment;
    if (usable.size() == 1) {
      const auto both = [](std::uint64_t word) { return Second(First(word)); };
      deployment.stages = {{{.device = usable[0],
                             .executable = Stage("a", "c", both, chance_)}}};
      return deployment;
    }
    deployment.stages.resize(2);
    for (std::size_t i = 0; i < usable.size(); ++i) {
      deployment.stages[i % 2].push_back(
          {.device = usable[i],
           .executable =
               i % 2 == 0 ? FirstStage(chance_) : SecondStage(chance_)});
    }
    return deployment;
  }

 private:
  int num_devices_;
  std::shared_ptr<Chance> chance_;
};

inline const PipelineInterface& Interface() {
  static const PipelineInterface interface { Words("a"), Words("c") };
  return interface;
}

inline std::vector<TensorData> Input(std::uint64_t word) {
  TensorData data(kWords * sizeof(word));
  SetAll(word, data);
  return {data};
}

}  // namespace coralline::testing_util
