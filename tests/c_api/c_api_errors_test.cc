// What the C interface refuses, and how it says so.
#include <atomic>
#include <thread>

#include "testing.h"

namespace coralline {
namespace {

using testing::HasSubstr;
using testing_util::Buffer;
using testing_util::Bytes;
using testing_util::ConstBuffer;
using testing_util::Handle;
using testing_util::kInputBytes;
using testing_util::kOutputBytes;
using testing_util::Open;
using testing_util::OpenEmulated;
using testing_util::Pop;
using testing_util::Push;
using testing_util::SmallModel;

coralline_status StatusOf(const std::vector<const char*>& devices,
                          const coralline_options& options = {}) {
  coralline_status status = CORALLINE_OK;
  EXPECT_FALSE(Open(devices, options, &status));
  return status;
}

TEST(CInterfaceErrors, RefusesNullPointers) {
  coralline_pipeline* none = nullptr;
  coralline_slot* slot = nullptr;
  coralline_result* result = nullptr;
  coralline_completion completion{.size = sizeof(completion)};
  coralline_totals totals{.size = sizeof(totals)};
  coralline_tensor tensor{.size = sizeof(tensor)};
  coralline_buffer buffer{};
  coralline_const_buffer const_buffer{};
  std::size_t needed = 0;
  const auto ignore = [](void*, const coralline_result*) {};
  for (const coralline_status status :
       {coralline_open("x", nullptr, nullptr),
        coralline_open(nullptr, nullptr, &none),
        coralline_open_bytes(nullptr, 0, nullptr, nullptr, &none),
        coralline_close(none),
        coralline_drain(none),
        coralline_input_info(none, 0, &tensor),
        coralline_output_info(none, 0, &tensor),
        coralline_push(none, &const_buffer, 1, 0, nullptr),
        coralline_try_push(none, &const_buffer, 1, 0, nullptr),
        coralline_submit(none, &const_buffer, 1, 0, ignore, nullptr, nullptr),
        coralline_try_submit(none, &const_buffer, 1, 0, ignore, nullptr,
                             nullptr),
        coralline_acquire(none, &slot),
        coralline_try_acquire(none, &slot),
        coralline_slot_input(nullptr, 0, &buffer),
        coralline_commit(nullptr, 0, nullptr),
        coralline_cancel(none, 0, nullptr),
        coralline_pop(none, &buffer, 1, &completion),
        coralline_try_pop(none, &buffer, 1, &completion),
        coralline_pop_in_place(none, &result),
        coralline_result_info(nullptr, &completion),
        coralline_result_output(nullptr, 0, &const_buffer),
        coralline_get_totals(none, &totals),
        coralline_stats_json(none, nullptr, 0, &needed),
        coralline_reset_stats(none)}) {
    EXPECT_EQ(status, CORALLINE_USAGE);
    EXPECT_THAT(coralline_last_error(), HasSubstr("is NULL"));
  }
  EXPECT_EQ(coralline_num_inputs(none), -1);
  EXPECT_EQ(coralline_num_outputs(none), -1);
  EXPECT_STREQ(coralline_result_error(nullptr), "");
  coralline_destroy(nullptr);
  coralline_abandon(nullptr);
  coralline_release(nullptr);
}

TEST(CInterfaceErrors, RefusesWhatIsNoModel) {
  coralline_pipeline* pipeline = nullptr;
  EXPECT_EQ(coralline_open("no/such.tflite", nullptr, &pipeline),
            CORALLINE_MODEL);
  EXPECT_THAT(coralline_last_error(), HasSubstr("no/such.tflite"));
  EXPECT_EQ(coralline_open_bytes("junk", 4, "a name", nullptr, &pipeline),
            CORALLINE_MODEL);
  EXPECT_THAT(coralline_last_error(), HasSubstr("a name"));
  EXPECT_EQ(pipeline, nullptr);
}

TEST(CInterfaceErrors, RefusesOptionsThatMakeNoSense) {
  EXPECT_EQ(StatusOf({"toaster:1"}), CORALLINE_USAGE);
  EXPECT_THAT(coralline_last_error(), HasSubstr("toaster"));
  EXPECT_EQ(StatusOf({nullptr}), CORALLINE_USAGE);
  const std::vector<const char*> devices = {"emulated:edgetpu-pcie:2"};
  EXPECT_EQ(StatusOf(devices, {.kernels = 3}), CORALLINE_USAGE);
  EXPECT_EQ(StatusOf(devices, {.wait = -1}), CORALLINE_USAGE);
  EXPECT_EQ(StatusOf(devices, {.watchdog_ns = -1}), CORALLINE_USAGE);
  EXPECT_EQ(StatusOf(devices, {.max_in_flight = -1}), CORALLINE_USAGE);
  EXPECT_THAT(coralline_last_error(), HasSubstr("max_in_flight is -1"));
  const char* fault = "device=0,at=1,kind=bored";
  EXPECT_EQ(StatusOf(devices, {.faults = &fault, .num_faults = 1}),
            CORALLINE_USAGE);
  EXPECT_THAT(coralline_last_error(), HasSubstr("bored"));
  EXPECT_NE(StatusOf(devices, {.plan_file = "no/such.json"}), CORALLINE_OK);
  EXPECT_THAT(coralline_last_error(), HasSubstr("no/such.json"));
}

// A caller that was built with a later header.
struct LaterOptions {
  coralline_options options{.size = sizeof(LaterOptions)};
  int64_t more = 0;
};

TEST(CInterfaceErrors, TakesLargerOptionsOnlyWhereTheRestIsZero) {
  const SharedBytes bytes = SmallModel().bytes;
  const char* device = "emulated:edgetpu-pcie";
  LaterOptions later;
  later.options.devices = &device;
  later.options.num_devices = 1;
  coralline_pipeline* pipeline = nullptr;
  EXPECT_EQ(coralline_open_bytes(bytes.data(), bytes.size(), nullptr,
                                 &later.options, &pipeline),
            CORALLINE_OK)
      << coralline_last_error();
  const Handle owner(std::exchange(pipeline, nullptr));
  later.more = 1;
  EXPECT_EQ(coralline_open_bytes(bytes.data(), bytes.size(), nullptr,
                                 &later.options, &pipeline),
            CORALLINE_USAGE);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1} << 40}) {
    later.options.size = size;
    EXPECT_EQ(coralline_open_bytes(bytes.data(), bytes.size(), nullptr,
                                   &later.options, &pipeline),
              CORALLINE_USAGE);
    EXPECT_THAT(coralline_last_error(), HasSubstr("coralline_options.size"));
  }
}

TEST(CInterfaceErrors, FillsLargerStructsWithZeros) {
  const Handle pipeline = OpenEmulated();
  struct {
    coralline_totals totals;
    int64_t more = -1;
  } later;
  later.totals.size = sizeof(later);
  ASSERT_EQ(coralline_get_totals(pipeline.get(), &later.totals), CORALLINE_OK);
  EXPECT_EQ(later.totals.size, sizeof(later));
  EXPECT_GT(later.totals.num_stages, 0);
  EXPECT_EQ(later.more, 0);
  later.totals.size = 0;
  EXPECT_EQ(coralline_get_totals(pipeline.get(), &later.totals),
            CORALLINE_USAGE);
}

TEST(CInterfaceErrors, RefusesBuffersThatDoNotFit) {
  const Handle pipeline = OpenEmulated();
  EXPECT_EQ(Push(pipeline, Bytes(kInputBytes - 1)).first, CORALLINE_USAGE);
  EXPECT_THAT(coralline_last_error(), HasSubstr("63 bytes, expected 64"));
  EXPECT_EQ(Push(pipeline, Bytes(kInputBytes), -1).first, CORALLINE_USAGE);
  EXPECT_THAT(coralline_last_error(), HasSubstr("timeout_ns is -1"));
  const Bytes input(kInputBytes);
  const std::vector two(2, ConstBuffer(input));
  EXPECT_EQ(coralline_push(pipeline.get(), two.data(), 2, 0, nullptr),
            CORALLINE_USAGE);
  EXPECT_THAT(coralline_last_error(), HasSubstr("2 input buffers"));
  EXPECT_EQ(coralline_submit(pipeline.get(), two.data(), 1, 0, nullptr, nullptr,
                             nullptr),
            CORALLINE_USAGE);
  coralline_tensor tensor{.size = sizeof(tensor)};
  EXPECT_EQ(coralline_input_info(pipeline.get(), 1, &tensor), CORALLINE_USAGE);
  EXPECT_EQ(coralline_output_info(pipeline.get(), -1, &tensor),
            CORALLINE_USAGE);

  // A result is not lost where the buffers are wrong.
  ASSERT_EQ(Push(pipeline).first, CORALLINE_OK);
  Bytes output(kOutputBytes + 1);
  const coralline_buffer wrong = Buffer(output);
  coralline_completion completion{.size = sizeof(completion)};
  EXPECT_EQ(coralline_pop(pipeline.get(), &wrong, 1, &completion),
            CORALLINE_USAGE);
  const coralline_buffer right = {output.data(), kOutputBytes};
  coralline_completion unset{};
  EXPECT_EQ(coralline_pop(pipeline.get(), &right, 1, &unset), CORALLINE_USAGE);
  EXPECT_EQ(coralline_pop(pipeline.get(), &right, 1, &completion),
            CORALLINE_OK);
  EXPECT_EQ(completion.id, 0U);
}

TEST(CInterfaceErrors, KeepsASlotWhoseCommitIsRefused) {
  const Handle pipeline = OpenEmulated();
  coralline_slot* slot = nullptr;
  ASSERT_EQ(coralline_acquire(pipeline.get(), &slot), CORALLINE_OK);
  coralline_buffer input{};
  EXPECT_EQ(coralline_slot_input(slot, 1, &input), CORALLINE_USAGE);
  EXPECT_EQ(coralline_commit(slot, -1, nullptr), CORALLINE_USAGE);
  uint64_t id = 1;
  EXPECT_EQ(coralline_commit(slot, 0, &id), CORALLINE_OK);
  EXPECT_EQ(id, 0U);
  EXPECT_EQ(Pop(pipeline).completion.outcome, CORALLINE_OUTCOME_DONE);
}

TEST(CInterfaceErrors, KeepsTheTextOfEachThreadApart) {
  ASSERT_EQ(coralline_close(nullptr), CORALLINE_USAGE);
  const std::string here = coralline_last_error();
  std::thread([] {
    EXPECT_STREQ(coralline_last_error(), "");
    EXPECT_EQ(coralline_open("other.tflite", nullptr, nullptr),
              CORALLINE_USAGE);
  }).join();
  EXPECT_EQ(coralline_last_error(), here);
}

TEST(CInterfaceErrors, TellsOfALostDeviceInEveryWay) {
  std::atomic<int> failures = 0;
  const auto on_event = [](void* user, const coralline_event* event) {
    if (event->kind != CORALLINE_EVENT_DEVICE_FAILED) return;
    EXPECT_EQ(event->size, sizeof(coralline_event));
    EXPECT_EQ(event->device, 0);
    EXPECT_STRNE(event->text, "");
    ++*static_cast<std::atomic<int>*>(user);
  };
  const char* fault = "device=0,at=0,kind=lost";
  const Handle pipeline =
      Open({"emulated:edgetpu-pcie"}, {.faults = &fault,
                                       .num_faults = 1,
                                       .on_event = on_event,
                                       .on_event_user = &failures});
  ASSERT_TRUE(pipeline) << coralline_last_error();
  ASSERT_EQ(Push(pipeline).first, CORALLINE_OK);
  const auto popped = Pop(pipeline);
  EXPECT_EQ(popped.status, CORALLINE_OK);
  EXPECT_EQ(popped.completion.outcome, CORALLINE_OUTCOME_FAILED);
  EXPECT_EQ(popped.completion.error, CORALLINE_DEVICE);
  EXPECT_STRNE(coralline_last_error(), "");
  EXPECT_EQ(failures, 1);
  EXPECT_EQ(Push(pipeline).first, CORALLINE_DEVICE);
}

}  // namespace
}  // namespace coralline
