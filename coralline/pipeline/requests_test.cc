// What can be done with single requests: callbacks, futures, deadlines,
// cancelling, tensors in place, room.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "coralline/device/testing.h"
#include "coralline/pipeline/pipeline.h"

namespace coralline {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing_util::FakeExecutable;

std::vector<TensorSpec> Byte(const std::string& name) {
  return {{.name = name, .bytes = 1}};
}

std::vector<TensorData> Data(int value) {
  return {{static_cast<std::byte>(value)}};
}

int ValueOf(const ResultView& result) {
  return std::to_integer<int>(result.outputs[0][0]);
}

// One stage that adds one, and waits for its gate when it is given 100.
class RequestsTest : public testing::Test {
 protected:
  std::unique_ptr<Pipeline> Make(int max_in_flight = 4) {
    std::vector<std::unique_ptr<Executable>> stages;
    stages.push_back(std::make_unique<FakeExecutable>(
        Byte("a"), Byte("b"),
        [this](std::span<const ConstBytes> in,
               std::span<const MutableBytes> out) {
          const int value = std::to_integer<int>(in[0][0]);
          if (value == 100) gate_.get_future().wait();
          out[0][0] = static_cast<std::byte>(value + 1);
          ++runs_;
        }));
    return std::make_unique<Pipeline>(
        std::move(stages), PipelineInterface{Byte("a"), Byte("b")},
        PipelineOptions{.max_in_flight = max_in_flight});
  }

  std::promise<void> gate_;
  std::atomic<int> runs_{0};
};

TEST_F(RequestsTest, CallbacksComeInOrderBesideResultsToBePopped) {
  const auto pipeline = Make();
  std::vector<int> called;
  for (int i = 0; i < 40; ++i) {
    if (i % 4 == 0) {
      EXPECT_EQ(pipeline->Push(Data(i)), i);
    } else {
      EXPECT_EQ(pipeline->Submit(Data(i),
                                 [&called](const ResultView& result) {
                                   called.push_back(ValueOf(result));
                                 }),
                i);
    }
    if (i % 4 != 3) continue;
    Completion completion;
    ASSERT_TRUE(pipeline->Pop(completion));
    EXPECT_EQ(completion.id, i - 3);
    EXPECT_EQ(completion.outputs[0][0], static_cast<std::byte>(i - 2));
  }
  pipeline->Drain();
  ASSERT_EQ(called.size(), 30U);
  EXPECT_TRUE(std::is_sorted(called.begin(), called.end()));
}

TEST_F(RequestsTest, AFutureHoldsTheAnswer) {
  const auto pipeline = Make();
  auto future = pipeline->Submit(Data(41));
  const Completion completion = future.get();
  EXPECT_EQ(completion.outcome, Outcome::kDone);
  EXPECT_EQ(completion.outputs, std::vector<TensorData>(Data(42)));
  pipeline->Close();
  EXPECT_THROW(pipeline->Submit(Data(1)), Error);
}

TEST_F(RequestsTest, TryPushRefusesWhereThereIsNoRoom) {
  const auto pipeline = Make(2);
  EXPECT_TRUE(pipeline->TryPush(Data(1)));
  EXPECT_TRUE(pipeline->TryPush(Data(2)));
  EXPECT_FALSE(pipeline->TryPush(Data(3)));
  Completion completion;
  ASSERT_TRUE(pipeline->Pop(completion));
  EXPECT_TRUE(pipeline->TryPush(Data(3)));
  pipeline->Close();
  EXPECT_FALSE(pipeline->TryPush(Data(4)));
  EXPECT_FALSE(pipeline->Push(Data(4)));
  ASSERT_TRUE(pipeline->Pop(completion));
  ASSERT_TRUE(pipeline->Pop(completion));
  EXPECT_FALSE(pipeline->Pop(completion));
}

TEST_F(RequestsTest, WaitingPushesEndWhenThePipelineCloses) {
  const auto pipeline = Make(1);
  pipeline->Push(Data(1));
  auto waiting = std::async(
      std::launch::async, [&] { return pipeline->Push(Data(2)).has_value(); });
  EXPECT_EQ(waiting.wait_for(5ms), std::future_status::timeout);
  pipeline->Close();
  EXPECT_FALSE(waiting.get());
}

TEST_F(RequestsTest, ACancelledRequestIsNotRun) {
  const auto pipeline = Make();
  pipeline->Push(Data(100));
  const auto cancelled = pipeline->Push(Data(5));
  pipeline->Push(Data(6));
  EXPECT_TRUE(pipeline->Cancel(*cancelled));
  gate_.set_value();
  Completion completion;
  std::vector<Outcome> outcomes;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(pipeline->Pop(completion));
    outcomes.push_back(completion.outcome);
  }
  EXPECT_THAT(outcomes,
              ElementsAre(Outcome::kDone, Outcome::kCancelled, Outcome::kDone));
  EXPECT_EQ(runs_, 2);
  EXPECT_FALSE(pipeline->Cancel(*cancelled));
  EXPECT_FALSE(pipeline->Cancel(1000));
  EXPECT_EQ(pipeline->Stats().cancelled, 1);
}

TEST_F(RequestsTest, ARequestWhoseTimeIsOverIsNotRun) {
  const auto pipeline = Make();
  pipeline->Push(Data(100));
  pipeline->Push(Data(5), {.timeout = 1ns});
  pipeline->Push(Data(6), {.timeout = 1h});
  gate_.set_value();
  Completion completion;
  ASSERT_TRUE(pipeline->Pop(completion));
  ASSERT_TRUE(pipeline->Pop(completion));
  EXPECT_EQ(completion.outcome, Outcome::kExpired);
  EXPECT_TRUE(completion.outputs.empty());
  ASSERT_TRUE(pipeline->Pop(completion));
  EXPECT_EQ(completion.outcome, Outcome::kDone);
  EXPECT_EQ(runs_, 2);
}

TEST_F(RequestsTest, TensorsAreWrittenAndReadInPlace) {
  const auto pipeline = Make();
  auto input = pipeline->Acquire();
  ASSERT_TRUE(input);
  input->inputs()[0][0] = std::byte{7};
  input->Commit();
  const auto output = pipeline->PopInPlace();
  ASSERT_TRUE(output);
  EXPECT_EQ(output->result().id, input->id());
  EXPECT_EQ(ValueOf(output->result()), 8);
}

TEST_F(RequestsTest, RoomThatIsNotUsedIsAnsweredAsCancelled) {
  const auto pipeline = Make();
  { const auto unused = pipeline->Acquire(); }
  Completion completion;
  ASSERT_TRUE(pipeline->Pop(completion));
  EXPECT_EQ(completion.outcome, Outcome::kCancelled);
  EXPECT_EQ(runs_, 0);
}

TEST_F(RequestsTest, AResultInPlaceKeepsItsRoom) {
  const auto pipeline = Make(1);
  pipeline->Push(Data(1));
  {
    const auto output = pipeline->PopInPlace();
    EXPECT_FALSE(pipeline->TryPush(Data(2)));
  }
  EXPECT_TRUE(pipeline->TryPush(Data(2)));
}

TEST_F(RequestsTest, AnErrorThatIsNotTheDevicesFailsItsRequestAlone) {
  std::vector<std::unique_ptr<Executable>> stages;
  stages.push_back(std::make_unique<FakeExecutable>(
      Byte("a"), Byte("b"),
      [](std::span<const ConstBytes> in, std::span<const MutableBytes>) {
        if (std::to_integer<int>(in[0][0]) == 2) {
          throw Error(ErrorKind::kModel, "too large");
        }
      }));
  Pipeline pipeline(std::move(stages), {Byte("a"), Byte("b")});
  std::vector<Outcome> outcomes;
  for (int i = 1; i <= 3; ++i) {
    outcomes.push_back(pipeline.Submit(Data(i)).get().outcome);
  }
  EXPECT_THAT(outcomes,
              ElementsAre(Outcome::kDone, Outcome::kFailed, Outcome::kDone));
}

TEST_F(RequestsTest, WhatIsInsideAtTheEndIsAnsweredAsCancelled) {
  std::vector<Outcome> outcomes;
  std::thread opener;
  {
    const auto pipeline = Make();
    for (const int value : {100, 1, 2}) {
      pipeline->Submit(Data(value), [&outcomes](const ResultView& result) {
        outcomes.push_back(result.outcome);
      });
    }
    opener = std::thread([this] { gate_.set_value(); });
  }
  opener.join();
  EXPECT_EQ(outcomes.size(), 3U);
}

}  // namespace
}  // namespace coralline
