#include "coralline/device/internal/joined_executable.h"

#include <algorithm>
#include <utility>

namespace coralline::internal {
namespace {

// The place in a list; its size where there is none.
std::size_t Find(const std::vector<TensorSpec>& tensors,
                 const std::string& name) {
  const auto found = std::find_if(
      tensors.begin(), tensors.end(),
      [&](const TensorSpec& tensor) { return tensor.name == name; });
  return static_cast<std::size_t>(found - tensors.begin());
}

}  // namespace

JoinedExecutable::JoinedExecutable(
    std::vector<std::unique_ptr<Executable>> parts,
    std::vector<TensorSpec> inputs, std::vector<TensorSpec> outputs)
    : parts_(std::move(parts)),
      inputs_(std::move(inputs)),
      outputs_(std::move(outputs)) {
  for (const auto& part : parts_) {
    takes_.emplace_back();
    for (const TensorSpec& tensor : part->inputs()) {
      takes_.back().push_back(PlaceOf(tensor));
    }
    gives_.emplace_back();
    for (const TensorSpec& tensor : part->outputs()) {
      gives_.back().push_back(PlaceOf(tensor));
    }
  }
}

JoinedExecutable::Place JoinedExecutable::PlaceOf(const TensorSpec& tensor) {
  const std::size_t input = Find(inputs_, tensor.name);
  if (input < inputs_.size()) return {Place::kInput, input};
  const std::size_t output = Find(outputs_, tensor.name);
  if (output < outputs_.size()) return {Place::kOutput, output};
  const auto found = std::find(names_.begin(), names_.end(), tensor.name);
  const auto index = static_cast<std::size_t>(found - names_.begin());
  if (found == names_.end()) {
    names_.push_back(tensor.name);
    between_.emplace_back(tensor.bytes);
  }
  return {Place::kBetween, index};
}

std::string JoinedExecutable::description() const {
  std::string text;
  for (const auto& part : parts_) {
    text += (text.empty() ? "" : ", then ") + part->description();
  }
  return text;
}

void JoinedExecutable::BindThread() {
  for (const auto& part : parts_) part->BindThread();
}

void JoinedExecutable::Upload() {
  for (const auto& part : parts_) part->Upload();
}

void JoinedExecutable::Run(std::span<const ConstBytes> inputs,
                           std::span<const MutableBytes> outputs) {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    std::vector<ConstBytes> takes;
    for (const Place& place : takes_[i]) {
      takes.push_back(place.kind == Place::kInput ? inputs[place.index]
                      : place.kind == Place::kOutput
                          ? ConstBytes(outputs[place.index])
                          : ConstBytes(between_[place.index]));
    }
    std::vector<MutableBytes> gives;
    for (const Place& place : gives_[i]) {
      gives.push_back(place.kind == Place::kOutput
                          ? outputs[place.index]
                          : MutableBytes(between_[place.index]));
    }
    parts_[i]->Run(takes, gives);
  }
}

void JoinedExecutable::Abandon() {
  for (const auto& part : parts_) part->Abandon();
}

void JoinedExecutable::ResetState() {
  for (const auto& part : parts_) part->ResetState();
}

const EmulatedRun* JoinedExecutable::last_emulated_run() const {
  for (const auto& part : parts_) {
    if (const EmulatedRun* run = part->last_emulated_run()) return run;
  }
  return nullptr;
}

}  // namespace coralline::internal
