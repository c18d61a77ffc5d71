#pragma once

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <string>

// The part of the TFLite C interface that we call, declared here because the
// library is opened at run time. Types are opaque: only accessors are used.
extern "C" {
struct TfLiteModel;
struct TfLiteInterpreterOptions;
struct TfLiteInterpreter;
struct TfLiteTensor;
struct TfLiteDelegate;
}

namespace coralline::internal {

/// Options of the XNNPACK delegate as TFLite 2.9 lays them out. Later versions
/// have more fields, so the delegate is made for 2.9 only.
struct XnnpackOptions {
  std::int32_t num_threads;
  std::uint32_t flags;
};
/// Signed 8-bit operators. The flag for unsigned ones makes 2.9 refuse models.
inline constexpr std::uint32_t kXnnpackQs8 = 1;

/// An opened TFLite C library. Never closed: its threads and tables may
/// outlive any user.
struct TfLiteLibrary {
  using Reporter = void (*)(void*, const char*, va_list);

  const char* (*version)();
  TfLiteModel* (*model_create)(const void*, std::size_t);
  void (*model_delete)(TfLiteModel*);
  TfLiteInterpreterOptions* (*options_create)();
  void (*options_delete)(TfLiteInterpreterOptions*);
  void (*options_set_num_threads)(TfLiteInterpreterOptions*, std::int32_t);
  void (*options_add_delegate)(TfLiteInterpreterOptions*, TfLiteDelegate*);
  void (*options_set_error_reporter)(TfLiteInterpreterOptions*, Reporter,
                                     void*);
  TfLiteInterpreter* (*interpreter_create)(const TfLiteModel*,
                                           const TfLiteInterpreterOptions*);
  void (*interpreter_delete)(TfLiteInterpreter*);
  int (*allocate_tensors)(TfLiteInterpreter*);
  int (*invoke)(TfLiteInterpreter*);
  std::int32_t (*input_count)(const TfLiteInterpreter*);
  TfLiteTensor* (*input)(const TfLiteInterpreter*, std::int32_t);
  std::int32_t (*output_count)(const TfLiteInterpreter*);
  const TfLiteTensor* (*output)(const TfLiteInterpreter*, std::int32_t);
  std::size_t (*byte_size)(const TfLiteTensor*);
  void* (*data)(const TfLiteTensor*);
  // Absent from some builds: null then.
  int (*reset_variables)(TfLiteInterpreter*);
  TfLiteDelegate* (*xnnpack_create)(const XnnpackOptions*);
  void (*xnnpack_delete)(TfLiteDelegate*);

  std::string path;  // as opened

  /// Whether this version's XNNPACK options are the ones declared above.
  bool HasKnownXnnpack() const;

  /// The library of this process, opened at the first call: the file named by
  /// $CORALLINE_TFLITE when set; else the copy installed beside the program,
  /// the one in the user's data folder, the system's. Throws Error(kDevice)
  /// that says how to get one. Safe to call from any thread.
  static const TfLiteLibrary& Get();
};

}  // namespace coralline::internal
