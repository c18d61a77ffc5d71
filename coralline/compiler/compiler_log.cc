#include "coralline/compiler/compiler_log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace coralline {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(Trim(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// The first word of the text, which it is taken from.
std::string_view TakeWord(std::string_view& text) {
  const auto end = std::min(text.find_first_of(kBlanks), text.size());
  const auto word = text.substr(0, end);
  text = Trim(text.substr(end));
  return word;
}

std::optional<int> CountIn(std::string_view text) {
  int count = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, count);
  if (parsed.ec != std::errc() || parsed.ptr != end || count < 0) {
    return std::nullopt;
  }
  return count;
}

// "2.98MiB".
std::optional<std::int64_t> BytesIn(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  const auto unit = std::string_view(parsed.ptr, end);
  constexpr std::array<std::string_view, 4> kUnits = {"B", "KiB", "MiB", "GiB"};
  const auto* known = std::find(kUnits.begin(), kUnits.end(), unit);
  if (parsed.ec != std::errc() || known == kUnits.end()) return std::nullopt;
  value = std::ldexp(value, static_cast<int>(10 * (known - kUnits.begin())));
  constexpr double kMost = 1e15;
  if (!(value >= 0 && value <= kMost)) return std::nullopt;
  return std::llround(value);
}

// The value of the first line "KEY: VALUE".
std::string_view ValueOf(const std::vector<std::string_view>& lines,
                         std::string_view key) {
  for (const std::string_view line : lines) {
    if (line.starts_with(key) && line.substr(key.size()).starts_with(':')) {
      return Trim(line.substr(key.size() + 1));
    }
  }
  return {};
}

std::optional<Placement> PlacementIn(
    const std::vector<std::string_view>& lines) {
  const auto bytes = [&](std::string_view key) {
    return BytesIn(ValueOf(lines, key));
  };
  const auto cached = bytes("On-chip memory used for caching model parameters");
  if (!cached) return std::nullopt;
  Placement placement{.cached_bytes = *cached};
  placement.streamed_bytes =
      bytes("Off-chip memory used for streaming uncached model parameters")
          .value_or(0);
  if (const auto remaining =
          bytes("On-chip memory remaining for caching model parameters")) {
    placement.remaining_bytes = *remaining;
  } else if (const auto available =
                 bytes("On-chip memory available for caching model "
                       "parameters")) {
    placement.remaining_bytes = std::max<std::int64_t>(0, *available - *cached);
  }
  return placement;
}

std::optional<LoggedOperator> OperatorIn(std::string_view line) {
  LoggedOperator op{.name = std::string(TakeWord(line))};
  const auto count = CountIn(TakeWord(line));
  if (!count || line.empty()) return std::nullopt;
  op.count = *count;
  op.status = line;
  return op;
}

bool IsHeading(std::string_view line) {
  return TakeWord(line) == "Operator" && TakeWord(line) == "Count" &&
         line == "Status";
}

// The rows of the first table.
std::vector<LoggedOperator> OperatorsIn(
    const std::vector<std::string_view>& lines) {
  std::vector<LoggedOperator> operators;
  auto line = std::find_if(lines.begin(), lines.end(), IsHeading);
  if (line == lines.end()) return operators;
  for (++line; line != lines.end(); ++line) {
    if (line->empty()) continue;
    auto op = OperatorIn(*line);
    if (!op) break;
    operators.push_back(std::move(*op));
  }
  return operators;
}

template <typename Predicate>
int CountOps(const std::vector<LoggedOperator>& operators, Predicate counts) {
  std::int64_t sum = 0;
  for (const LoggedOperator& op : operators) sum += counts(op) ? op.count : 0;
  return static_cast<int>(
      std::min<std::int64_t>(sum, std::numeric_limits<int>::max()));
}

std::string_view VersionIn(const std::vector<std::string_view>& lines) {
  constexpr std::string_view kBefore = "Edge TPU Compiler version ";
  for (const std::string_view line : lines) {
    if (!line.starts_with(kBefore)) continue;
    std::string_view rest = Trim(line.substr(kBefore.size()));
    return TakeWord(rest);
  }
  return {};
}

// What says why a model was not compiled, the most telling first.
constexpr std::array<std::string_view, 6> kVerdicts = {
    "Compilation failed:",     "Model not quantized", "Could not open",
    "Internal compiler error", "timed out",           "Invalid model"};

// Printable, and not so long as to hide the rest of a message.
std::string Quoted(std::string_view line) {
  constexpr std::size_t kEnough = 300;
  std::string text(line.substr(0, kEnough));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return line.size() > kEnough ? text + "..." : text;
}

}  // namespace

int CompilerLog::num_cpu_ops() const {
  return CountOps(operators, [](const auto& op) { return !op.is_mapped(); });
}

std::optional<CompilerLog> ParseCompilerLog(std::string_view text) {
  const auto lines = LinesOf(text);
  CompilerLog log{.compiler_version = std::string(VersionIn(lines)),
                  .placement = PlacementIn(lines),
                  .operators = OperatorsIn(lines)};
  if (!log.placement && log.operators.empty()) return std::nullopt;
  log.num_subgraphs =
      CountIn(ValueOf(lines, "Number of Edge TPU subgraphs")).value_or(0);
  log.num_ops =
      CountIn(ValueOf(lines, "Total number of operations"))
          .value_or(CountOps(log.operators, [](const auto&) { return true; }));
  return log;
}

std::string CompilerVersionIn(std::string_view text) {
  return std::string(VersionIn(LinesOf(text)));
}

std::string CompilerErrorText(std::string_view text) {
  const auto lines = LinesOf(text);
  const auto find = [&](std::string_view part) {
    const auto found =
        std::find_if(lines.begin(), lines.end(), [part](std::string_view line) {
          return line.find(part) != std::string_view::npos;
        });
    return found == lines.end() ? std::string() : Quoted(*found);
  };
  std::string verdict;
  for (const std::string_view part : kVerdicts) {
    if (verdict.empty()) verdict = find(part);
  }
  const std::string detail = find("ERROR:");
  if (verdict.empty() || detail.empty() || verdict == detail) {
    return verdict.empty() ? detail : verdict;
  }
  return verdict + " (" + detail + ")";
}

}  // namespace coralline
