#include "coralline/cli/kernels_option.h"

#include <CLI/CLI.hpp>

namespace coralline::cli {

void AddKernelsOption(CLI::App& app, CpuKernels& kernels) {
  const std::map<std::string, CpuKernels> names = {
      {"auto", CpuKernels::kAuto},
      {"builtin", CpuKernels::kBuiltin},
      {"xnnpack", CpuKernels::kXnnpack}};
  app.add_option("--kernels", kernels,
                 "auto (XNNPACK where it takes the segment), builtin, xnnpack")
      ->transform(CLI::CheckedTransformer(names, CLI::ignore_case))
      ->option_text("auto|builtin|xnnpack");
}

}  // namespace coralline::cli
