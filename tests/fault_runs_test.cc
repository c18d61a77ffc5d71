// Random faults on emulated devices: each request must be answered exactly
// once, in order and bit-exact, or with an error while no device is left.
// CORALLINE_FAULT_RUNS: how many runs; CORALLINE_FAULT_SEED: the first one's
// seed. A run's faults and requests are its seed's, not who runs when: a
// machine under load may make inferences exceed the watchdog as well, which
// must cost time alone.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <map>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>

#include "coralline/base/error.h"
#include "coralline/runtime/runner.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using Random = std::mt19937_64;

constexpr nanoseconds kWatchdog = 80ms;
constexpr int kLayers = 5;
constexpr int kNumInputs = 6;

std::uint64_t NumberFrom(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::stoull(text) : otherwise;
}

int Pick(Random& random, int least, int most) {
  return std::uniform_int_distribution<int>(least, most)(random);
}

const Model& SmallModel() {
  static const Model model =
      GenerateFullyConnected({.width = 48, .layers = kLayers});
  return model;
}

const std::vector<TensorData>& Input(int number) {
  static const auto inputs = [] {
    Random random(1);
    std::vector<std::vector<TensorData>> data;
    for (int i = 0; i < kNumInputs; ++i) {
      data.push_back(
          RandomData(InterfaceOf(SmallModel().graph).inputs, random));
    }
    return data;
  }();
  return inputs[number];
}

// By one core, whole.
const std::vector<TensorData>& Expected(int input) {
  static const auto outputs = [] {
    const auto whole = CpuDevice({}, CpuKernels::kBuiltin).Load(SmallModel());
    std::vector<std::vector<TensorData>> data;
    for (int i = 0; i < kNumInputs; ++i) {
      data.push_back(RunOnce(*whole, Input(i)));
    }
    return data;
  }();
  return outputs[input];
}

// One or two faults, within the first inferences of a device. Two are often of
// the same device, or of the only ones.
Fault RandomFault(Random& random, int num_devices) {
  Fault fault{.device = Pick(random, 0, num_devices - 1),
              .kind = static_cast<FaultKind>(Pick(random, 0, 3))};
  if (Pick(random, 0, 3) == 0) {
    fault.at_time = std::chrono::milliseconds(Pick(random, 0, 20));
  } else {
    fault.at_request = Pick(random, 0, 40);
  }
  if (fault.kind == FaultKind::kStall && Pick(random, 0, 1) == 0) {
    fault.duration = std::chrono::milliseconds(Pick(random, 20, 300));
  }
  if (fault.kind == FaultKind::kLost && Pick(random, 0, 1) == 0) {
    fault.duration = std::chrono::milliseconds(Pick(random, 5, 150));
  }
  if (fault.kind == FaultKind::kSlow) fault.factor = Pick(random, 2, 10);
  return fault;
}

struct Setup {
  RunnerOptions options;
  int num_requests = 0;
  bool ends_without_devices = false;  // all are lost for good
};

bool AllAreLost(const std::vector<Fault>& faults, int num_devices) {
  std::vector<bool> is_lost(num_devices);
  for (const Fault& fault : faults) {
    if (fault.kind == FaultKind::kLost && !fault.duration) {
      is_lost[fault.device] = true;
    }
  }
  return std::count(is_lost.begin(), is_lost.end(), false) == 0;
}

Setup RandomSetup(Random& random) {
  const int num_devices = Pick(random, 2, 4);
  Setup setup{.num_requests = Pick(random, 100, 300)};
  RunnerOptions& options = setup.options;
  options = {.devices = {fmt::format("emulated:edgetpu-pcie:{}", num_devices)},
             .kernels = CpuKernels::kBuiltin,
             .compute = true};
  // Often enough all of two devices.
  const int num_faults = Pick(random, 1, 2);
  for (int i = 0; i < num_faults; ++i) {
    options.faults.push_back(RandomFault(random, num_devices));
  }
  if (num_devices == 2 && Pick(random, 0, 1) == 0) {
    for (int d = 0; d < 2; ++d) {
      Fault fault = RandomFault(random, num_devices);
      fault.device = d;
      fault.kind = FaultKind::kLost;
      fault.duration = std::nullopt;
      if (Pick(random, 0, 1) == 0) fault.duration = 60ms;
      options.faults.push_back(fault);
    }
  }
  setup.ends_without_devices = AllAreLost(options.faults, num_devices);
  if (Pick(random, 0, 1) == 0) {
    std::vector<int> cuts(kLayers - 1);
    std::iota(cuts.begin(), cuts.end(), 1);
    std::shuffle(cuts.begin(), cuts.end(), random);
    cuts.resize(num_devices - 1);
    std::sort(cuts.begin(), cuts.end());
    options.segments = SegmentsAt(kLayers, cuts);
  }
  options.pipeline = {.max_in_flight = 4 << Pick(random, 0, 3),
                      .watchdog = kWatchdog};
  if (Pick(random, 0, 1) == 0) options.pipeline.rebalance = 10ms;
  return setup;
}

// Whether anything runs at the moment, as the events tell.
class Gate {
 public:
  void Note(const PipelineEvent& event) {
    const std::lock_guard lock(mutex_);
    if (event.kind == EventKind::kNoDevice) is_open_ = false;
    if (event.kind == EventKind::kDeployed) is_open_ = true;
    changed_.notify_all();
  }
  // Returns whether something runs again within so long.
  bool WaitUntilOpen(nanoseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return is_open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = true;
};

struct Answer {
  RequestId id = 0;
  Outcome outcome = Outcome::kDone;
  std::string error;
  std::vector<TensorData> outputs;
};

Answer AnswerOf(const ResultView& result) {
  Answer answer{result.id, result.outcome,
                result.error ? result.error->what() : ""};
  for (const ConstBytes output : result.outputs) {
    answer.outputs.emplace_back(output.begin(), output.end());
  }
  return answer;
}

// Of all runs.
struct Report {
  std::map<std::string, int> fired;
  std::vector<nanoseconds> recoveries;
  std::int64_t done = 0;
  std::int64_t failed = 0;
  std::int64_t rerun = 0;
  int refused = 0;  // Push threw
  int runs_without_device = 0;
  int false_stalls = 0;
};

class FaultRun {
 public:
  FaultRun(std::uint64_t seed, Report& report)
      : random_(seed), setup_(RandomSetup(random_)), report_(report) {
    setup_.options.pipeline.on_event = [this](const PipelineEvent& event) {
      gate_.Note(event);
    };
    pipeline_ = OpenRunner(SmallModel(), setup_.options).pipeline;
  }

  std::string Faults() const {
    std::vector<std::string> texts;
    for (const Fault& fault : setup_.options.faults) {
      texts.push_back(FaultText(fault));
    }
    return fmt::format("{} on {}; {} requests", fmt::join(texts, "; "),
                       setup_.options.devices[0], setup_.num_requests);
  }

  void Run() {
    std::thread popper([this] {
      while (const auto slot = pipeline_->PopInPlace()) {
        popped_.push_back(AnswerOf(slot->result()));
      }
    });
    for (int i = 0; i < setup_.num_requests; ++i) {
      if (!SendOne()) break;
    }
    if (!setup_.ends_without_devices) ExpectItServes();
    pipeline_->Close();
    pipeline_->Drain();
    popper.join();
    stats_ = pipeline_->Stats();
    pipeline_.reset();
    Check();
    AddToReport();
  }

 private:
  static constexpr nanoseconds kLongest = 60s;

  // Returns false where nothing takes it any more.
  bool SendOne() {
    const int input = Pick(random_, 0, kNumInputs - 1);
    const bool is_submitted = Pick(random_, 0, 1) == 0;
    for (;;) {
      try {
        const auto id =
            is_submitted ? Submit(input) : pipeline_->Push(Input(input));
        EXPECT_EQ(id, inputs_.size());
        inputs_.push_back(input);
        return true;
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::kDevice) << error.what();
        ++report_.refused;
        has_been_refused_ = true;
        if (setup_.ends_without_devices &&
            !gate_.WaitUntilOpen(4 * kWatchdog)) {
          return false;
        }
        if (gate_.WaitUntilOpen(kLongest)) continue;
        ADD_FAILURE() << "no device came back: " << error.what();
        return false;
      }
    }
  }

  // Answers come on one thread at a time.
  std::optional<RequestId> Submit(int input) {
    return pipeline_->Submit(Input(input), [this](const ResultView& result) {
      submitted_.push_back(AnswerOf(result));
    });
  }

  // Whatever was: once a device is there, requests are done again. A fault may
  // still be to come.
  void ExpectItServes() {
    for (int i = 0; i < 1000; ++i) {
      pipeline_->Drain();
      const std::int64_t done = pipeline_->Stats().done;
      if (!SendOne()) return;
      pipeline_->Drain();
      if (pipeline_->Stats().done > done) return;
    }
    ADD_FAILURE() << "requests are not done again";
  }

  void Check() const {
    EXPECT_EQ(popped_.size() + submitted_.size(), inputs_.size());
    std::vector<int> num_answers(inputs_.size());
    for (const auto* answers : {&popped_, &submitted_}) {
      std::optional<RequestId> last;
      for (const Answer& answer : *answers) {
        EXPECT_TRUE(!last || *last < answer.id) << answer.id;
        last = answer.id;
        ++num_answers.at(answer.id);
        CheckAnswer(answer);
      }
    }
    EXPECT_EQ(num_answers, std::vector<int>(inputs_.size(), 1));
    EXPECT_TRUE(!has_been_refused_ || WasWithoutDevice());
  }

  void CheckAnswer(const Answer& answer) const {
    SCOPED_TRACE(answer.id);
    if (answer.outcome == Outcome::kDone) {
      EXPECT_EQ(answer.outputs, Expected(inputs_[answer.id]));
      return;
    }
    EXPECT_EQ(answer.outcome, Outcome::kFailed);
    EXPECT_TRUE(WasWithoutDevice()) << answer.error;
    EXPECT_NE(answer.error.find("no device is left"), std::string::npos)
        << answer.error;
  }

  bool WasWithoutDevice() const {
    return std::any_of(stats_.events.begin(), stats_.events.end(),
                       [](const PipelineEvent& event) {
                         return event.kind == EventKind::kNoDevice;
                       });
  }

  bool Has(FaultKind kind, int device, bool comes_back) const {
    const auto& faults = setup_.options.faults;
    return std::any_of(faults.begin(), faults.end(), [&](const Fault& fault) {
      return fault.kind == kind && fault.device == device &&
             (!comes_back || fault.duration);
    });
  }

  void AddToReport() {
    report_.done += stats_.done;
    report_.failed += stats_.failed;
    report_.rerun += stats_.rerun;
    report_.runs_without_device += WasWithoutDevice() ? 1 : 0;
    for (const PipelineEvent& event : stats_.events) CountFired(event);
    for (const StageStats& stage : stats_.stages) {
      for (const ReplicaStats& replica : stage.replicas) {
        if (replica.temperature.value_or(0) > 80) ++report_.fired["slow"];
      }
    }
    CountRecoveries();
  }

  void CountFired(const PipelineEvent& event) {
    const auto says = [&event](const char* text) {
      return event.text.find(text) != std::string::npos;
    };
    if (event.kind == EventKind::kDeviceStalled) {
      Has(FaultKind::kStall, event.device, false) ? ++report_.fired["stall"]
                                                  : ++report_.false_stalls;
    } else if (event.kind == EventKind::kDeviceFailed) {
      if (says("is lost")) ++report_.fired["lost"];
      if (says("failed (fault injected)")) ++report_.fired["fail"];
    } else if (event.kind == EventKind::kDeviceReturned &&
               Has(FaultKind::kLost, event.device, true)) {
      ++report_.fired["lost and back"];
    }
  }

  // From what went wrong to what runs instead. Devices that return but do not
  // load interrupt nothing.
  void CountRecoveries() {
    std::optional<nanoseconds> since;
    for (const PipelineEvent& event : stats_.events) {
      const bool is_stall = event.kind == EventKind::kDeviceStalled;
      if (is_stall || event.kind == EventKind::kDeviceFailed) {
        if (event.text.find("does not load") != std::string::npos) continue;
        const nanoseconds begin = event.at - (is_stall ? kWatchdog : 0ns);
        since = std::min(since.value_or(begin), begin);
      } else if (event.kind == EventKind::kDeployed && since) {
        report_.recoveries.push_back(event.at - *since);
        since.reset();
      } else if (event.kind == EventKind::kNoDevice) {
        since.reset();
      }
    }
  }

  Random random_;
  Setup setup_;
  Report& report_;
  Gate gate_;
  std::unique_ptr<Pipeline> pipeline_;
  std::vector<int> inputs_;  // of each request
  std::vector<Answer> popped_;
  std::vector<Answer> submitted_;
  PipelineStats stats_;
  bool has_been_refused_ = false;
};

double Milliseconds(nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

void Print(Report& report) {
  std::sort(report.recoveries.begin(), report.recoveries.end());
  const auto& times = report.recoveries;
  fmt::print(
      "faults that fired: {}; {} inferences took longer than the watchdog by "
      "themselves\nrequests: {} done, {} failed in {} runs that were without a "
      "device, {} refused; {} run again\n",
      report.fired, report.false_stalls, report.done, report.failed,
      report.runs_without_device, report.refused, report.rerun);
  if (times.empty()) return;
  const auto over =
      times.end() - std::upper_bound(times.begin(), times.end(), 2 * kWatchdog);
  fmt::print(
      "recoveries: {}; median {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms; {} over "
      "two watchdog periods, {:.0f} ms\n",
      times.size(), Milliseconds(times[times.size() / 2]),
      Milliseconds(times[times.size() * 99 / 100]), Milliseconds(times.back()),
      over, Milliseconds(2 * kWatchdog));
}

bool CanExecute() {
  try {
    TfLiteVersion();
    return true;
  } catch (const Error&) {
    return false;
  }
}

TEST(FaultRuns, AnswerEachRequestOnceAndRight) {
  if (!CanExecute()) GTEST_SKIP() << "no TFLite library";
  const std::uint64_t first = NumberFrom("CORALLINE_FAULT_SEED", 0);
  const std::uint64_t num_runs = NumberFrom("CORALLINE_FAULT_RUNS", 60);
  Report report;
  for (std::uint64_t seed = first; seed < first + num_runs; ++seed) {
    FaultRun run(seed, report);
    SCOPED_TRACE(
        fmt::format("CORALLINE_FAULT_SEED={}: {}", seed, run.Faults()));
    run.Run();
  }
  Print(report);
  if (num_runs < 20) return;  // some, to be repeated
  for (const char* kind : {"fail", "stall", "slow", "lost", "lost and back"}) {
    EXPECT_GT(report.fired[kind], 0) << kind;
  }
  EXPECT_GT(report.runs_without_device, 0);
  ASSERT_FALSE(report.recoveries.empty());
  EXPECT_LT(report.recoveries[report.recoveries.size() / 2], 2 * kWatchdog);
}

}  // namespace
}  // namespace coralline
