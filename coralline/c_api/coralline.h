/* The C interface of Coralline: a quantized TFLite model as a pipeline on
 * several devices. C99 and C++. docs/c-api.md has the rules that stay.
 *
 * Times are nanoseconds. Texts are UTF-8 and end with a zero byte. Every
 * function may be called from any thread, but for the result side
 * (coralline_pop, coralline_try_pop, coralline_pop_in_place), which belongs to
 * one thread at a time. Nothing throws. Where a function does not return
 * CORALLINE_OK, what it would write is as it was, unless it says otherwise.
 *
 * A struct that begins with `size` may get more fields at its end. The caller
 * sets `size` to its sizeof, before it passes the struct, also to be filled. A
 * library that knows fewer fields sets those it does not know to zero; in
 * options, where they are not zero, it refuses them (CORALLINE_USAGE). */
#ifndef CORALLINE_H_
#define CORALLINE_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CORALLINE_API __attribute__((visibility("default")))

/* Of this header. The shared library's name carries the same number. */
#define CORALLINE_ABI_VERSION 1

/* Of the library that runs. */
CORALLINE_API uint32_t coralline_abi_version(void);
/* "0.1.0"; stays valid. */
CORALLINE_API const char* coralline_version(void);

/* What a call came to. 1 to 4 are also the exit status of the program. */
typedef int32_t coralline_status;
enum {
  CORALLINE_OK = 0,
  CORALLINE_FAILED = 1, /* the work: out of memory, a file, a bug of ours */
  CORALLINE_USAGE = 2,  /* an argument; nothing was done */
  CORALLINE_MODEL = 3,  /* the model: unreadable, or not what devices support */
  CORALLINE_DEVICE = 4, /* a device or its library: missing, or failed */
  CORALLINE_WOULD_BLOCK = 5, /* of the functions with `try`: no room, or no
                              * result yet */
  CORALLINE_CLOSED = 6 /* no more requests are taken; no more results come */
};

/* One line about the last call of this thread that returned 1 to 4, or popped
 * a request that failed. Empty before the first. Valid until the next one. */
CORALLINE_API const char* coralline_last_error(void);

/* ---- Opening and closing ------------------------------------------ */

/* A model that runs. Any thread may use it. */
typedef struct coralline_pipeline coralline_pipeline;

/* coralline_options.kernels: outputs are equal within one set only */
enum {
  CORALLINE_KERNELS_AUTO = 0,
  CORALLINE_KERNELS_BUILTIN = 1,
  CORALLINE_KERNELS_XNNPACK = 2
};

/* coralline_options.wait: how a thread waits before it sleeps */
enum {
  CORALLINE_WAIT_BALANCED = 0,  /* yields for 0.1 ms */
  CORALLINE_WAIT_THROUGHPUT = 1 /* yields for 2 ms */
};

/* coralline_options.split_layers: whether layers are computed in parts that fit
 * a device */
enum {
  CORALLINE_SPLIT_AUTO =
      0, /* where one fits none of the devices, and it pays */
  CORALLINE_SPLIT_NEVER = 1,
  CORALLINE_SPLIT_ALWAYS = 2
};

/* coralline_event.kind */
enum {
  CORALLINE_EVENT_DEVICE_FAILED = 0,
  CORALLINE_EVENT_DEVICE_STALLED = 1,  /* took longer than watchdog_ns */
  CORALLINE_EVENT_DEVICE_RETURNED = 2, /* is used again */
  CORALLINE_EVENT_DEPLOYED = 3,        /* other stages, a device went or came */
  CORALLINE_EVENT_REBALANCED = 4,      /* other stages, times drifted */
  CORALLINE_EVENT_NO_DEVICE = 5        /* what is left cannot run the model */
};

/* Something that changed what runs. Valid during the callback. */
typedef struct coralline_event {
  size_t size;      /* of what the library filled */
  int64_t at_ns;    /* since the pipeline's start */
  int32_t kind;     /* a later version may have more of them */
  int32_t device;   /* -1 where it is about none */
  const char* text; /* one line */
} coralline_event;

/* Called on a thread of the pipeline, also while it is being opened. Must be
 * quick, and must not call functions of the same pipeline. */
typedef void (*coralline_event_callback)(void* user,
                                         const coralline_event* event);

/* All zero but `size` is the default. What it points to is not kept, `user`
 * aside. */
typedef struct coralline_options {
  size_t size;
  /* "cpu:0", "cpu:0-1", "emulated:edgetpu-pcie:2" (two of them). None: those
   * of the plan, its accelerators emulated; without a plan, each core. */
  const char* const* devices;
  int32_t num_devices;
  int32_t compute;       /* not 0: the CPU computes outputs of emulated devices,
                          * which are zeros otherwise */
  const char* plan_file; /* of `coralline plan -o`; NULL: planned here */
  /* Where costs that were measured on CPU cores to plan are kept for the next
   * time; created where it is missing. NULL: nowhere. */
  const char* cache_file;
  int32_t kernels;
  int32_t wait;
  /* An inference that takes longer is given up, and its device with it, until
   * it answers again. 0: never. */
  int64_t watchdog_ns;
  /* How often measured times are compared with the plan's, to plan again. 0:
   * never. */
  int64_t rebalance_ns;
  /* Requests inside at a time, results not yet popped included, rounded up to
   * a power of two, 1,048,576 at most. 0: 8 for each device, 16 at least. */
  int32_t max_in_flight;
  int32_t max_replicas; /* devices that may share a stage; 0: 16 */
  /* What goes wrong on emulated devices, such as
   * "device=1,at=100,kind=lost"; docs/cli.md has the form. */
  const char* const* faults;
  int32_t num_faults;
  int32_t realtime; /* not 0: asks for real-time priority for the stages */
  coralline_event_callback on_event; /* may be NULL */
  void* on_event_user;
  int32_t split_layers; /* of what is planned here, on emulated devices */
} coralline_options;

/* Loads a quantized .tflite file, plans where there is no plan, and starts.
 * `options` may be NULL. The pipeline is the caller's, to coralline_destroy. */
CORALLINE_API coralline_status coralline_open(const char* model_file,
                                              const coralline_options* options,
                                              coralline_pipeline** pipeline);
/* The same for the bytes of such a file, which are copied. `name` stands for
 * the file in messages; NULL: "model". */
CORALLINE_API coralline_status coralline_open_bytes(
    const void* model, size_t bytes, const char* name,
    const coralline_options* options, coralline_pipeline** pipeline);

/* No more requests are taken; those inside are finished. More than once is
 * fine. */
CORALLINE_API coralline_status coralline_close(coralline_pipeline* pipeline);
/* Waits until all requests accepted before have their answers: given to their
 * callbacks, or ready to pop. */
CORALLINE_API coralline_status coralline_drain(coralline_pipeline* pipeline);
/* Ends at once: requests inside that have a callback are answered as
 * cancelled, the others dropped; slots and results that were not given back
 * end too. Waits for inferences at work, up to watchdog_ns. All other calls
 * must have returned, callbacks too. NULL is fine. */
CORALLINE_API void coralline_destroy(coralline_pipeline* pipeline);

/* ---- The model's inputs and outputs ------------------------------- */

/* coralline_tensor.type: the values of the TFLite file format */
enum {
  CORALLINE_TYPE_FLOAT32 = 0,
  CORALLINE_TYPE_FLOAT16 = 1,
  CORALLINE_TYPE_INT32 = 2,
  CORALLINE_TYPE_UINT8 = 3,
  CORALLINE_TYPE_INT64 = 4,
  CORALLINE_TYPE_BOOL = 6,
  CORALLINE_TYPE_INT16 = 7,
  CORALLINE_TYPE_INT8 = 9
};

/* Valid until the pipeline is destroyed. */
typedef struct coralline_tensor {
  size_t size;
  const char* name;
  size_t bytes;
  int32_t type; /* may be another of the TFLite file format */
  int32_t num_dimensions;
  const int32_t* shape;
  /* real = scale * (stored - zero_point); scale 0: not quantized, or by
   * channel. */
  double scale;
  int64_t zero_point;
} coralline_tensor;

/* -1 where `pipeline` is NULL. */
CORALLINE_API int32_t coralline_num_inputs(const coralline_pipeline* pipeline);
CORALLINE_API int32_t coralline_num_outputs(const coralline_pipeline* pipeline);
/* In the model's order, which is that of buffers everywhere below. */
CORALLINE_API coralline_status
coralline_input_info(const coralline_pipeline* pipeline, int32_t index,
                     coralline_tensor* tensor);
CORALLINE_API coralline_status
coralline_output_info(const coralline_pipeline* pipeline, int32_t index,
                      coralline_tensor* tensor);

/* ---- Requests ----------------------------------------------------- */

/* These two have no `size`: they stay as they are. */
typedef struct coralline_buffer {
  void* data;
  size_t bytes;
} coralline_buffer;
typedef struct coralline_const_buffer {
  const void* data;
  size_t bytes;
} coralline_const_buffer;

/* Requests are numbered from 0 in the order in which they are accepted, which
 * is the order of their results. Each is answered exactly once: popped, or
 * given to its callback.
 *
 * `inputs` has a buffer of the exact size for each input of the model; they
 * are read during the call and not kept. A request that is not finished
 * `timeout_ns` after the call is not run any further, and its answer is
 * CORALLINE_OUTCOME_EXPIRED; 0: no limit. `id` may be NULL.
 *
 * All return CORALLINE_CLOSED after coralline_close, and CORALLINE_DEVICE
 * while no device is left. */

/* Waits while the pipeline is full. */
CORALLINE_API coralline_status coralline_push(
    coralline_pipeline* pipeline, const coralline_const_buffer* inputs,
    int32_t num_inputs, int64_t timeout_ns, uint64_t* id);
/* Never waits: CORALLINE_WOULD_BLOCK where there is no room. */
CORALLINE_API coralline_status coralline_try_push(
    coralline_pipeline* pipeline, const coralline_const_buffer* inputs,
    int32_t num_inputs, int64_t timeout_ns, uint64_t* id);

/* The answer to a request. */
typedef struct coralline_result coralline_result;

/* Takes an answer on the thread of the pipeline that finished it, in request
 * order. `result` is valid during the call and not released. Must be quick,
 * and may call functions of the pipeline that do not wait: coralline_try_push,
 * coralline_cancel, those of a result and of statistics. */
typedef void (*coralline_result_callback)(void* user,
                                          const coralline_result* result);

/* As push, the answer to a callback instead of pop. */
CORALLINE_API coralline_status coralline_submit(
    coralline_pipeline* pipeline, const coralline_const_buffer* inputs,
    int32_t num_inputs, int64_t timeout_ns, coralline_result_callback callback,
    void* user, uint64_t* id);
CORALLINE_API coralline_status coralline_try_submit(
    coralline_pipeline* pipeline, const coralline_const_buffer* inputs,
    int32_t num_inputs, int64_t timeout_ns, coralline_result_callback callback,
    void* user, uint64_t* id);

/* Room for one request, whose inputs are written in place: push without the
 * copy. Requests behind it wait meanwhile. One thread at a time. */
typedef struct coralline_slot coralline_slot;

/* Waits while the pipeline is full. The slot is the caller's, until
 * coralline_commit or coralline_abandon. */
CORALLINE_API coralline_status coralline_acquire(coralline_pipeline* pipeline,
                                                 coralline_slot** slot);
/* Never waits: CORALLINE_WOULD_BLOCK where there is no room. */
CORALLINE_API coralline_status
coralline_try_acquire(coralline_pipeline* pipeline, coralline_slot** slot);
/* Where an input is to be written: the pipeline's memory, until the commit. */
CORALLINE_API coralline_status coralline_slot_input(coralline_slot* slot,
                                                    int32_t index,
                                                    coralline_buffer* input);
/* Hands the request over. The slot ends, unless this returns
 * CORALLINE_USAGE. */
CORALLINE_API coralline_status coralline_commit(coralline_slot* slot,
                                                int64_t timeout_ns,
                                                uint64_t* id);
/* Gives the room back; the request's answer is CORALLINE_OUTCOME_CANCELLED.
 * NULL is fine. */
CORALLINE_API void coralline_abandon(coralline_slot* slot);

/* The answer of that request will be CORALLINE_OUTCOME_CANCELLED, unless it is
 * finished already. `inside`, which may be NULL, becomes 0 for a request that
 * is not inside any more, or not yet; 1 otherwise. */
CORALLINE_API coralline_status coralline_cancel(coralline_pipeline* pipeline,
                                                uint64_t id, int32_t* inside);

/* ---- Results ------------------------------------------------------ */

/* coralline_completion.outcome */
enum {
  CORALLINE_OUTCOME_DONE = 0,   /* the outputs are there */
  CORALLINE_OUTCOME_FAILED = 1, /* `error` and a text say why */
  CORALLINE_OUTCOME_CANCELLED = 2,
  CORALLINE_OUTCOME_EXPIRED = 3 /* its timeout_ns was over */
};

typedef struct coralline_completion {
  size_t size;
  uint64_t id;
  int32_t outcome;
  coralline_status error; /* of CORALLINE_OUTCOME_FAILED, else CORALLINE_OK */
  int64_t latency_ns; /* from the end of push to the end of the last stage */
} coralline_completion;

/* Waits for the next result and copies its outputs into the caller's buffers,
 * one of the exact size for each output of the model. They are written where
 * the outcome is CORALLINE_OUTCOME_DONE. CORALLINE_CLOSED after the last one.
 */
CORALLINE_API coralline_status coralline_pop(coralline_pipeline* pipeline,
                                             const coralline_buffer* outputs,
                                             int32_t num_outputs,
                                             coralline_completion* completion);
/* Never waits: CORALLINE_WOULD_BLOCK where none is ready. */
CORALLINE_API coralline_status
coralline_try_pop(coralline_pipeline* pipeline, const coralline_buffer* outputs,
                  int32_t num_outputs, coralline_completion* completion);
/* Pop without the copy: its room is taken until coralline_release. One thread
 * at a time may use the result. */
CORALLINE_API coralline_status
coralline_pop_in_place(coralline_pipeline* pipeline, coralline_result** result);
/* Gives it back; its outputs and its text are not valid any more. NULL is
 * fine. */
CORALLINE_API void coralline_release(coralline_result* result);

/* Of a popped result, and of the one that a callback is given. */
CORALLINE_API coralline_status coralline_result_info(
    const coralline_result* result, coralline_completion* completion);
/* CORALLINE_FAILED where the outcome is not CORALLINE_OUTCOME_DONE. */
CORALLINE_API coralline_status
coralline_result_output(const coralline_result* result, int32_t index,
                        coralline_const_buffer* output);
/* Why it is CORALLINE_OUTCOME_FAILED, one line; empty for other outcomes. */
CORALLINE_API const char* coralline_result_error(
    const coralline_result* result);

/* ---- Statistics --------------------------------------------------- */

typedef struct coralline_totals {
  size_t size;
  /* Requests since the last coralline_reset_stats. */
  int64_t accepted;
  int64_t done;
  int64_t failed;
  int64_t cancelled;
  int64_t expired;
  int64_t rerun; /* started again elsewhere after a fault */
  /* Of what runs now. */
  int32_t num_stages;
  int32_t num_devices;
  int32_t max_in_flight;
  int32_t reserved; /* 0 */
} coralline_totals;

CORALLINE_API coralline_status coralline_get_totals(
    const coralline_pipeline* pipeline, coralline_totals* totals);
/* Totals, stages, devices, their times and the last events as a JSON text;
 * docs/c-api.md has its form. `needed` becomes its length, without the zero
 * byte. Where that is below `capacity`, the text is written to `buffer`, with
 * the zero byte; otherwise nothing is. It may be longer at the next call. */
CORALLINE_API coralline_status
coralline_stats_json(const coralline_pipeline* pipeline, char* buffer,
                     size_t capacity, size_t* needed);
CORALLINE_API coralline_status
coralline_reset_stats(coralline_pipeline* pipeline);

#ifdef __cplusplus
}
#endif

#endif /* CORALLINE_H_ */
