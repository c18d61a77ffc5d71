#include "coralline/device/internal/interpreter.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "coralline/base/check.h"

namespace coralline::internal {
namespace {

void AppendMessage(void* text, const char* format, va_list arguments) {
  char line[512];
  std::vsnprintf(line, sizeof(line), format, arguments);
  auto& messages = *static_cast<std::string*>(text);
  std::string message(line);
  message.erase(message.find_last_not_of(" \n") + 1);
  std::replace(message.begin(), message.end(), '\n', ' ');
  constexpr std::size_t kEnough = 1000;
  const bool is_new = messages.find(message) == std::string::npos;
  if (is_new && messages.size() < kEnough) {
    messages += (messages.empty() ? "" : "; ") + message;
  }
}

}  // namespace

Interpreter::Interpreter(const TfLiteLibrary& lib, const Model& model,
                         Owned<TfLiteDelegate> delegate)
    : lib_(&lib),
      bytes_(model.bytes),
      messages_(std::make_unique<std::string>()),
      model_(lib.model_create(model.bytes.data(), model.bytes.size()),
             lib.model_delete),
      delegate_(std::move(delegate)),
      interpreter_(nullptr, lib.interpreter_delete) {}

std::optional<Interpreter> Interpreter::Open(const Model& model,
                                             int num_threads,
                                             Owned<TfLiteDelegate> delegate,
                                             std::string& why) {
  Interpreter interpreter(TfLiteLibrary::Get(), model, std::move(delegate));
  if (interpreter.model_ && interpreter.Create(num_threads)) {
    return interpreter;
  }
  why = interpreter.model_ ? interpreter.messages() : "not a valid model";
  return std::nullopt;
}

bool Interpreter::Create(int num_threads) {
  const Owned<TfLiteInterpreterOptions> options(lib_->options_create(),
                                                lib_->options_delete);
  lib_->options_set_num_threads(options.get(), num_threads);
  lib_->options_set_error_reporter(options.get(), AppendMessage,
                                   messages_.get());
  if (delegate_) lib_->options_add_delegate(options.get(), delegate_.get());
  interpreter_.reset(lib_->interpreter_create(model_.get(), options.get()));
  if (!interpreter_ || lib_->allocate_tensors(interpreter_.get()) != 0) {
    return false;
  }
  ResetState();
  return true;
}

std::size_t Interpreter::input_bytes(int index) const {
  return lib_->byte_size(lib_->input(interpreter_.get(), index));
}

std::size_t Interpreter::output_bytes(int index) const {
  return lib_->byte_size(lib_->output(interpreter_.get(), index));
}

void Interpreter::SetInput(int index, ConstBytes bytes) {
  CORALLINE_CHECK(bytes.size() == input_bytes(index));
  void* data = lib_->data(lib_->input(interpreter_.get(), index));
  std::copy(bytes.begin(), bytes.end(), static_cast<std::byte*>(data));
}

bool Interpreter::Invoke() { return lib_->invoke(interpreter_.get()) == 0; }

void Interpreter::GetOutput(int index, MutableBytes bytes) const {
  CORALLINE_CHECK(bytes.size() == output_bytes(index));
  const void* data = lib_->data(lib_->output(interpreter_.get(), index));
  std::copy_n(static_cast<const std::byte*>(data), bytes.size(), bytes.begin());
}

void Interpreter::ResetState() {
  if (lib_->reset_variables) lib_->reset_variables(interpreter_.get());
}

}  // namespace coralline::internal
