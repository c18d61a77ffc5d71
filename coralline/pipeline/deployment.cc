#include "coralline/pipeline/deployment.h"

#include <fmt/format.h>

#include <utility>

namespace coralline {
namespace {

class FixedDeployer : public Deployer {
 public:
  explicit FixedDeployer(
      std::vector<std::vector<std::unique_ptr<Executable>>> stages) {
    for (auto& executables : stages) {
      auto& replicas = deployment_.stages.emplace_back();
      for (auto& executable : executables) {
        names_.push_back(executable->description());
        replicas.push_back(
            {.device = num_devices() - 1, .executable = std::move(executable)});
      }
    }
  }

  int num_devices() const override { return static_cast<int>(names_.size()); }
  std::string device_name(int device) const override { return names_[device]; }

  std::optional<Deployment> Deploy(std::span<const DeviceHealth>) override {
    if (deployment_.stages.empty()) return std::nullopt;
    return std::exchange(deployment_, {});
  }
  bool IsPresent(int) const override { return false; }

 private:
  Deployment deployment_;
  std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<Deployer> FixedDeployment(
    std::vector<std::vector<std::unique_ptr<Executable>>> stages) {
  return std::make_unique<FixedDeployer>(std::move(stages));
}

}  // namespace coralline
