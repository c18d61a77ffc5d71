// The same random faults as fault_runs_test, on Edge TPUs of the fake
// libedgetpu, which cannot be interrupted: hanging ones come back by
// themselves.

#include "coralline/device/edgetpu_device.h"
#include "tests/fake_edgetpu/edgetpu_fixture.h"
#include "tests/fault_run.h"

namespace coralline {
namespace {

using namespace fault_runs;

class InProcessCompiler : public SegmentCompiler {
 public:
  std::string version() const override { return "fake compiler, in process"; }
  bool CanCompile(const Model&) const override { return true; }
  Model Compile(const Model& segment) const override {
    return testing_util::CompiledOf(segment);
  }
};

class EdgeTpuFaultRuns : public testing_util::FakeEdgeTpu {
 protected:
  RunSetup OnFakes(RunSetup setup) {
    auto& options = setup.options;
    std::string devices("pci:");
    devices += options.devices.front().back();
    std::string texts;
    for (Fault& fault : setup.faults) {
      if (fault.kind == FaultKind::kStall && !fault.duration) {
        fault.duration = std::chrono::milliseconds(250);
      }
      if (!texts.empty()) texts += ';';
      texts += FaultText(fault);
    }
    // What happened to the devices of the last run is forgotten.
    testing_util::Set("DEVICES", "0");
    ListEdgeTpus({.library = CORALLINE_FAKE_EDGETPU});
    testing_util::Set("FAULTS", texts);
    testing_util::Set("DEVICES", devices);
    options.devices = {"edgetpu:all"};
    options.faults.clear();
    options.edgetpu = {.options = {.library = CORALLINE_FAKE_EDGETPU},
                       .compiler = compiler_};
    return setup;
  }

  // A device of the run before may still hang.
  void WaitForDevices(const RunSetup& setup) const {
    for (const std::string& name :
         ExpandEdgeTpuName("edgetpu:all", setup.options.edgetpu.options)) {
      const EdgeTpuDevice device(name, setup.options.edgetpu.options,
                                 compiler_);
      for (bool hangs = true; hangs;) {
        try {
          device.Load(SmallModel());
          hangs = false;
        } catch (const Error& error) {
          ASSERT_NE(std::string(error.what()).find("hangs"), std::string::npos)
              << error.what();
          std::this_thread::sleep_for(5ms);
        }
      }
    }
  }

  const std::shared_ptr<const SegmentCompiler> compiler_ =
      std::make_shared<InProcessCompiler>();
};

TEST_F(EdgeTpuFaultRuns, AnswerEachRequestOnceAndRight) {
  const std::uint64_t first = NumberFrom("CORALLINE_FAULT_SEED", 0);
  const std::uint64_t num_runs = NumberFrom("CORALLINE_FAULT_RUNS", 30);
  Report report;
  for (std::uint64_t seed = first; seed < first + num_runs; ++seed) {
    Random random(seed);
    const RunSetup setup = OnFakes(RandomSetup(random));
    ASSERT_NO_FATAL_FAILURE(WaitForDevices(setup));
    FaultRun run(setup, random, report);
    SCOPED_TRACE(
        fmt::format("CORALLINE_FAULT_SEED={}: {}", seed, run.Faults()));
    run.Run();
  }
  report.Print();
  if (num_runs < 20) return;  // some, to be repeated
  for (const char* kind : {"stall", "lost", "lost and back"}) {
    EXPECT_GT(report.fired[kind], 0) << kind;
  }
}

}  // namespace
}  // namespace coralline
