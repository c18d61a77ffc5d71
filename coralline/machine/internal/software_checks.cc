#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "coralline/machine/internal/checks.h"

namespace coralline::internal {
namespace {

constexpr const char* kGetLibrary =
    "install libedgetpu1-std (Google's Debian repository, or a build of "
    "github.com/google-coral/libedgetpu), or set CORALLINE_EDGETPU to a "
    "libedgetpu.so.1";
constexpr const char* kGetTfLite =
    "'./dev setup' installs one, or set CORALLINE_TFLITE to a "
    "libtensorflowlite_c.so";
constexpr const char* kGetCompiler =
    "install the package edgetpu-compiler of Google's Debian repository";
constexpr const char* kCompileElsewhere =
    "'coralline compile --script' writes what to run on an x86-64 machine that "
    "has it, and 'coralline compile --from' takes the results in";
// Of models that the last compilers make; earlier runtimes refuse them.
constexpr int kLastRuntimeVersion = 14;

// Packages carry the clock in their name, builds of the source in a folder's.
std::string ClockText(const Machine& machine) {
  const std::string& path = machine.software.libedgetpu->path;
  std::string clock =
      path.starts_with("/usr/lib/") ? machine.driver.usb_clock : "";
  if (path.find("/throttled/") != path.npos) clock = "std";
  if (path.find("/direct/") != path.npos) clock = "max";
  if (clock == "std") return ", standard clock on USB";
  if (clock == "max") return ", maximum clock on USB (runs hotter)";
  return "";
}

// Errors say their own way out behind a semicolon.
void SetError(const std::string& error, const char* way_out, Finding& finding) {
  const std::size_t end = error.find("; ");
  finding.found = error.substr(0, end);
  finding.way_out = end == error.npos ? way_out : error.substr(end + 2);
}

Finding Libedgetpu(const Machine& machine) {
  const Software& software = machine.software;
  const SoftwareFacts& facts = *software.libedgetpu;
  Finding finding{.check = "libedgetpu"};
  if (!facts.error.empty()) {
    // Without an Edge TPU nobody misses it.
    finding.status = machine.edgetpus.empty() ? FindingStatus::kNote
                                              : FindingStatus::kProblem;
    SetError(facts.error, kGetLibrary, finding);
    return finding;
  }
  finding.found =
      fmt::format("{}: {}{}", facts.path, facts.version, ClockText(machine));
  if (software.runtime_version.value_or(kLastRuntimeVersion) <
      kLastRuntimeVersion) {
    finding.status = FindingStatus::kNote;
    finding.way_out = fmt::format(
        "models made for runtime {} do not load: compile with "
        "--min-runtime-version {}, or install a later libedgetpu",
        kLastRuntimeVersion, *software.runtime_version);
  }
  return finding;
}

}  // namespace

void CheckLibedgetpu(const Machine& machine, Findings& findings) {
  if (machine.software.libedgetpu) findings.push_back(Libedgetpu(machine));
}

void CheckTfLite(const Machine& machine, Findings& findings) {
  const auto& facts = machine.software.tflite;
  if (!facts) return;
  Finding finding{.check = "tflite"};
  if (!facts->error.empty()) {
    finding.status = FindingStatus::kProblem;
    SetError(facts->error, kGetTfLite, finding);
  } else {
    finding.found =
        fmt::format("TFLite {}, {}", facts->version,
                    machine.software.has_xnnpack ? "with XNNPACK"
                                                 : "builtin kernels alone");
  }
  findings.push_back(finding);
}

void CheckCompiler(const Machine& machine, Findings& findings) {
  const auto& facts = machine.software.compiler;
  if (!facts) return;
  Finding finding{.check = "edgetpu_compiler"};
  if (facts->error.empty()) {
    finding.found = fmt::format("{}: {}", facts->path, facts->version);
  } else if (!facts->path.empty()) {  // it is there and does not work
    finding.status = FindingStatus::kWarning;
    SetError(facts->error, kGetCompiler, finding);
  } else if (machine.host.cpu.is_x86_64) {
    finding.status = FindingStatus::kNote;
    finding.found = facts->error;
    finding.way_out = fmt::format("{}; or {}", kGetCompiler, kCompileElsewhere);
  } else {
    finding.status = FindingStatus::kNote;
    finding.found = facts->error + "; it is made for x86-64 alone";
    finding.way_out = kCompileElsewhere;
  }
  findings.push_back(finding);
}

}  // namespace coralline::internal
