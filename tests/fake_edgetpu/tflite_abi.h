#pragma once

// What a delegate uses of TFLite, laid out as version 2.9 has it. Members that
// nobody here uses are plain pointers. Structs that TFLite hands out one by one
// (the context, a node) end behind the last member that matters; those that lie
// in an array or travel by value are whole.

#include <cstdarg>
#include <cstddef>
#include <cstdint>

extern "C" {

enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 };

struct TfLiteDelegate;
struct TfLiteNode;
struct TfLiteRegistration;

struct TfLiteIntArray {
  int size;
  // `size` numbers follow.
  int* begin() { return reinterpret_cast<int*>(this + 1); }
  const int* begin() const { return reinterpret_cast<const int*>(this + 1); }
  const int* end() const { return begin() + size; }
};

struct TfLiteTensor {
  int type;
  void* data;
  TfLiteIntArray* dims;
  float scale;
  std::int32_t zero_point;
  int allocation_type;
  std::size_t bytes;
  const void* allocation;
  const char* name;
  TfLiteDelegate* delegate;
  int buffer_handle;
  bool data_is_stale;
  bool is_variable;
  int quantization_type;
  void* quantization_params;
  void* sparsity;
  const TfLiteIntArray* dims_signature;
};

struct TfLiteContext {
  std::size_t tensors_size;
  TfLiteStatus (*GetExecutionPlan)(TfLiteContext*, TfLiteIntArray**);
  TfLiteTensor* tensors;
  void* impl;
  void* ResizeTensor;
  void (*ReportError)(TfLiteContext*, const char* format, ...);
  void* AddTensors;
  TfLiteStatus (*GetNodeAndRegistration)(TfLiteContext*, int node_index,
                                         TfLiteNode**, TfLiteRegistration**);
  // The registration travels by value.
  TfLiteStatus (*ReplaceNodeSubsetsWithDelegateKernels)(TfLiteContext*,
                                                        TfLiteRegistration,
                                                        const TfLiteIntArray*,
                                                        TfLiteDelegate*);
};

struct TfLiteNode {
  TfLiteIntArray* inputs;
  TfLiteIntArray* outputs;
  TfLiteIntArray* intermediates;
  TfLiteIntArray* temporaries;
  void* user_data;  // what init has returned
  void* builtin_data;
  const void* custom_initial_data;
  int custom_initial_data_size;
};

struct TfLiteRegistration {
  // Of a kernel that replaces nodes, `buffer` is a TfLiteDelegateParams.
  void* (*init)(TfLiteContext*, const char* buffer, std::size_t length);
  void (*free)(TfLiteContext*, void* user_data);
  TfLiteStatus (*prepare)(TfLiteContext*, TfLiteNode*);
  TfLiteStatus (*invoke)(TfLiteContext*, TfLiteNode*);
  void* profiling_string;
  std::int32_t builtin_code;
  const char* custom_name;
  int version;
};

struct TfLiteDelegateParams {
  TfLiteDelegate* delegate;
  TfLiteIntArray* nodes_to_replace;
};

inline constexpr std::int64_t kTfLiteDelegateFlagsAllowDynamicTensors = 1;
inline constexpr std::int32_t kTfLiteBuiltinDelegate = 51;

struct TfLiteDelegate {
  void* data;
  TfLiteStatus (*Prepare)(TfLiteContext*, TfLiteDelegate*);
  void* CopyFromBufferHandle;
  void* CopyToBufferHandle;
  void* FreeBufferHandle;
  std::int64_t flags;
};

// Functions of the TFLite C library, which the process has loaded before.
struct TfLiteModel;
struct TfLiteInterpreterOptions;
struct TfLiteInterpreter;

TfLiteModel* TfLiteModelCreate(const void* data, std::size_t size);
void TfLiteModelDelete(TfLiteModel*);
TfLiteInterpreterOptions* TfLiteInterpreterOptionsCreate();
void TfLiteInterpreterOptionsDelete(TfLiteInterpreterOptions*);
void TfLiteInterpreterOptionsSetNumThreads(TfLiteInterpreterOptions*,
                                           std::int32_t);
TfLiteInterpreter* TfLiteInterpreterCreate(const TfLiteModel*,
                                           const TfLiteInterpreterOptions*);
void TfLiteInterpreterDelete(TfLiteInterpreter*);
TfLiteStatus TfLiteInterpreterAllocateTensors(TfLiteInterpreter*);
TfLiteStatus TfLiteInterpreterInvoke(TfLiteInterpreter*);
TfLiteTensor* TfLiteInterpreterGetInputTensor(const TfLiteInterpreter*,
                                              std::int32_t index);
const TfLiteTensor* TfLiteInterpreterGetOutputTensor(const TfLiteInterpreter*,
                                                     std::int32_t index);
TfLiteIntArray* TfLiteIntArrayCreate(int size);
void TfLiteIntArrayFree(TfLiteIntArray*);

}  // extern "C"
