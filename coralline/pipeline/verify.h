#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "coralline/pipeline/pipeline.h"

namespace coralline {

/// The first byte in which the pipeline's output differs from the whole
/// model's.
struct Mismatch {
  std::int64_t request = 0;
  std::string tensor;
  std::size_t byte = 0;
  int expected = 0;
  int found = 0;
};

/// Compares outputs bit for bit; nullopt when all are equal. Mismatch::request
/// is left 0.
std::optional<Mismatch> FirstDifference(const std::vector<TensorSpec>& specs,
                                        const std::vector<TensorData>& expected,
                                        const std::vector<TensorData>& found);

/// Sends the same random inputs through the whole model and through the
/// pipeline and compares every output bit for bit. State is reset first and
/// then kept on both sides. Returns nullopt when all are equal. `progress`,
/// where given, is called after each request and ends the run by returning
/// false. The pipeline must be empty. Throws what an inference throws.
std::optional<Mismatch> FindMismatch(
    Executable& whole, Pipeline& pipeline, std::int64_t num_requests,
    std::uint64_t seed,
    const std::function<bool(std::int64_t done)>& progress = {});

}  // namespace coralline
