// Results on their way out.
#include "coralline/c_api/internal/border.h"
#include "coralline/c_api/internal/handles.h"

namespace coralline::c_api {
namespace {

coralline_completion InfoOf(const ResultView& result) {
  return {.size = 0,
          .id = result.id,
          .outcome = static_cast<int32_t>(result.outcome),
          .error = result.error
                       ? static_cast<coralline_status>(result.error->kind())
                       : CORALLINE_OK,
          .latency_ns = result.latency.count()};
}

void GiveOut(const ResultView& result, const coralline_buffer* outputs,
             coralline_completion* completion) {
  for (std::size_t i = 0; i < result.outputs.size(); ++i) {
    std::memcpy(outputs[i].data, result.outputs[i].data(),
                result.outputs[i].size());
  }
  const coralline_completion info = InfoOf(result);
  if (result.error) SetLastError(info.error, result.error->what());
  Fill(completion, info, "coralline_completion");
}

// Before anything is popped, so that no result is lost.
void Check(const coralline_pipeline* pipeline, const coralline_buffer* outputs,
           std::int32_t num_outputs, const coralline_completion* completion) {
  CheckBuffers(outputs, num_outputs, Required(pipeline, "pipeline").outputs,
               "output");
  CheckSize<coralline_completion>(Required(completion, "completion").size,
                                  "coralline_completion");
}

static_assert(CORALLINE_OUTCOME_EXPIRED == static_cast<int>(Outcome::kExpired));
static_assert(CORALLINE_DEVICE == static_cast<int>(ErrorKind::kDevice));

}  // namespace
}  // namespace coralline::c_api

using namespace coralline::c_api;

coralline_status coralline_pop(coralline_pipeline* pipeline,
                               const coralline_buffer* outputs,
                               int32_t num_outputs,
                               coralline_completion* completion) {
  return Guard([&] {
    Check(pipeline, outputs, num_outputs, completion);
    const auto slot = pipeline->pipeline().PopInPlace();
    if (!slot) return CORALLINE_CLOSED;
    --pipeline->to_pop;
    GiveOut(slot->result(), outputs, completion);
    return CORALLINE_OK;
  });
}

coralline_status coralline_try_pop(coralline_pipeline* pipeline,
                                   const coralline_buffer* outputs,
                                   int32_t num_outputs,
                                   coralline_completion* completion) {
  return Guard([&] {
    Check(pipeline, outputs, num_outputs, completion);
    // Read before: a request that is accepted later is not the last.
    const bool closed = pipeline->closed;
    const auto slot = pipeline->pipeline().TryPopInPlace();
    if (!slot) {
      return closed && pipeline->to_pop == 0 ? CORALLINE_CLOSED
                                             : CORALLINE_WOULD_BLOCK;
    }
    --pipeline->to_pop;
    GiveOut(slot->result(), outputs, completion);
    return CORALLINE_OK;
  });
}

coralline_status coralline_pop_in_place(coralline_pipeline* pipeline,
                                        coralline_result** result) {
  return Guard([&] {
    auto& out = Required(result, "result");
    auto slot = Required(pipeline, "pipeline").pipeline().PopInPlace();
    if (!slot) return CORALLINE_CLOSED;
    --pipeline->to_pop;
    out = pipeline->results.Take();
    out->owner = pipeline;
    out->slot.emplace(std::move(*slot));
    out->view = &out->slot->result();
    if (out->view->error) {
      SetLastError(CORALLINE_OK, out->view->error->what());
    }
    return CORALLINE_OK;
  });
}

void coralline_release(coralline_result* result) {
  if (result == nullptr || result->owner == nullptr) return;
  // The handle first: a pop that finds the room finds a handle too.
  const coralline::OutputSlot slot = std::move(*result->slot);
  result->slot.reset();
  result->owner->results.Give(result);
}

coralline_status coralline_result_info(const coralline_result* result,
                                       coralline_completion* completion) {
  return Guard([&] {
    Fill(completion, InfoOf(*Required(result, "result").view),
         "coralline_completion");
    return CORALLINE_OK;
  });
}

coralline_status coralline_result_output(const coralline_result* result,
                                         int32_t index,
                                         coralline_const_buffer* output) {
  return Guard([&] {
    const auto& view = *Required(result, "result").view;
    if (view.outcome != coralline::Outcome::kDone) {
      return SetLastError(CORALLINE_FAILED,
                          "the request has no outputs: it is not done");
    }
    CheckIndex(index, view.outputs.size(), "output");
    const auto bytes = view.outputs[index];
    Required(output, "output") = {bytes.data(), bytes.size()};
    return coralline_status{CORALLINE_OK};
  });
}

const char* coralline_result_error(const coralline_result* result) {
  const auto* error = result == nullptr ? nullptr : result->view->error;
  return error == nullptr ? "" : error->what();
}
