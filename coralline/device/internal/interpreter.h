#pragma once

#include <memory>
#include <optional>
#include <string>

#include "coralline/device/device.h"
#include "coralline/device/internal/tflite_library.h"

namespace coralline::internal {

/// A model that TFLite has made ready to run, with all that it points into.
/// One thread at a time.
class Interpreter {
 public:
  template <typename T>
  using Owned = std::unique_ptr<T, void (*)(T*)>;

  /// `delegate` may be null; it is freed after the interpreter. nullopt where
  /// TFLite refuses the model: `why` is its reason then. Throws as
  /// TfLiteLibrary::Get does.
  static std::optional<Interpreter> Open(const Model& model, int num_threads,
                                         Owned<TfLiteDelegate> delegate,
                                         std::string& why);

  std::size_t input_bytes(int index) const;
  std::size_t output_bytes(int index) const;

  /// The sizes are as above.
  void SetInput(int index, ConstBytes bytes);
  /// False where the inference fails: messages() tell why.
  bool Invoke();
  void GetOutput(int index, MutableBytes bytes) const;
  /// Sets variable tensors back to their first content.
  void ResetState();

  /// What TFLite has said since it was opened: "...; ...".
  const std::string& messages() const { return *messages_; }

 private:
  Interpreter(const TfLiteLibrary& lib, const Model& model,
              Owned<TfLiteDelegate> delegate);
  bool Create(int num_threads);

  // Destroyed from the last to the first, which is the order that TFLite
  // requires.
  const TfLiteLibrary* lib_;
  SharedBytes bytes_;
  std::unique_ptr<std::string> messages_;
  Owned<TfLiteModel> model_;
  Owned<TfLiteDelegate> delegate_;
  Owned<TfLiteInterpreter> interpreter_;
};

}  // namespace coralline::internal
