#include "coralline/device/internal/edgetpu_executable.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/device/internal/edgetpu_host.h"

namespace coralline::internal {
namespace {

constexpr int kOneThread = 1;  // for what the compiler leaves to the CPU

int IndexOf(const TensorSpec& wanted, const std::vector<TensorSpec>& compiled,
            const std::string& model) {
  const auto found = std::find_if(
      compiled.begin(), compiled.end(),
      [&](const TensorSpec& spec) { return spec.name == wanted.name; });
  if (found == compiled.end()) {
    throw Error(ErrorKind::kModel,
                fmt::format("{}: the compiled model has no tensor '{}', which "
                            "the segment has; compile it again",
                            model, wanted.name));
  }
  if (found->bytes != wanted.bytes) {
    throw Error(ErrorKind::kModel,
                fmt::format("{}: tensor '{}' has {} bytes in the compiled "
                            "model and {} in the segment; compile it again",
                            model, wanted.name, found->bytes, wanted.bytes));
  }
  return static_cast<int>(found - compiled.begin());
}

std::vector<int> IndicesOf(const std::vector<TensorSpec>& wanted,
                           const std::vector<TensorSpec>& compiled,
                           const std::string& model) {
  if (wanted.size() != compiled.size()) {
    throw Error(
        ErrorKind::kModel,
        fmt::format("{}: the compiled model has {} inputs or outputs where the "
                    "segment has {}; compile it again",
                    model, compiled.size(), wanted.size()));
  }
  std::vector<int> indices;
  for (const TensorSpec& spec : wanted) {
    indices.push_back(IndexOf(spec, compiled, model));
  }
  return indices;
}

// As libedgetpu spells it: "Max" for "max".
std::string Capitalized(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

}  // namespace

std::string EdgeTpuOpening::Text() const {
  return fmt::format("{} ({})", name, address.path);
}

bool EdgeTpuOpening::IsListed() const {
  const auto listed = ListEdgeTpus(options);
  return std::find(listed.begin(), listed.end(), address) != listed.end();
}

void EdgeTpuOpening::ThrowLost(std::string_view why) const {
  throw Error(ErrorKind::kDevice, fmt::format("{} is lost: {}", Text(), why));
}

EdgeTpuExecutable::EdgeTpuExecutable(const Graph& segment, Model compiled,
                                     EdgeTpuOpening opening,
                                     std::shared_ptr<EdgeTpuSlot> slot)
    : inputs_(SpecsOf(segment, segment.inputs)),
      outputs_(SpecsOf(segment, segment.outputs)),
      compiled_(std::move(compiled)),
      opening_(std::move(opening)),
      slot_(std::move(slot)) {
  const Graph& graph = compiled_.graph;
  const std::string& name = compiled_.name;
  input_of_ = IndicesOf(inputs_, SpecsOf(graph, graph.inputs), name);
  output_of_ = IndicesOf(outputs_, SpecsOf(graph, graph.outputs), name);
  if (!slot_->MayOpen()) return;
  EdgeTpuSlot::Turn turn(*slot_, this);
  OpenIn(turn);
}

EdgeTpuExecutable::~EdgeTpuExecutable() { slot_->Release(this); }

std::string EdgeTpuExecutable::description() const {
  std::string text = opening_.name + ", libedgetpu";
  if (const auto version = opening_.library.RuntimeVersion()) {
    text += fmt::format(" runtime {}", *version);
  }
  return opening_.library.IsFake() ? text + ", fake" : text;
}

Interpreter& EdgeTpuExecutable::OpenIn(EdgeTpuSlot::Turn& turn) {
  if (Interpreter* open = turn.interpreter()) return *open;
  turn.Close();
  return turn.Open(CreateInterpreter());
}

Interpreter EdgeTpuExecutable::CreateInterpreter() const {
  std::string why;
  auto interpreter =
      Interpreter::Open(compiled_, kOneThread, CreateDelegate(), why);
  if (!interpreter) {
    if (!opening_.IsListed()) opening_.ThrowLost(why);
    throw Error(
        ErrorKind::kModel,
        fmt::format("{}: TFLite {} refuses it on {}: {}", compiled_.name,
                    TfLiteLibrary::Get().version(), opening_.Text(), why));
  }
  CheckSizes(*interpreter);
  return std::move(*interpreter);
}

Interpreter::Owned<TfLiteDelegate> EdgeTpuExecutable::CreateDelegate() const {
  TfLiteLibrary::Get();  // the library calls it
  const EdgeTpuLibrary& library = opening_.library;
  const std::string performance = Capitalized(opening_.options.performance);
  const std::string length = std::to_string(opening_.options.usb_queue_length);
  std::vector<edgetpu_option> options;
  if (!performance.empty()) {
    options.push_back({"Performance", performance.c_str()});
  }
  if (opening_.options.usb_queue_length > 0) {
    options.push_back({"Usb.MaxBulkInQueueLength", length.c_str()});
  }
  Interpreter::Owned<TfLiteDelegate> delegate(
      library.create_delegate(
          opening_.address.bus == EdgeTpuBus::kPci ? EDGETPU_APEX_PCI
                                                   : EDGETPU_APEX_USB,
          opening_.address.path.c_str(), options.data(), options.size()),
      library.free_delegate);
  if (delegate) return delegate;
  if (!opening_.IsListed()) opening_.ThrowLost("libedgetpu does not list it");
  throw Error(ErrorKind::kDevice,
              fmt::format("{} {}", opening_.Text(),
                          WhyItDoesNotOpen(opening_.address)));
}

// A compiled model may state sizes that its operators do not keep to.
void EdgeTpuExecutable::CheckSizes(const Interpreter& interpreter) const {
  const auto check = [this](const TensorSpec& spec, std::size_t bytes) {
    if (bytes == spec.bytes) return;
    throw Error(ErrorKind::kModel,
                fmt::format("{}: tensor '{}' has {} bytes once loaded, {} in "
                            "the file",
                            compiled_.name, spec.name, bytes, spec.bytes));
  };
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    check(inputs_[i], interpreter.input_bytes(input_of_[i]));
  }
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    check(outputs_[i], interpreter.output_bytes(output_of_[i]));
  }
}

// What has failed is opened again the next time: the library keeps no device
// that was unplugged.
void EdgeTpuExecutable::Invoke(EdgeTpuSlot::Turn& turn,
                               Interpreter& interpreter) {
  if (interpreter.Invoke()) return turn.set_is_uploaded();
  const std::string why = interpreter.messages();
  turn.Close();
  if (!opening_.IsListed()) opening_.ThrowLost(why);
  throw Error(ErrorKind::kDevice,
              fmt::format("{}: inference failed on {}: {}", compiled_.name,
                          opening_.Text(), why));
}

void EdgeTpuExecutable::Upload() {
  EdgeTpuSlot::Turn turn(*slot_, this);
  Interpreter& interpreter = OpenIn(turn);
  if (turn.is_uploaded()) return;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    interpreter.SetInput(input_of_[i], TensorData(inputs_[i].bytes));
  }
  Invoke(turn, interpreter);
  interpreter.ResetState();
}

void EdgeTpuExecutable::Run(std::span<const ConstBytes> inputs,
                            std::span<const MutableBytes> outputs) {
  CORALLINE_CHECK(inputs.size() == inputs_.size());
  CORALLINE_CHECK(outputs.size() == outputs_.size());
  EdgeTpuSlot::Turn turn(*slot_, this);
  Interpreter& interpreter = OpenIn(turn);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    interpreter.SetInput(input_of_[i], inputs[i]);
  }
  Invoke(turn, interpreter);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    interpreter.GetOutput(output_of_[i], outputs[i]);
  }
}

void EdgeTpuExecutable::ResetState() {
  EdgeTpuSlot::Turn turn(*slot_, this);
  if (Interpreter* open = turn.interpreter()) open->ResetState();
}

}  // namespace coralline::internal
