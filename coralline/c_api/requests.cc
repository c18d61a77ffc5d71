// Requests on their way in.
#include <chrono>

#include "coralline/c_api/internal/border.h"
#include "coralline/c_api/internal/handles.h"

namespace coralline::c_api {
namespace {

// A request's inputs and time, as a caller gives them.
struct Request {
  const coralline_const_buffer* inputs;
  std::int32_t num_inputs;
  std::int64_t timeout_ns;
};

RequestOptions OptionsOf(std::int64_t timeout_ns) {
  if (timeout_ns >= 0) return {.timeout = std::chrono::nanoseconds(timeout_ns)};
  throw Error(ErrorKind::kUsage,
              fmt::format("timeout_ns is {}, expected 0 or more", timeout_ns));
}

RequestOptions Check(const coralline_pipeline* pipeline,
                     const Request& request) {
  const auto& infos = Required(pipeline, "pipeline").inputs;
  CheckBuffers(request.inputs, request.num_inputs, infos, "input");
  return OptionsOf(request.timeout_ns);
}

void Give(std::uint64_t* id, RequestId value) {
  if (id != nullptr) *id = value;
}

// Why there was no room.
coralline_status NoRoom(const coralline_pipeline& pipeline, bool waits) {
  return waits || pipeline.closed ? CORALLINE_CLOSED : CORALLINE_WOULD_BLOCK;
}

// Room for a request. nullopt as Acquire and TryAcquire.
std::optional<InputSlot> Acquire(Pipeline& pipeline, bool waits,
                                 ResultCallback callback = nullptr) {
  return waits ? pipeline.Acquire(std::move(callback))
               : pipeline.TryAcquire(std::move(callback));
}

// The same for one that is to be popped.
std::optional<InputSlot> AcquireToPop(coralline_pipeline& pipeline,
                                      bool waits) {
  ++pipeline.to_pop;
  try {
    auto slot = Acquire(pipeline.pipeline(), waits);
    if (!slot) --pipeline.to_pop;
    return slot;
  } catch (...) {
    --pipeline.to_pop;
    throw;
  }
}

// Writes into the pipeline's memory: one copy, and nothing is allocated.
void Commit(InputSlot& slot, const Request& request,
            const RequestOptions& options, std::uint64_t* id) {
  for (std::int32_t i = 0; i < request.num_inputs; ++i) {
    const auto& input = request.inputs[i];
    std::memcpy(slot.inputs()[i].data(), input.data, input.bytes);
  }
  slot.Commit(options);
  Give(id, slot.id());
}

coralline_status Push(coralline_pipeline* pipeline, const Request& request,
                      bool waits, std::uint64_t* id) {
  const RequestOptions options = Check(pipeline, request);
  auto slot = AcquireToPop(*pipeline, waits);
  if (!slot) return NoRoom(*pipeline, waits);
  Commit(*slot, request, options, id);
  return CORALLINE_OK;
}

// Two pointers, which std::function keeps without allocating.
ResultCallback Wrap(coralline_result_callback callback, void* user) {
  return [callback = &Required(callback, "callback"),
          user](const ResultView& view) {
    coralline_result result;
    result.view = &view;
    callback(user, &result);
  };
}

coralline_status Submit(coralline_pipeline* pipeline, const Request& request,
                        ResultCallback callback, bool waits,
                        std::uint64_t* id) {
  const RequestOptions options = Check(pipeline, request);
  auto slot = Acquire(pipeline->pipeline(), waits, std::move(callback));
  if (!slot) return NoRoom(*pipeline, waits);
  Commit(*slot, request, options, id);
  return CORALLINE_OK;
}

coralline_status GiveSlot(coralline_pipeline* pipeline, bool waits,
                          coralline_slot** out) {
  Required(out, "slot");
  auto room = AcquireToPop(Required(pipeline, "pipeline"), waits);
  if (!room) return NoRoom(*pipeline, waits);
  coralline_slot* slot = pipeline->slots.Take();
  slot->owner = pipeline;
  slot->slot.emplace(std::move(*room));
  *out = slot;
  return CORALLINE_OK;
}

// What was acquired; the handle can be used for the next request.
InputSlot TakeBack(coralline_slot* slot) {
  InputSlot room = std::move(*slot->slot);
  slot->slot.reset();
  slot->owner->slots.Give(slot);
  return room;
}

}  // namespace
}  // namespace coralline::c_api

using namespace coralline::c_api;

coralline_status coralline_push(coralline_pipeline* pipeline,
                                const coralline_const_buffer* inputs,
                                int32_t num_inputs, int64_t timeout_ns,
                                uint64_t* id) {
  return Guard([&] {
    return Push(pipeline, {inputs, num_inputs, timeout_ns}, true, id);
  });
}

coralline_status coralline_try_push(coralline_pipeline* pipeline,
                                    const coralline_const_buffer* inputs,
                                    int32_t num_inputs, int64_t timeout_ns,
                                    uint64_t* id) {
  return Guard([&] {
    return Push(pipeline, {inputs, num_inputs, timeout_ns}, false, id);
  });
}

coralline_status coralline_submit(coralline_pipeline* pipeline,
                                  const coralline_const_buffer* inputs,
                                  int32_t num_inputs, int64_t timeout_ns,
                                  coralline_result_callback callback,
                                  void* user, uint64_t* id) {
  return Guard([&] {
    return Submit(pipeline, {inputs, num_inputs, timeout_ns},
                  Wrap(callback, user), true, id);
  });
}

coralline_status coralline_try_submit(coralline_pipeline* pipeline,
                                      const coralline_const_buffer* inputs,
                                      int32_t num_inputs, int64_t timeout_ns,
                                      coralline_result_callback callback,
                                      void* user, uint64_t* id) {
  return Guard([&] {
    return Submit(pipeline, {inputs, num_inputs, timeout_ns},
                  Wrap(callback, user), false, id);
  });
}

coralline_status coralline_acquire(coralline_pipeline* pipeline,
                                   coralline_slot** slot) {
  return Guard([&] { return GiveSlot(pipeline, true, slot); });
}

coralline_status coralline_try_acquire(coralline_pipeline* pipeline,
                                       coralline_slot** slot) {
  return Guard([&] { return GiveSlot(pipeline, false, slot); });
}

coralline_status coralline_slot_input(coralline_slot* slot, int32_t index,
                                      coralline_buffer* input) {
  return Guard([&] {
    const auto inputs = Required(slot, "slot").slot->inputs();
    CheckIndex(index, inputs.size(), "input");
    Required(input, "input") = {inputs[index].data(), inputs[index].size()};
    return CORALLINE_OK;
  });
}

coralline_status coralline_commit(coralline_slot* slot, int64_t timeout_ns,
                                  uint64_t* id) {
  return Guard([&] {
    Required(slot, "slot");
    const auto options = OptionsOf(timeout_ns);
    auto room = TakeBack(slot);
    room.Commit(options);
    Give(id, room.id());
    return CORALLINE_OK;
  });
}

void coralline_abandon(coralline_slot* slot) {
  if (slot != nullptr) TakeBack(slot);
}

coralline_status coralline_cancel(coralline_pipeline* pipeline, uint64_t id,
                                  int32_t* inside) {
  return Guard([&] {
    const bool found = Required(pipeline, "pipeline").pipeline().Cancel(id);
    if (inside != nullptr) *inside = found ? 1 : 0;
    return CORALLINE_OK;
  });
}
