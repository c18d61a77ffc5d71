#include "coralline/device/precise_wait.h"

#include <sched.h>
#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace coralline {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

nanoseconds YieldShare(nanoseconds wait) {
  constexpr nanoseconds kWakeUp = std::chrono::microseconds(60);
  constexpr nanoseconds kMost = std::chrono::microseconds(200);
  return std::min({wait * 3 / 5, kWakeUp + wait / 25, kMost});
}

// steady_clock counts as CLOCK_MONOTONIC does.
static void SleepUntil(steady_clock::time_point when) {
  constexpr std::int64_t kPerSecond = 1'000'000'000;
  const std::int64_t count = nanoseconds(when.time_since_epoch()).count();
  const timespec time{.tv_sec = count / kPerSecond,
                      .tv_nsec = count % kPerSecond};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr) ==
         EINTR) {
  }
}

steady_clock::time_point WaitUntil(steady_clock::time_point deadline) {
  auto now = steady_clock::now();
  const nanoseconds wait = deadline - now;
  if (wait <= nanoseconds(0)) return now;
  SleepUntil(deadline - YieldShare(wait));
  while ((now = steady_clock::now()) < deadline) sched_yield();
  return now;
}

void SleepPunctually() { prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); }

}  // namespace coralline
