// What a pipeline costs that has nothing to do, and whether it keeps memory:
// the CPU time of eight idle stages, and resident memory after many requests.

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "bench/our_pipeline.h"
#include "bench/stages.h"

namespace coralline::bench {
namespace {

constexpr int kStages = 8;
constexpr int kInFlight = 4 * kStages;
constexpr std::size_t kBytes = 1024;

const char* Verdict(bool is_met) { return is_met ? "met" : "missed"; }

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_nsec) / 1e9;
}

std::int64_t ResidentBytes() {
  std::int64_t total = 0;
  std::int64_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

// From the end of the last request on, so that the yielding of threads before
// they sleep is counted.
void ReportIdle(const char* name, WaitProfile wait) {
  constexpr int kSeconds = 2;
  constexpr double kTargetPercent = 0.5;
  const auto pipeline =
      OurChain(BusyStages(kStages, kBytes, std::chrono::nanoseconds(0)), wait);
  pipeline->Run(100, kInFlight);
  const double before = CpuSeconds();
  std::this_thread::sleep_for(std::chrono::seconds(kSeconds));
  const double percent = 100 * (CpuSeconds() - before) / kSeconds;
  fmt::print("{}, {} idle stages: {:.3f} % of a core; target {} %: {}\n", name,
             kStages, percent, kTargetPercent,
             Verdict(percent < kTargetPercent));
}

void ReportMemory(const char* name, WaitProfile wait) {
  constexpr int kRequests = 1'000'000;
  constexpr double kTargetPercent = 1;
  const auto pipeline =
      OurChain(BusyStages(kStages, kBytes, std::chrono::nanoseconds(0)), wait);
  pipeline->Run(kRequests / 100, kInFlight);
  const auto before = static_cast<double>(ResidentBytes());
  const auto time = pipeline->Run(kRequests, kInFlight);
  const auto after = static_cast<double>(ResidentBytes());
  const double percent = 100 * (after - before) / before;
  fmt::print(
      "{}, {} requests in {:.1f} s: {:.0f} KiB resident, {:+.2f} %; target "
      "{} %: {}\n",
      name, kRequests, std::chrono::duration<double>(time).count(),
      after / 1024, percent, kTargetPercent, Verdict(percent < kTargetPercent));
}

}  // namespace
}  // namespace coralline::bench

int main() {
  using coralline::WaitProfile;
  for (const auto& [name, wait] :
       {std::pair{"balanced", WaitProfile::kBalanced},
        std::pair{"throughput", WaitProfile::kThroughput}}) {
    coralline::bench::ReportIdle(name, wait);
    coralline::bench::ReportMemory(name, wait);
  }
}
