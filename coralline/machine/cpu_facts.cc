#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "coralline/machine/host_facts.h"

namespace coralline {
namespace {

// The kernel's word, and the vendor's.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7>
    kFeatures = {{{"avx2", "AVX2"},
                  {"avx512_vnni", "AVX512-VNNI"},
                  {"avx_vnni", "AVX-VNNI"},
                  {"amx_int8", "AMX-INT8"},
                  {"asimd", "NEON"},
                  {"asimddp", "NEON dot product"},
                  {"i8mm", "I8MM"}}};

std::set<std::string> Words(const std::string& text) {
  std::istringstream words(text);
  std::set<std::string> result;
  for (std::string word; words >> word;) result.insert(word);
  return result;
}

// What the lines of /proc/cpuinfo say of all its processors.
struct Processors {
  std::string model;
  int threads = 0;
  std::string package;
  std::set<std::pair<std::string, std::string>> cores;  // package and core
  std::set<std::string> flags;                          // that all have
  int num_flags = 0;                                    // lines of flags
};

void AddFlags(const std::string& value, Processors& processors) {
  std::set<std::string> words = Words(value);
  if (processors.num_flags++ > 0) {
    std::erase_if(words, [&](const std::string& word) {
      return !processors.flags.contains(word);
    });
  }
  processors.flags = std::move(words);
}

void AddLine(const std::string& name, const std::string& value,
             Processors& processors) {
  if (name == "processor") ++processors.threads;
  if (name == "model name" || name == "Model") processors.model = value;
  if (name == "physical id") processors.package = value;
  if (name == "core id") processors.cores.emplace(processors.package, value);
  if (name == "flags" || name == "Features") AddFlags(value, processors);
}

std::string Trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

Processors ReadProcessors(const std::string& text) {
  Processors processors;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    AddLine(Trimmed(line.substr(0, colon)), Trimmed(line.substr(colon + 1)),
            processors);
  }
  return processors;
}

}  // namespace

CpuFacts ReadCpuFacts(const Root& root) {
  const Processors processors = ReadProcessors(root.Text("/proc/cpuinfo"));
  CpuFacts facts{.model = processors.model,
                 .threads = processors.threads,
                 .cores = static_cast<int>(processors.cores.size()),
                 .is_x86_64 = processors.flags.contains("lm")};  // long mode
  if (facts.cores == 0) facts.cores = facts.threads;
  for (const auto& [flag, name] : kFeatures) {
    if (processors.flags.contains(std::string(flag))) {
      facts.features.emplace_back(name);
    }
  }
  return facts;
}

}  // namespace coralline
