#include "coralline/cli/page_parts.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string_view>

#include "coralline/cli/plan_report.h"
#include "coralline/cli/range_text.h"
#include "coralline/machine/host_facts.h"
#include "coralline/report/cut_map.h"
#include "coralline/report/memory_map.h"
#include "coralline/report/stage_chart.h"

namespace coralline::cli {
namespace {

// As a shell takes it back.
std::string Quoted(const std::string& word) {
  const bool is_plain =
      !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("-_./=:,+@%").find(c) != std::string_view::npos;
      });
  if (is_plain) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += R"('\'')";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

// As it was typed, but for the program's folder.
std::string CommandLine() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string text = "coralline";
  bool is_first = true;
  for (std::string word; std::getline(file, word, '\0'); is_first = false) {
    if (!is_first) text += ' ' + Quoted(word);
  }
  return text;
}

std::string CompilerText() {
#ifdef __clang__
  constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
  constexpr std::string_view kCompiler = "gcc " __VERSION__;
#endif
  return fmt::format("{}, {}", kCompiler, CORALLINE_BUILD_TYPE);
}

std::string MachineText() {
  const HostFacts host = ReadHostFacts(Root());
  const std::string& cpu = host.cpu.model.empty() ? host.board : host.cpu.model;
  std::string text = cpu.empty() ? "unknown CPU" : cpu;
  if (host.allowed_cores) {
    text += fmt::format(", {} core{}", *host.allowed_cores,
                        *host.allowed_cores == 1 ? "" : "s");
  }
  if (host.cgroup_cores) {
    text += fmt::format(" ({:.3g} by its control group)", *host.cgroup_cores);
  }
  return fmt::format("{}, Linux {}", text, host.kernel);
}

bool HasMemory(const std::vector<ChartedStage>& stages) {
  return std::any_of(
      stages.begin(), stages.end(),
      [](const ChartedStage& stage) { return stage.has_memory(); });
}

std::string CutText(const Graph& graph,
                    const std::vector<ChartedStage>& stages) {
  if (stages.size() == 1) {
    return fmt::format("One stage runs all {} ops.", graph.num_ops());
  }
  std::string text;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    text += fmt::format("{}stage {} runs {}", text.empty() ? "" : "; ", i,
                        FormatSegment(stages[i].segment));
  }
  text.front() = static_cast<char>(std::toupper(text.front()));
  return text + ".";
}

// What is streamed, or that nothing is.
std::string MemoryText(const std::vector<ChartedStage>& stages) {
  std::string text;
  std::int64_t kept = 0;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const Placement& placement = stages[i].cost.placement;
    kept += placement.cached_bytes;
    if (placement.streamed_bytes == 0) continue;
    text += fmt::format(" Stage {} streams {} at every inference.", i,
                        SizeText(placement.streamed_bytes));
  }
  if (text.empty()) text = " Nothing is streamed.";
  return fmt::format("The devices keep {} of parameters on the chip.{}",
                     SizeText(kept), text);
}

}  // namespace

std::vector<Fact> Provenance(const std::optional<std::string>& tflite) {
  std::vector<Fact> facts = {
      {.label = "command", .value = CommandLine()},
      {.label = "program", .value = "coralline " CORALLINE_VERSION}};
  if (tflite) facts.push_back({.label = "TFLite", .value = *tflite});
  facts.push_back({.label = "built by", .value = CompilerText()});
  facts.push_back({.label = "machine", .value = MachineText()});
  facts.push_back({.label = "time",
                   .value = fmt::format("{:%Y-%m-%d %H:%M:%S} UTC",
                                        fmt::gmtime(std::time(nullptr)))});
  return facts;
}

std::vector<Section> StageSections(const Graph& graph,
                                   const std::vector<ChartedStage>& stages) {
  std::vector<Section> sections = CutSections(graph, stages);
  sections.insert(sections.begin(),
                  {.title = "Where the time goes",
                   .text = BottleneckText(stages),
                   .charts = {StageCosts(stages), StageTable(stages)}});
  return sections;
}

std::vector<Section> CutSections(const Graph& graph,
                                 const std::vector<ChartedStage>& stages) {
  std::vector<Section> sections = {{.title = "Where the model is cut",
                                    .text = CutText(graph, stages),
                                    .charts = {CutMapChart(graph, stages)}}};
  if (HasMemory(stages)) {
    sections.push_back({.title = "What the devices keep",
                        .text = MemoryText(stages),
                        .charts = {MemoryChart(graph, stages)}});
  }
  return sections;
}

Section RangeSection(const TimeRange& range) {
  Section section{
      .title = "How sure this is",
      .text = fmt::format(
          "In truth an inference may take {:.3f} to {:.3f} ms: {} confidence.",
          range.low_ms, range.high_ms, ConfidenceText(range.confidence()))};
  if (range.doubts.empty()) return section;
  TableChart table{.headings = {"what is not known of the stage that may be "
                                "slowest",
                                "less by, ms", "more by, ms"},
                   .is_number = {false, true, true}};
  for (const Doubt& doubt : range.doubts) {
    table.rows.push_back({doubt.reason, fmt::format("{:.3f}", doubt.faster_ms),
                          fmt::format("{:.3f}", doubt.slower_ms)});
  }
  section.charts.push_back({.id = "doubts",
                            .title = "What may move the time",
                            .note = "Widest first.",
                            .origin = Origin::kSimulated,
                            .body = std::move(table)});
  return section;
}

Section CertificateSection(const Plan& plan, Objective objective) {
  Section section{.title = "How good the plan is"};
  if (!plan.certificate) {
    section.text = "Another method made these cuts: nothing is proven of them.";
    return section;
  }
  const Certificate& certificate = *plan.certificate;
  const std::string bound =
      objective == Objective::kDevices
          ? fmt::format("{} devices", certificate.bound)
          : FormatMs(std::chrono::nanoseconds(certificate.bound));
  section.text = fmt::format(
      "For its costs it is {}. No plan within the limits needs less than "
      "{}{}. {} places to cut at and {} segments were looked at, by {}.",
      ClaimText(plan, objective), bound,
      objective == Objective::kThroughput ? " between two results" : "",
      certificate.boundaries, certificate.segments, certificate.method);
  return section;
}

std::string RateText(double per_second) {
  return fmt::format("{:.1f} /s", per_second);
}

std::string MsText(double ms) { return fmt::format("{:.3f} ms", ms); }

}  // namespace coralline::cli
