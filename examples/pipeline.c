/* A model on two emulated Edge TPUs, from C: opens it, pushes requests and
 * pops their results, takes others by a callback, and says what it did. The
 * times are simulated and the outputs zeros: nothing computes here.
 *
 *   coralline generate fc --width 64 -o fc.tflite
 *   pipeline fc.tflite */
#include <coralline.h>
#include <stdio.h>
#include <stdlib.h>

enum { kRequests = 100, kInside = 8 };

/* Says what went wrong; the status is the exit status too. */
static coralline_status Report(const char* where, coralline_status status) {
  if (status != CORALLINE_OK) {
    fprintf(stderr, "%s: status %d, %s\n", where, (int)status,
            coralline_last_error());
  }
  return status;
}

/* A zeroed buffer for the first tensor; our own, to free. */
static coralline_buffer Allocate(const coralline_tensor* tensor) {
  coralline_buffer buffer = {calloc(1, tensor->bytes), tensor->bytes};
  printf("%s: %lu bytes of type %d\n", tensor->name,
         (unsigned long)tensor->bytes, (int)tensor->type);
  return buffer;
}

/* Keeps a few requests inside, so that both devices have work. */
static coralline_status PushAndPop(coralline_pipeline* pipeline,
                                   coralline_const_buffer input,
                                   coralline_buffer output) {
  coralline_completion completion = {.size = sizeof completion};
  int pushed = 0;
  for (int popped = 0; popped < kRequests; ++popped) {
    for (; pushed < kRequests && pushed < popped + kInside; ++pushed) {
      const coralline_status status =
          coralline_push(pipeline, &input, 1, /*timeout_ns=*/0, NULL);
      if (status != CORALLINE_OK) return Report("push", status);
    }
    const coralline_status status =
        coralline_pop(pipeline, &output, 1, &completion);
    if (status != CORALLINE_OK) return Report("pop", status);
    if (completion.outcome != CORALLINE_OUTCOME_DONE) {
      return Report("a request", completion.error);
    }
  }
  printf("the last request took %.3f ms\n",
         1e-6 * (double)completion.latency_ns);
  return CORALLINE_OK;
}

/* Runs on a thread of the pipeline, in request order. */
static void Count(void* user, const coralline_result* result) {
  coralline_completion completion = {.size = sizeof completion};
  coralline_result_info(result, &completion);
  *(int*)user += completion.outcome == CORALLINE_OUTCOME_DONE;
}

static coralline_status Submit(coralline_pipeline* pipeline,
                               coralline_const_buffer input) {
  int done = 0;
  coralline_status status = CORALLINE_OK;
  for (int i = 0; i < kRequests && status == CORALLINE_OK; ++i) {
    status = coralline_submit(pipeline, &input, 1, /*timeout_ns=*/0, Count,
                              &done, NULL);
  }
  Report("submit", status);
  coralline_drain(pipeline); /* nobody writes to `done` any more */
  printf("%d of %d answered by callback\n", done, kRequests);
  return done == kRequests ? CORALLINE_OK : CORALLINE_FAILED;
}

static coralline_status PrintStatistics(coralline_pipeline* pipeline) {
  coralline_totals totals = {.size = sizeof totals};
  const coralline_status status = coralline_get_totals(pipeline, &totals);
  if (status != CORALLINE_OK) return Report("statistics", status);
  printf("%d stages on %d devices did %ld of %ld requests\n",
         (int)totals.num_stages, (int)totals.num_devices, (long)totals.done,
         (long)totals.accepted);
  return CORALLINE_OK;
}

static coralline_status Use(coralline_pipeline* pipeline) {
  coralline_tensor in = {.size = sizeof in};
  coralline_tensor out = {.size = sizeof out};
  coralline_status status = coralline_input_info(pipeline, 0, &in);
  if (status == CORALLINE_OK) {
    status = coralline_output_info(pipeline, 0, &out);
  }
  if (status != CORALLINE_OK) return Report("interface", status);
  const coralline_buffer input = Allocate(&in);
  const coralline_buffer output = Allocate(&out);
  const coralline_const_buffer filled = {input.data, input.bytes};
  status = PushAndPop(pipeline, filled, output);
  if (status == CORALLINE_OK) status = Submit(pipeline, filled);
  if (status == CORALLINE_OK) status = PrintStatistics(pipeline);
  free(input.data);
  free(output.data);
  return status;
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s MODEL.tflite (of one input and one output)\n",
            argv[0]);
    return CORALLINE_USAGE;
  }
  const char* devices[] = {"emulated:edgetpu-pcie:2"};
  coralline_options options = {
      .size = sizeof options, .devices = devices, .num_devices = 1};
  coralline_pipeline* pipeline = NULL;
  coralline_status status = coralline_open(argv[1], &options, &pipeline);
  if (status != CORALLINE_OK) return Report("open", status);
  status = Use(pipeline);
  coralline_destroy(pipeline);
  return status;
}
