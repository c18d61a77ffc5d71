#include "coralline/pipeline/bounded_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace coralline {
namespace {

using namespace std::chrono_literals;

TEST(BoundedQueue, KeepsOrderAndEndsAfterClose) {
  BoundedQueue<int> queue(4, 0us);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.Push(i));
  queue.Close();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(queue.Pop(), i);
  EXPECT_EQ(queue.Pop(), std::nullopt);
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST(BoundedQueue, RoundsCapacityUp) {
  EXPECT_EQ(BoundedQueue<int>(1, 0us).capacity(), 1U);
  EXPECT_EQ(BoundedQueue<int>(5, 0us).capacity(), 8U);
}

TEST(BoundedQueue, AbortDropsValues) {
  BoundedQueue<int> queue(2, 0us);
  EXPECT_TRUE(queue.Push(1));
  queue.Abort();
  EXPECT_EQ(queue.Pop(), std::nullopt);
  EXPECT_FALSE(queue.Push(2));
}

struct Case {
  int capacity;
  std::chrono::nanoseconds spin;
};

class BoundedQueueThreads : public testing::TestWithParam<Case> {};

TEST_P(BoundedQueueThreads, PassesEverythingInOrder) {
  constexpr int kCount = 20000;
  BoundedQueue<std::unique_ptr<int>> queue(GetParam().capacity,
                                           GetParam().spin);
  std::jthread producer([&queue] {
    for (int i = 0; i < kCount; ++i) queue.Push(std::make_unique<int>(i));
    queue.Close();
  });
  int expected = 0;
  while (auto value = queue.Pop()) ASSERT_EQ(**value, expected++);
  EXPECT_EQ(expected, kCount);
}

TEST_P(BoundedQueueThreads, AbortWakesAWaitingConsumer) {
  BoundedQueue<int> queue(GetParam().capacity, GetParam().spin);
  std::jthread consumer([&queue] { EXPECT_EQ(queue.Pop(), std::nullopt); });
  std::this_thread::sleep_for(2ms);
  queue.Abort();
}

TEST_P(BoundedQueueThreads, AbortWakesAWaitingProducer) {
  BoundedQueue<int> queue(GetParam().capacity, GetParam().spin);
  std::jthread producer([&queue] {
    while (queue.Push(1)) {
    }
  });
  std::this_thread::sleep_for(2ms);
  queue.Abort();
}

TEST_P(BoundedQueueThreads, WaitsForSeveralValuesAtOnce) {
  BoundedQueue<int> queue(GetParam().capacity, GetParam().spin);
  const int count = GetParam().capacity;
  std::jthread producer([&] {
    for (int i = 0; i < 1000 * count; ++i) queue.Push(i);
    queue.Close();
  });
  for (int i = 0; i < 1000 * count; i += count) {
    queue.WaitForValues(count);
    for (int j = 0; j < count; ++j) ASSERT_EQ(queue.Pop(), i + j);
  }
  queue.WaitForValues(count);  // ended: does not wait
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST_P(BoundedQueueThreads, CloseEndsWaitingForMore) {
  BoundedQueue<int> queue(GetParam().capacity, GetParam().spin);
  std::jthread consumer([&] {
    queue.WaitForValues(GetParam().capacity);
    if (GetParam().capacity > 1) {
      EXPECT_EQ(queue.Pop(), 7);
    }
    EXPECT_EQ(queue.Pop(), std::nullopt);
  });
  if (GetParam().capacity > 1) {
    EXPECT_TRUE(queue.Push(7));
  }
  std::this_thread::sleep_for(2ms);
  queue.Close();
}

INSTANTIATE_TEST_SUITE_P(CapacitiesAndSpins, BoundedQueueThreads,
                         testing::Values(Case{1, 0us}, Case{1, 20us},
                                         Case{4, 0us}, Case{8, 20us}));

}  // namespace
}  // namespace coralline
