#pragma once

#include <string>

namespace coralline {

/// Operator kinds; the values are the builtin codes of the TFLite file format.
/// Only the kinds that our code names are listed: any other code is carried as
/// a value without an enumerator, and OpKindName knows them all.
enum class OpKind : int {
  kAdd = 0,
  kConcatenation = 2,
  kConv2d = 3,
  kDepthwiseConv2d = 4,
  kEmbeddingLookup = 7,
  kHashtableLookup = 10,
  kFullyConnected = 9,
  kLstm = 16,
  kReshape = 22,
  kRnn = 24,
  kSoftmax = 25,
  kSvdf = 27,
  kTanh = 28,
  kConcatEmbeddings = 29,
  kCall = 31,
  kCustom = 32,
  kUnidirectionalSequenceRnn = 35,
  kSqueeze = 43,
  kUnidirectionalSequenceLstm = 44,
  kBidirectionalSequenceRnn = 46,
  kBidirectionalSequenceLstm = 52,
  kTransposeConv = 67,
  kQuantize = 114,
  kIf = 118,
  kWhile = 119,
  kBatchMatmul = 126,
  kCallOnce = 129,
  kBroadcastTo = 130,
  kConv3d = 132,
  kHashtable = 136,
  kHashtableSize = 139,
  kConv3dTranspose = 141,
  kVarHandle = 142,
  kReadVariable = 143,
  kAssignVariable = 144,
  kBucketize = 147,
};

/// The last code whose options are known to be plain scalars (BITCAST);
/// what follows (STABLEHLO_*) stores them elsewhere.
inline constexpr int kLastPlainOpKind = 159;

/// The name in the TFLite schema, such as "CONV_2D"; "BUILTIN_215" for a code
/// that this version does not know.
std::string OpKindName(OpKind kind);

}  // namespace coralline
