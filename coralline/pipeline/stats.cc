#include "coralline/pipeline/stats.h"

namespace coralline {

Histogram StageStats::busy() const {
  Histogram all;
  for (const ReplicaStats& replica : replicas) all.Add(replica.busy);
  return all;
}

}  // namespace coralline
