#include "coralline/machine/doctor.h"

#include "coralline/machine/internal/checks.h"

namespace coralline {

std::vector<Finding> Examine(const Machine& machine) {
  std::vector<Finding> findings;
  internal::CheckLibedgetpu(machine, findings);
  internal::CheckTfLite(machine, findings);
  internal::CheckEdgeTpus(machine, findings);
  internal::CheckLinks(machine, findings);
  internal::CheckCompiler(machine, findings);
  internal::CheckHost(machine, findings);
  internal::CheckFolders(machine, findings);
  return findings;
}

}  // namespace coralline
