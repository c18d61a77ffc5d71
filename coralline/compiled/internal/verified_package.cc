#include "coralline/compiled/internal/verified_package.h"

#include <flatbuffers/flexbuffers.h>
#include <fmt/format.h>

#include <cstdint>

#include "coralline/base/check.h"
#include "coralline/base/error.h"

namespace coralline::internal {
namespace {

using Bytes = std::span<const std::byte>;

// Of a flatbuffer: its lengths and offsets.
constexpr std::uintptr_t kAlignment = alignof(flatbuffers::uoffset_t);

[[noreturn]] void FailPackage(const std::string& name,
                              const std::string& what) {
  throw Error(ErrorKind::kModel,
              fmt::format("{}: {}; compile the model again", name, what));
}

const std::uint8_t* Data(Bytes bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

// The options are a map; "4" is the package, others are about its execution.
Bytes PackageIn(Bytes options, const std::string& name) {
  std::vector<std::uint8_t> seen;  // else a crafted map takes hours to verify
  if (!flexbuffers::VerifyBuffer(Data(options), options.size(), &seen)) {
    FailPackage(name,
                fmt::format("its {} bytes of options are truncated or damaged, "
                            "a flexbuffer was expected",
                            options.size()));
  }
  const auto root = flexbuffers::GetRoot(Data(options), options.size());
  if (!root.IsMap()) {
    FailPackage(name, "its options are a flexbuffer but no map");
  }
  const auto package = root.AsMap()["4"];
  if (!package.IsString() && !package.IsBlob()) {
    FailPackage(name, "its options have no package under the key '4'");
  }
  const auto blob = package.AsBlob();
  return std::as_bytes(std::span(blob.data(), blob.size()));
}

template <typename Table>
const Table* Verified(Bytes bytes, const char* identifier) {
  flatbuffers::Verifier verifier(Data(bytes), bytes.size());
  return verifier.VerifyBuffer<Table>(identifier)
             ? flatbuffers::GetRoot<Table>(bytes.data())
             : nullptr;
}

const package_wire::Package& VerifyPackage(Bytes bytes,
                                           const std::string& name) {
  const char* identifier = package_wire::PackageIdentifier();
  if (bytes.size() < 8 ||
      !flatbuffers::BufferHasIdentifier(bytes.data(), identifier)) {
    FailPackage(name, fmt::format("its package of {} bytes has not the file "
                                  "identifier '{}'",
                                  bytes.size(), identifier));
  }
  const auto* package = Verified<package_wire::Package>(bytes, identifier);
  if (!package) FailPackage(name, "its package is truncated or damaged");
  return *package;
}

std::vector<const package_wire::Executable*> VerifyExecutables(
    const package_wire::Package& package, const std::string& name) {
  const auto* bytes = package.serialized_multi_executable();
  const auto* multi =
      bytes
          ? Verified<package_wire::MultiExecutable>(
                std::as_bytes(std::span(bytes->data(), bytes->size())), nullptr)
          : nullptr;
  if (!multi) {
    FailPackage(name, "the executables of its package are missing or damaged");
  }
  std::vector<const package_wire::Executable*> executables;
  for (unsigned i = 0; i < SizeOf(multi->serialized_executables()); ++i) {
    const auto* text = multi->serialized_executables()->Get(i);
    executables.push_back(Verified<package_wire::Executable>(
        std::as_bytes(std::span(text->data(), text->size())), nullptr));
    if (!executables.back()) {
      FailPackage(name, fmt::format("executable {} is damaged", i));
    }
  }
  return executables;
}

}  // namespace

VerifiedPackage::VerifiedPackage(Bytes custom_options, const std::string& name)
    : stored_(PackageIn(custom_options, name)) {
  Bytes bytes = stored_;
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % kAlignment != 0) {
    aligned_.assign(bytes.begin(), bytes.end());
    bytes = aligned_;
  }
  package_ = &VerifyPackage(bytes, name);
  executables_ = VerifyExecutables(*package_, name);
}

Bytes VerifiedPackage::Parameters(int executable) const {
  CORALLINE_CHECK(executable >= 0);
  const auto* parameters = executables_.at(executable)->parameters();
  if (!parameters) return {};
  const Bytes bytes =
      std::as_bytes(std::span(parameters->data(), parameters->size()));
  if (aligned_.empty()) return bytes;
  return stored_.subspan(bytes.data() - aligned_.data(), bytes.size());
}

}  // namespace coralline::internal
