#pragma once

#include <chrono>

namespace coralline {

/// How much of a wait is spent yielding at its end rather than asleep: waking
/// an idle virtual core costs some 40 us, and more after a long sleep. Short
/// waits still sleep for two fifths, so that many of them share few cores.
std::chrono::nanoseconds YieldShare(std::chrono::nanoseconds wait);

/// Waits until the deadline, never less: sleeps towards it, then yields the
/// processor until it has passed, so that other threads run meanwhile. Returns
/// the time after the wait; a deadline in the past returns at once.
std::chrono::steady_clock::time_point WaitUntil(
    std::chrono::steady_clock::time_point deadline);

/// Lets the system end the sleeps of the calling thread as punctually as it
/// can; by default it may add 50 us to join them with others.
void SleepPunctually();

}  // namespace coralline
