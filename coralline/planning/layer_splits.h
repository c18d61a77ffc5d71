#pragma once

#include <span>
#include <vector>

#include "coralline/planning/model_problem.h"
#include "coralline/rewrite/layer_split.h"

namespace coralline {

/// The ops of SplittableLayers whose parameters no accelerator of the groups
/// keeps so many times on its chip, with nothing beside them: 1 gives the
/// layers that do not fit any, 2 those that leave a device to themselves. Empty
/// where there is no accelerator.
std::vector<int> OversizeLayers(const Model& model,
                                const std::vector<DeviceGroup>& groups,
                                int times = 1);

/// Fully connected layers and convolutions that accelerators run and that have
/// more outputs than their array at once (64). Depthwise convolutions are not
/// among them: their parameters are few.
std::vector<int> SplittableLayers(const Model& model,
                                  const std::vector<DeviceGroup>& groups);

/// Ways to split these layers, from few parts to many: with one part of each on
/// a device at a time, with two, and so on. A part takes whole groups of 64
/// outputs, as many as the roomiest accelerator keeps on its chip, or a half or
/// a third of that; all parts of a layer are about equal. Fully connected parts
/// are convolutions where a device keeps more of them in this form
/// (docs/model.md). Layers that need no second part are left out; no way is
/// given twice, or empty. Requires ops of SplittableLayers.
std::vector<std::vector<LayerSplit>> WaysToSplit(
    const Model& model, std::span<const int> layers,
    const std::vector<DeviceGroup>& groups);

}  // namespace coralline
