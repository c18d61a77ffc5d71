#include "coralline/runtime/internal/loaded_segments.h"

namespace coralline::internal {

std::shared_ptr<Executable> LoadedSegments::Find(int device,
                                                 const Segment& segment) {
  const auto found = entries_.find({device, segment.ops});
  if (found == entries_.end()) return nullptr;
  found->second.used_by = deployment_;
  return found->second.executable;
}

bool LoadedSegments::Has(int device, const Segment& segment) const {
  return entries_.count({device, segment.ops}) > 0;
}

void LoadedSegments::Add(int device, const Segment& segment,
                         std::shared_ptr<Executable> executable) {
  entries_[{device, segment.ops}] = {std::move(executable), deployment_};
}

void LoadedSegments::Forget(int device) {
  std::erase_if(entries_, [device](const auto& entry) {
    return entry.first.first == device;
  });
}

void LoadedSegments::Finish() {
  std::erase_if(entries_, [this](const auto& entry) {
    return entry.second.used_by < deployment_ - 1;
  });
  ++deployment_;
}

}  // namespace coralline::internal
