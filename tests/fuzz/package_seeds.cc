// Writes inputs for package_fuzz to begin with into a folder.
#include <filesystem>
#include <string>

#include "coralline/base/file.h"
#include "tests/fake_edgetpu/sample_packages.h"

int main(int argc, char** argv) {
  using namespace coralline;
  using namespace sample_packages;  // NOLINT: all of it is for this
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  int index = 0;
  for (const CompiledPackage& package :
       {PackageOf({StandAlone()}), PackageOf({Execution(), Caching()}),
        PackageOf({Caching(), Execution(), StandAlone()})}) {
    const std::string number = std::to_string(index++);
    WriteFile(folder / ("options_" + number), OptionsOf(package));
    WriteFile(folder / ("model_" + number), ModelOf(package).bytes.span());
  }
  return 0;
}
