#include "coralline/tflite/internal/options.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

// An options table is one of over a hundred types. Its vtable tells where each
// field lies but not how wide it is; for scalars the distance to the next
// field bounds the width, and copying a few bytes of padding along with a
// scalar is harmless, as readers take the low bytes only. Fields that are
// offsets must be known: those of RESHAPE and SQUEEZE are all there are among
// the ops that run without resources.

namespace coralline::internal {
namespace {

using flatbuffers::ReadScalar;
using flatbuffers::soffset_t;
using flatbuffers::uoffset_t;
using flatbuffers::voffset_t;

// No options table of the format has as many fields.
constexpr std::size_t kMaxFields = 64;

// Members of union BuiltinOptions whose field 0 is a vector of int.
constexpr std::uint8_t kReshapeOptions = 17;
constexpr std::uint8_t kSqueezeOptions = 30;

std::optional<std::size_t> VectorField(const wire::Operator& op) {
  const std::uint8_t type = op.builtin_options_type();
  if (type == kReshapeOptions || type == kSqueezeOptions) return 0;
  return std::nullopt;
}

// The raw layout of a table whose vtable has been verified.
class RawTable {
 public:
  explicit RawTable(const wire::Opaque& table)
      : table_(reinterpret_cast<const std::uint8_t*>(&table)),
        vtable_(table_ - ReadScalar<soffset_t>(table_)) {}

  const std::uint8_t* data() const { return table_; }
  std::size_t vtable_bytes() const { return ReadScalar<voffset_t>(vtable_); }
  std::size_t table_bytes() const { return ReadScalar<voffset_t>(vtable_ + 2); }
  std::size_t num_fields() const {
    return (vtable_bytes() - 2 * sizeof(voffset_t)) / sizeof(voffset_t);
  }
  // Distance from the table's start; 0 for an absent field.
  std::size_t Offset(std::size_t field) const {
    return ReadScalar<voffset_t>(vtable_ + (2 + field) * sizeof(voffset_t));
  }
  // Bytes until the next field or the table's end.
  std::size_t Room(std::size_t field) const {
    std::size_t end = table_bytes();
    for (std::size_t other = 0; other < num_fields(); ++other) {
      if (Offset(other) > Offset(field)) end = std::min(end, Offset(other));
    }
    return end - Offset(field);
  }

 private:
  const std::uint8_t* table_;
  const std::uint8_t* vtable_;
};

// The widest naturally aligned scalar that fits the room of a field.
std::size_t ScalarBytes(const RawTable& table, std::size_t field) {
  const auto address =
      reinterpret_cast<std::uintptr_t>(table.data()) + table.Offset(field);
  std::size_t bytes = 8;
  while (bytes > 1 && (bytes > table.Room(field) || address % bytes != 0)) {
    bytes /= 2;
  }
  return bytes;
}

const flatbuffers::Vector<std::int32_t>* VectorAt(const RawTable& table,
                                                  std::size_t field) {
  const std::uint8_t* place = table.data() + table.Offset(field);
  return reinterpret_cast<const flatbuffers::Vector<std::int32_t>*>(
      place + ReadScalar<uoffset_t>(place));
}

template <typename T>
void CopyScalar(const RawTable& table, std::size_t field,
                flatbuffers::FlatBufferBuilder& builder) {
  builder.AddElement<T>(
      flatbuffers::FieldIndexToOffset(static_cast<voffset_t>(field)),
      ReadScalar<T>(table.data() + table.Offset(field)), T{});
}

void CopyField(const RawTable& table, std::size_t field,
               flatbuffers::FlatBufferBuilder& builder) {
  switch (ScalarBytes(table, field)) {
    case 8:
      return CopyScalar<std::uint64_t>(table, field, builder);
    case 4:
      return CopyScalar<std::uint32_t>(table, field, builder);
    case 2:
      return CopyScalar<std::uint16_t>(table, field, builder);
    default:
      return CopyScalar<std::uint8_t>(table, field, builder);
  }
}

bool FieldsAreInside(const RawTable& table) {
  for (std::size_t field = 0; field < table.num_fields(); ++field) {
    const std::size_t offset = table.Offset(field);
    if (offset != 0 &&
        (offset < sizeof(soffset_t) || offset >= table.table_bytes())) {
      return false;
    }
  }
  return true;
}

bool HasField(const RawTable& table, std::size_t field) {
  return field < table.num_fields() && table.Offset(field) != 0;
}

bool VectorIsInside(const RawTable& table, std::size_t field,
                    std::span<const std::byte> file) {
  if (!HasField(table, field)) return true;
  if (table.Room(field) < sizeof(uoffset_t)) return false;
  flatbuffers::Verifier verifier(
      reinterpret_cast<const std::uint8_t*>(file.data()), file.size());
  return verifier.VerifyOffset(table.data(),
                               static_cast<voffset_t>(table.Offset(field))) &&
         verifier.VerifyVector(VectorAt(table, field));
}

}  // namespace

bool CanCopyOptions(OpKind kind) {
  // Bucketize and the resource handles hold further vectors and strings;
  // CONCAT_EMBEDDINGS two vectors; CALL_ONCE and CALL name subgraphs.
  constexpr std::array kNever = {OpKind::kConcatEmbeddings,
                                 OpKind::kCall,
                                 OpKind::kCallOnce,
                                 OpKind::kIf,
                                 OpKind::kWhile,
                                 OpKind::kBucketize,
                                 OpKind::kVarHandle,
                                 OpKind::kReadVariable,
                                 OpKind::kAssignVariable};
  if (std::find(kNever.begin(), kNever.end(), kind) != kNever.end()) {
    return false;
  }
  const bool is_hashtable =
      kind >= OpKind::kHashtable && kind <= OpKind::kHashtableSize;
  return !is_hashtable && static_cast<int>(kind) <= kLastPlainOpKind;
}

bool OptionsAreValid(const wire::Operator& op,
                     std::span<const std::byte> file) {
  if (!op.builtin_options()) return true;
  const RawTable table(*op.builtin_options());
  const auto* begin = reinterpret_cast<const std::uint8_t*>(file.data());
  const auto start = static_cast<std::size_t>(table.data() - begin);
  if (table.vtable_bytes() < 2 * sizeof(voffset_t) ||
      table.num_fields() > kMaxFields ||
      table.table_bytes() < sizeof(soffset_t) ||
      table.table_bytes() > file.size() - start || !FieldsAreInside(table)) {
    return false;
  }
  const auto vector = VectorField(op);
  return !vector || VectorIsInside(table, *vector, file);
}

std::size_t OptionsBytes(const wire::Operator& op) {
  if (!op.builtin_options()) return 0;
  const RawTable table(*op.builtin_options());
  const auto vector = VectorField(op);
  const std::size_t bytes = table.table_bytes() + table.vtable_bytes();
  if (!vector || !HasField(table, *vector)) return bytes;
  return bytes + sizeof(std::int32_t) * VectorAt(table, *vector)->size();
}

flatbuffers::Offset<wire::Opaque> CopyOptions(
    const wire::Operator& op, flatbuffers::FlatBufferBuilder& builder) {
  if (!op.builtin_options()) return 0;
  const RawTable table(*op.builtin_options());
  const auto vector = VectorField(op);
  flatbuffers::Offset<flatbuffers::Vector<std::int32_t>> copied_vector;
  if (vector && HasField(table, *vector)) {
    const auto* values = VectorAt(table, *vector);
    copied_vector = builder.CreateVector(
        std::vector<std::int32_t>(values->begin(), values->end()));
  }
  // The true defaults are unknown: write every field that is present.
  builder.ForceDefaults(true);
  const auto start = builder.StartTable();
  for (std::size_t field = 0; field < table.num_fields(); ++field) {
    if (table.Offset(field) == 0) continue;
    if (vector == field) {
      builder.AddOffset(
          flatbuffers::FieldIndexToOffset(static_cast<voffset_t>(field)),
          copied_vector);
    } else {
      CopyField(table, field, builder);
    }
  }
  const uoffset_t end = builder.EndTable(start);
  builder.ForceDefaults(false);
  return end;
}

}  // namespace coralline::internal
