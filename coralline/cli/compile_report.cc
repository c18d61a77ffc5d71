#include "coralline/cli/compile_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "coralline/cli/format.h"
#include "coralline/cli/table.h"
#include "coralline/compiled/compiled_model.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;
using Paths = std::vector<std::filesystem::path>;

// What a compiled segment keeps where, exactly; what is left, as it is printed.
struct Facts {
  std::int64_t cached_bytes = 0;
  std::int64_t streamed_bytes = 0;
  std::optional<std::int64_t> remaining_bytes;
  int num_subgraphs = 0;
  int num_cpu_ops = 0;
  int min_runtime_version = 0;
};

Facts FactsOf(const CompiledSegment& compiled) {
  Facts facts;
  for (const CompiledPackage& package : ReadPackages(compiled.model)) {
    ++facts.num_subgraphs;
    facts.cached_bytes += package.cached_bytes();
    facts.streamed_bytes += package.streamed_bytes();
    facts.min_runtime_version =
        std::max(facts.min_runtime_version, package.min_runtime_version);
  }
  facts.num_cpu_ops = compiled.model.graph.num_ops() - facts.num_subgraphs;
  if (compiled.log && compiled.log->placement) {
    facts.remaining_bytes = compiled.log->placement->remaining_bytes;
  }
  return facts;
}

std::string FromText(CompiledBy by) {
  switch (by) {
    case CompiledBy::kNow:
      return "compiler";
    case CompiledBy::kBefore:
      return "cache";
    case CompiledBy::kElsewhere:
      return "elsewhere";
  }
  return "";
}

// "2 ARG_MAX (Operation is otherwise supported, ...), 1 CUSTOM".
std::string CpuOpsText(const CompiledSegment& compiled) {
  std::map<std::string, int> counts;
  for (const Op& op : compiled.model.graph.ops) {
    if (!IsEdgeTpuOp(op)) ++counts[OpName(op)];
  }
  std::string text;
  for (const auto& [name, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
    if (!compiled.log) continue;
    for (const LoggedOperator& op : compiled.log->operators) {
      if (op.name != name || op.is_mapped()) continue;
      text += fmt::format(" ({})", op.status);
      break;
    }
  }
  return text;
}

// Whether the compiler does what the plan expects, but for small constants that
// the simulator does not know of, such as a softmax's table of 48 KB.
bool IsAsPlanned(const Facts& facts, const Placement& simulated) {
  constexpr std::int64_t kSmall = 64 << 10;
  constexpr int kShare = 20;
  const std::int64_t all = simulated.cached_bytes + simulated.streamed_bytes;
  const std::int64_t margin = std::max(kSmall, all / kShare);
  return std::abs(facts.cached_bytes - simulated.cached_bytes) <= margin &&
         std::abs(facts.streamed_bytes - simulated.streamed_bytes) <= margin;
}

std::vector<std::string> WarningsOf(const CompileStage& stage) {
  const Facts facts = FactsOf(*stage.compiled);
  const std::string& name = stage.model.name;
  std::vector<std::string> warnings;
  // Constants of element-wise ops are always streamed; a few cost nothing.
  constexpr std::int64_t kNoticeable = 16 << 10;
  if (facts.streamed_bytes >= kNoticeable) {
    warnings.push_back(fmt::format(
        "{} streams {} at every inference: what does not fit the chip is slow; "
        "use more devices, or cut elsewhere",
        name, FormatBytes(facts.streamed_bytes)));
  }
  if (facts.num_cpu_ops > 0) {
    warnings.push_back(fmt::format("{}: the CPU runs {} of its ops: {}", name,
                                   facts.num_cpu_ops,
                                   CpuOpsText(*stage.compiled)));
  }
  if (stage.simulated && !IsAsPlanned(facts, *stage.simulated)) {
    warnings.push_back(fmt::format(
        "{}: planned with {} on the chip and {} streamed, compiled with {} and "
        "{}: times differ from the plan's",
        name, FormatBytes(stage.simulated->cached_bytes),
        FormatBytes(stage.simulated->streamed_bytes),
        FormatBytes(facts.cached_bytes), FormatBytes(facts.streamed_bytes)));
  }
  return warnings;
}

std::vector<std::string> WarningsOf(const Compilation& compilation) {
  std::vector<std::string> warnings;
  for (const CompileStage& stage : compilation.stages) {
    if (!stage.compiled) continue;
    for (auto& text : WarningsOf(stage)) warnings.push_back(std::move(text));
  }
  return warnings;
}

std::vector<std::string> CellsOf(const CompileStage& stage) {
  if (!stage.compiled) return {"-", "-", "-", "-", "-", "CPU"};
  const Facts facts = FactsOf(*stage.compiled);
  return {FormatBytes(facts.cached_bytes),
          FormatBytes(facts.streamed_bytes),
          facts.remaining_bytes ? FormatBytes(*facts.remaining_bytes) : "-",
          std::to_string(facts.num_subgraphs),
          std::to_string(facts.num_cpu_ops),
          FromText(stage.compiled->by)};
}

Json SegmentJson(const CompileStage& stage) {
  Json json{{"ops", stage.segment.ops},
            {"device", stage.device.empty() ? Json() : Json(stage.device)}};
  if (!stage.compiled) return json;
  const Facts facts = FactsOf(*stage.compiled);
  const auto& log = stage.compiled->log;
  json["from"] = FromText(stage.compiled->by);
  json["compiler_version"] = log ? Json(log->compiler_version) : Json();
  json["cached_bytes"] = facts.cached_bytes;
  json["streamed_bytes"] = facts.streamed_bytes;
  json["remaining_bytes"] =
      facts.remaining_bytes ? Json(*facts.remaining_bytes) : Json();
  json["subgraphs"] = facts.num_subgraphs;
  json["cpu_ops"] = facts.num_cpu_ops;
  json["min_runtime_version"] = facts.min_runtime_version;
  if (stage.simulated) {
    json["planned"] = {{"cached_bytes", stage.simulated->cached_bytes},
                       {"streamed_bytes", stage.simulated->streamed_bytes}};
  }
  return json;
}

Json SegmentsJson(const Compilation& compilation, const Paths& paths) {
  Json segments = Json::array();
  for (std::size_t i = 0; i < compilation.stages.size(); ++i) {
    Json json{{"file", i < paths.size() ? Json(paths[i].string()) : Json()}};
    json.update(SegmentJson(compilation.stages[i]));
    segments.push_back(std::move(json));
  }
  return segments;
}

}  // namespace

std::string CompiledText(const Compilation& compilation, const Paths& paths) {
  Table table({"segment>", "ops", "on chip>", "streamed>", "remaining>",
               "subgraphs>", "CPU ops>", "from", "file"});
  for (std::size_t i = 0; i < compilation.stages.size(); ++i) {
    const CompileStage& stage = compilation.stages[i];
    std::vector<std::string> row = {std::to_string(i),
                                    FormatSegment(stage.segment)};
    for (auto& cell : CellsOf(stage)) row.push_back(std::move(cell));
    row.push_back(i < paths.size() ? paths[i].string() : "-");
    table.AddRow(std::move(row));
  }
  std::string text = table.Format();
  for (const std::string& warning : WarningsOf(compilation)) {
    text += fmt::format("warning: {}\n", warning);
  }
  return text;
}

std::string CompiledJson(const Compilation& compilation, const Paths& paths) {
  return Json{{"model", compilation.model_name},
              {"segments", SegmentsJson(compilation, paths)},
              {"warnings", WarningsOf(compilation)}}
             .dump(2) +
         "\n";
}

std::string UncompiledText(const Compilation& compilation, const Paths& paths) {
  Table table({"segment>", "ops", "file"});
  for (std::size_t i = 0; i < compilation.stages.size(); ++i) {
    table.AddRow({std::to_string(i),
                  FormatSegment(compilation.stages[i].segment),
                  paths[i].string()});
  }
  return table.Format() +
         fmt::format("not compiled: run {} where edgetpu_compiler is\n",
                     paths.back().string());
}

std::string UncompiledJson(const Compilation& compilation, const Paths& paths) {
  return Json{{"model", compilation.model_name},
              {"script", paths.back().string()},
              {"segments", SegmentsJson(compilation, paths)}}
             .dump(2) +
         "\n";
}

}  // namespace coralline::cli
