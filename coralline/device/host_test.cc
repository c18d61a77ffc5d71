#include "coralline/device/host.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>

#include <thread>

namespace coralline {
namespace {

struct Scheduling {
  int policy = -1;
  int priority = -1;

  bool operator==(const Scheduling&) const = default;
};

Scheduling OfThisThread() {
  Scheduling scheduling;
  sched_param parameters{};
  pthread_getschedparam(pthread_self(), &scheduling.policy, &parameters);
  scheduling.priority = parameters.sched_priority;
  return scheduling;
}

// In a thread of its own, which the priority ends with.
TEST(UseRealtimePriority, ChangesTheCallingThreadOrNothing) {
  const Scheduling usual = OfThisThread();
  std::jthread([&] {
    const bool is_permitted = UseRealtimePriority();
    const Scheduling lowest = {SCHED_FIFO, sched_get_priority_min(SCHED_FIFO)};
    EXPECT_EQ(OfThisThread(), is_permitted ? lowest : usual);
  }).join();
  EXPECT_EQ(OfThisThread(), usual);
}

TEST(ScopedPin, MovesTheThreadUntilTheEndOfTheScope) {
  const std::vector<int> cores = AvailableCores();
  {
    const ScopedPin pin({cores.back()});
    EXPECT_EQ(AvailableCores(), std::vector<int>{cores.back()});
  }
  EXPECT_EQ(AvailableCores(), cores);
}

}  // namespace
}  // namespace coralline
