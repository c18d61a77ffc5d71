// What the C interface does, on emulated devices.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "coralline/planning/testing.h"
#include "testing.h"

namespace coralline {
namespace {

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
using testing_util::RandomInput;
using testing_util::TryPop;
using testing_util::TryPush;

// Of ABI 1: programs that are built already rely on it. A new field adds a
// line.
static_assert(sizeof(void*) != 8 ||
              (offsetof(coralline_options, max_in_flight) == 64 &&
               offsetof(coralline_options, on_event_user) == 96 &&
               offsetof(coralline_event, text) == 24 &&
               offsetof(coralline_tensor, zero_point) == 48 &&
               offsetof(coralline_completion, latency_ns) == 24 &&
               offsetof(coralline_totals, reserved) == 68 &&
               sizeof(coralline_buffer) == 16));

TEST(CInterface, SaysItsVersions) {
  EXPECT_EQ(coralline_abi_version(), CORALLINE_ABI_VERSION);
  EXPECT_STREQ(coralline_version(), CORALLINE_VERSION);
}

TEST(CInterface, TellsWhatTheModelTakesAndGives) {
  const Handle pipeline = OpenEmulated();
  EXPECT_EQ(coralline_num_inputs(pipeline.get()), 1);
  EXPECT_EQ(coralline_num_outputs(pipeline.get()), 1);
  const Graph& graph = testing_util::SmallModel().graph;
  const Tensor& expected = graph.tensors[graph.inputs[0]];
  coralline_tensor tensor{.size = sizeof(tensor)};
  ASSERT_EQ(coralline_input_info(pipeline.get(), 0, &tensor), CORALLINE_OK);
  EXPECT_EQ(tensor.name, expected.name);
  EXPECT_EQ(tensor.type, CORALLINE_TYPE_INT8);
  EXPECT_EQ(tensor.bytes, kInputBytes);
  EXPECT_EQ(
      std::vector<int>(tensor.shape, tensor.shape + tensor.num_dimensions),
      expected.shape);
  EXPECT_EQ(tensor.scale, expected.quantization.scale.at(0));
  EXPECT_EQ(tensor.zero_point, expected.quantization.zero_point.at(0));
  ASSERT_EQ(coralline_output_info(pipeline.get(), 0, &tensor), CORALLINE_OK);
  EXPECT_EQ(tensor.bytes, kOutputBytes);
}

// In every way in and out: copied, in place, by callback.
TEST(CInterface, GivesTheWholeModelsOutputsBitForBit) {
  // The sets of kernels round differently: one of them for both.
  // Without replicas, two devices are two stages.
  const coralline_options builtin = {
      .compute = 1, .kernels = CORALLINE_KERNELS_BUILTIN, .max_replicas = 1};
  coralline_status status = CORALLINE_OK;
  const Handle whole = Open({"cpu"}, builtin, &status);
  if (status == CORALLINE_DEVICE) GTEST_SKIP() << coralline_last_error();
  ASSERT_TRUE(whole) << coralline_last_error();
  const Handle parts = OpenEmulated(builtin);
  coralline_totals totals{.size = sizeof(totals)};
  ASSERT_EQ(coralline_get_totals(parts.get(), &totals), CORALLINE_OK);
  ASSERT_EQ(totals.num_stages, 2);
  std::mt19937_64 random(1);
  Bytes different;
  for (int i = 0; i < 20; ++i) {
    const Bytes input = RandomInput(random);
    Push(whole, input);
    const Bytes expected = Pop(whole).output;
    EXPECT_NE(expected, different);
    different = expected;

    Push(parts, input);
    EXPECT_EQ(Pop(parts).output, expected);

    coralline_slot* slot = nullptr;
    ASSERT_EQ(coralline_acquire(parts.get(), &slot), CORALLINE_OK);
    coralline_buffer room{};
    ASSERT_EQ(coralline_slot_input(slot, 0, &room), CORALLINE_OK);
    ASSERT_EQ(room.bytes, kInputBytes);
    std::copy(input.begin(), input.end(), static_cast<char*>(room.data));
    ASSERT_EQ(coralline_commit(slot, 0, nullptr), CORALLINE_OK);
    coralline_result* result = nullptr;
    ASSERT_EQ(coralline_pop_in_place(parts.get(), &result), CORALLINE_OK);
    coralline_const_buffer output{};
    ASSERT_EQ(coralline_result_output(result, 0, &output), CORALLINE_OK);
    const auto* bytes = static_cast<const unsigned char*>(output.data);
    EXPECT_EQ(Bytes(bytes, bytes + output.bytes), expected);
    coralline_release(result);

    Bytes called;
    const auto keep = [](void* user, const coralline_result* given) {
      coralline_const_buffer view{};
      ASSERT_EQ(coralline_result_output(given, 0, &view), CORALLINE_OK);
      const auto* begin = static_cast<const unsigned char*>(view.data);
      static_cast<Bytes*>(user)->assign(begin, begin + view.bytes);
    };
    const coralline_const_buffer buffer = ConstBuffer(input);
    ASSERT_EQ(
        coralline_submit(parts.get(), &buffer, 1, 0, keep, &called, nullptr),
        CORALLINE_OK);
    ASSERT_EQ(coralline_drain(parts.get()), CORALLINE_OK);
    EXPECT_EQ(called, expected);
  }
}

// Without devices of its own: those of the plan.
TEST(CInterface, RunsWhatAPlanFileSays) {
  const Model& model = testing_util::SmallModel();
  const PlanDocument plan = testing_util::PlanOf(model);
  const std::string file = testing::TempDir() + "c_api_test_plan.json";
  WritePlanDocument(file, plan, model.graph);
  const Handle pipeline = Open({}, {.plan_file = file.c_str()});
  std::filesystem::remove(file);
  ASSERT_TRUE(pipeline) << coralline_last_error();
  coralline_totals totals{.size = sizeof(totals)};
  ASSERT_EQ(coralline_get_totals(pipeline.get(), &totals), CORALLINE_OK);
  EXPECT_EQ(totals.num_stages, static_cast<int>(plan.plan.stages.size()));
  EXPECT_GT(totals.num_stages, 1);
  Push(pipeline);
  EXPECT_EQ(Pop(pipeline).completion.outcome, CORALLINE_OUTCOME_DONE);
}

TEST(CInterface, CallsBackInTheOrderOfTheRequests) {
  const Handle pipeline = OpenEmulated();
  const Bytes input(kInputBytes);
  const coralline_const_buffer buffer = ConstBuffer(input);
  std::vector<uint64_t> accepted;
  std::vector<uint64_t> answered;
  const auto callback = [](void* user, const coralline_result* result) {
    coralline_completion completion{.size = sizeof(completion)};
    EXPECT_EQ(coralline_result_info(result, &completion), CORALLINE_OK);
    EXPECT_EQ(completion.outcome, CORALLINE_OUTCOME_DONE);
    EXPECT_STREQ(coralline_result_error(result), "");
    static_cast<std::vector<uint64_t>*>(user)->push_back(completion.id);
  };
  for (int i = 0; i < 200; ++i) {
    uint64_t id = 0;
    ASSERT_EQ(coralline_submit(pipeline.get(), &buffer, 1, 0, callback,
                               &answered, &id),
              CORALLINE_OK);
    accepted.push_back(id);
  }
  ASSERT_EQ(coralline_drain(pipeline.get()), CORALLINE_OK);
  EXPECT_EQ(answered, accepted);
}

// While a slot is acquired, the requests behind it wait.
TEST(CInterface, CancelsAndGivesUpWhatIsInside) {
  const Handle pipeline = OpenEmulated();
  coralline_slot* slot = nullptr;
  ASSERT_EQ(coralline_acquire(pipeline.get(), &slot), CORALLINE_OK);
  const auto [pushed, id] = Push(pipeline);
  ASSERT_EQ(pushed, CORALLINE_OK);
  ASSERT_EQ(Push(pipeline, Bytes(kInputBytes), 1).first, CORALLINE_OK);
  int32_t inside = -1;
  EXPECT_EQ(coralline_cancel(pipeline.get(), id, &inside), CORALLINE_OK);
  EXPECT_EQ(inside, 1);
  EXPECT_EQ(coralline_cancel(pipeline.get(), 1000, &inside), CORALLINE_OK);
  EXPECT_EQ(inside, 0);
  coralline_abandon(slot);
  ASSERT_EQ(Push(pipeline).first, CORALLINE_OK);
  for (const int outcome : {CORALLINE_OUTCOME_CANCELLED,  // the slot
                            CORALLINE_OUTCOME_CANCELLED,  // by its id
                            CORALLINE_OUTCOME_EXPIRED,    // after 1 ns
                            CORALLINE_OUTCOME_DONE}) {
    const auto popped = Pop(pipeline);
    EXPECT_EQ(popped.status, CORALLINE_OK);
    EXPECT_EQ(popped.completion.outcome, outcome);
  }
}

TEST(CInterface, TakesNoMoreThanThereIsRoomFor) {
  const Handle pipeline = OpenEmulated({.max_in_flight = 2});
  coralline_totals totals{.size = sizeof(totals)};
  ASSERT_EQ(coralline_get_totals(pipeline.get(), &totals), CORALLINE_OK);
  EXPECT_GE(totals.max_in_flight, 2);
  for (int i = 0; i < totals.max_in_flight; ++i) {
    ASSERT_EQ(TryPush(pipeline), CORALLINE_OK);
  }
  EXPECT_EQ(TryPush(pipeline), CORALLINE_WOULD_BLOCK);
  coralline_slot* slot = nullptr;
  EXPECT_EQ(coralline_try_acquire(pipeline.get(), &slot),
            CORALLINE_WOULD_BLOCK);
  EXPECT_EQ(slot, nullptr);
  const Bytes input(kInputBytes);
  const coralline_const_buffer buffer = ConstBuffer(input);
  const auto ignore = [](void*, const coralline_result*) {};
  EXPECT_EQ(coralline_try_submit(pipeline.get(), &buffer, 1, 0, ignore, nullptr,
                                 nullptr),
            CORALLINE_WOULD_BLOCK);
  EXPECT_EQ(Pop(pipeline).status, CORALLINE_OK);
  EXPECT_EQ(TryPush(pipeline), CORALLINE_OK);
}

TEST(CInterface, EndsAfterTheLastResult) {
  const Handle pipeline = OpenEmulated();
  EXPECT_EQ(TryPop(pipeline).status, CORALLINE_WOULD_BLOCK);
  ASSERT_EQ(Push(pipeline).first, CORALLINE_OK);
  ASSERT_EQ(Push(pipeline).first, CORALLINE_OK);
  EXPECT_EQ(coralline_close(pipeline.get()), CORALLINE_OK);
  EXPECT_EQ(coralline_close(pipeline.get()), CORALLINE_OK);
  EXPECT_EQ(Push(pipeline).first, CORALLINE_CLOSED);
  EXPECT_EQ(TryPush(pipeline), CORALLINE_CLOSED);
  coralline_slot* slot = nullptr;
  EXPECT_EQ(coralline_acquire(pipeline.get(), &slot), CORALLINE_CLOSED);
  EXPECT_EQ(Pop(pipeline).completion.outcome, CORALLINE_OUTCOME_DONE);
  ASSERT_EQ(coralline_drain(pipeline.get()), CORALLINE_OK);
  EXPECT_EQ(TryPop(pipeline).completion.id, 1U);
  EXPECT_EQ(TryPop(pipeline).status, CORALLINE_CLOSED);
  EXPECT_EQ(Pop(pipeline).status, CORALLINE_CLOSED);
  coralline_result* result = nullptr;
  EXPECT_EQ(coralline_pop_in_place(pipeline.get(), &result), CORALLINE_CLOSED);
}

TEST(CInterface, GivesBackItselfWhatTheCallerKept) {
  const Handle pipeline = OpenEmulated();
  ASSERT_EQ(Push(pipeline).first, CORALLINE_OK);
  coralline_result* result = nullptr;
  ASSERT_EQ(coralline_pop_in_place(pipeline.get(), &result), CORALLINE_OK);
  coralline_slot* slot = nullptr;
  ASSERT_EQ(coralline_acquire(pipeline.get(), &slot), CORALLINE_OK);
}

TEST(CInterface, TakesRequestsFromSeveralThreads) {
  constexpr int kThreads = 4;
  constexpr int kEach = 50;
  const Handle pipeline = OpenEmulated();
  std::vector<std::vector<uint64_t>> ids(kThreads);
  std::vector<std::thread> threads;
  for (auto& own : ids) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) own.push_back(Push(pipeline).second);
    });
  }
  for (uint64_t id = 0; id < kThreads * kEach; ++id) {
    EXPECT_EQ(Pop(pipeline).completion.id, id);
  }
  for (auto& thread : threads) thread.join();
  std::vector<uint64_t> all;
  for (const auto& own : ids) {
    EXPECT_TRUE(std::is_sorted(own.begin(), own.end()));
    all.insert(all.end(), own.begin(), own.end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()) - all.begin(),
            kThreads * kEach);
  EXPECT_EQ(all.back(), static_cast<uint64_t>(kThreads * kEach - 1));
}

TEST(CInterface, WritesStatisticsAsJson) {
  const Handle pipeline = OpenEmulated();
  for (int i = 0; i < 10; ++i) ASSERT_EQ(Push(pipeline).first, CORALLINE_OK);
  for (int i = 0; i < 10; ++i) Pop(pipeline);
  std::size_t needed = 0;
  ASSERT_EQ(coralline_stats_json(pipeline.get(), nullptr, 0, &needed),
            CORALLINE_OK);
  std::string text(needed, '?');
  // One byte short: nothing is written.
  ASSERT_EQ(coralline_stats_json(pipeline.get(), text.data(), needed, &needed),
            CORALLINE_OK);
  EXPECT_EQ(text.find_first_not_of('?'), std::string::npos);
  text.resize(needed + 100);
  ASSERT_EQ(
      coralline_stats_json(pipeline.get(), text.data(), text.size(), &needed),
      CORALLINE_OK);
  const auto json = nlohmann::json::parse(text.c_str());
  EXPECT_EQ(json.at("done"), 10);
  coralline_totals totals{.size = sizeof(totals)};
  ASSERT_EQ(coralline_get_totals(pipeline.get(), &totals), CORALLINE_OK);
  EXPECT_EQ(totals.accepted, 10);
  EXPECT_EQ(totals.done, 10);
  EXPECT_EQ(json.at("stages").size(),
            static_cast<std::size_t>(totals.num_stages));
  int done_by_first_stage = 0;
  for (const auto& replica : json.at("stages").at(0).at("replicas")) {
    EXPECT_EQ(replica.at("origin"), "emulated");
    EXPECT_GT(replica.at("emulation").at("simulated_ns"), 0);
    done_by_first_stage += replica.at("busy_ns").at("count").get<int>();
  }
  EXPECT_EQ(done_by_first_stage, 10);
  ASSERT_EQ(coralline_reset_stats(pipeline.get()), CORALLINE_OK);
  ASSERT_EQ(coralline_get_totals(pipeline.get(), &totals), CORALLINE_OK);
  EXPECT_EQ(totals.accepted, 0);
}

}  // namespace
}  // namespace coralline
