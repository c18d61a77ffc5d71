#pragma once

#include <string>

namespace coralline {

/// Operator kinds; the values are the builtin codes of the TFLite file format.
/// Only the kinds that our code names are listed: any other code is carried as
/// a value without an enumerator, and OpKindName knows them all.
enum class OpKind : int {
  kAdd = 0,
  kAveragePool2d = 1,
  kConcatenation = 2,
  kConv2d = 3,
  kDepthwiseConv2d = 4,
  kDequantize = 6,
  kEmbeddingLookup = 7,
  kFullyConnected = 9,
  kHashtableLookup = 10,
  kL2Normalization = 11,
  kLogistic = 14,
  kLstm = 16,
  kMaxPool2d = 17,
  kMul = 18,
  kRelu = 19,
  kReluN1To1 = 20,
  kRelu6 = 21,
  kReshape = 22,
  kResizeBilinear = 23,
  kRnn = 24,
  kSoftmax = 25,
  kSpaceToDepth = 26,
  kSvdf = 27,
  kTanh = 28,
  kConcatEmbeddings = 29,
  kCall = 31,
  kCustom = 32,
  kPad = 34,
  kUnidirectionalSequenceRnn = 35,
  kTranspose = 39,
  kMean = 40,
  kSub = 41,
  kSqueeze = 43,
  kUnidirectionalSequenceLstm = 44,
  kStridedSlice = 45,
  kBidirectionalSequenceRnn = 46,
  kExp = 47,
  kSplit = 49,
  kBidirectionalSequenceLstm = 52,
  kPrelu = 54,
  kMaximum = 55,
  kArgMax = 56,
  kMinimum = 57,
  kSlice = 65,
  kTransposeConv = 67,
  kTile = 69,
  kExpandDims = 70,
  kSum = 74,
  kRsqrt = 76,
  kReduceMax = 82,
  kPack = 83,
  kReduceMin = 89,
  kResizeNearestNeighbor = 97,
  kSquaredDifference = 99,
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
