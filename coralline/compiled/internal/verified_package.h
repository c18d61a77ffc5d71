#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "coralline/compiled/internal/wire.h"

namespace coralline::internal {

/// The flatbuffers inside the options of an edgetpu-custom-op, every one of
/// them verified: a package, in it a vector of executables. Points into the
/// options, which must outlive it.
class VerifiedPackage {
 public:
  /// Throws Error(kModel), beginning with `name`, for options that are no such
  /// package, or a damaged one.
  VerifiedPackage(std::span<const std::byte> custom_options,
                  const std::string& name);
  VerifiedPackage(const VerifiedPackage&) = delete;
  VerifiedPackage& operator=(const VerifiedPackage&) = delete;

  const package_wire::Package& package() const { return *package_; }
  const std::vector<const package_wire::Executable*>& executables() const {
    return executables_;
  }
  /// The parameters of an executable, inside the options.
  std::span<const std::byte> Parameters(int executable) const;

 private:
  std::span<const std::byte> stored_;  ///< the package, inside the options
  /// A copy where it is stored, as flexbuffers do with small ones, at an
  /// address that flatbuffers cannot be read at.
  std::vector<std::byte> aligned_;
  const package_wire::Package* package_ = nullptr;
  std::vector<const package_wire::Executable*> executables_;
};

}  // namespace coralline::internal
