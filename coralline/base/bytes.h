#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace coralline {

/// Immutable bytes with shared ownership: copies share one storage, so a model
/// and everything loaded from it hold its weights once. Safe to share between
/// threads.
class SharedBytes {
 public:
  SharedBytes() = default;
  /// `owner` keeps the storage that `bytes` points into alive.
  SharedBytes(std::shared_ptr<const void> owner,
              std::span<const std::byte> bytes)
      : owner_(std::move(owner)), bytes_(bytes) {}

  const std::byte* data() const { return bytes_.data(); }
  std::size_t size() const { return bytes_.size(); }
  std::span<const std::byte> span() const { return bytes_; }

 private:
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_;
};

}  // namespace coralline
