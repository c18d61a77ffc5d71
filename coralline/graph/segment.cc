#include "coralline/graph/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "coralline/base/check.h"
#include "coralline/base/error.h"

namespace coralline {
namespace {

std::vector<bool> Members(const Graph& graph, const Segment& segment) {
  std::vector<bool> members(graph.ops.size(), false);
  for (const int op : segment.ops) members[op] = true;
  return members;
}

void CheckOpIndices(const Graph& graph, const Segment& segment) {
  if (segment.ops.empty()) {
    throw Error(ErrorKind::kUsage, "a segment needs at least one op");
  }
  for (std::size_t i = 0; i < segment.ops.size(); ++i) {
    const int op = segment.ops[i];
    if (op < 0 || op >= graph.num_ops()) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("op {} does not exist; the model has ops 0 to {}",
                              op, graph.num_ops() - 1));
    }
    if (i > 0 && op <= segment.ops[i - 1]) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("op {} comes after op {}; the ops of a segment "
                              "are listed once, in increasing order",
                              op, segment.ops[i - 1]));
    }
  }
}

// One pass in execution order finds every op outside the segment that depends
// on it; if such an op feeds the segment again, a path leaves and returns.
void CheckConvex(const Graph& graph, const Segment& segment) {
  const std::vector<bool> inside = Members(graph, segment);
  const std::vector<int> producers = Producers(graph);
  std::vector<bool> downstream(graph.ops.size(), false);
  for (int op = 0; op < graph.num_ops(); ++op) {
    for (const int tensor : graph.ops[op].inputs) {
      const int producer = tensor < 0 ? -1 : producers[tensor];
      if (producer < 0) continue;
      if (!inside[op]) {
        downstream[op] =
            downstream[op] || inside[producer] || downstream[producer];
      } else if (downstream[producer]) {
        throw Error(
            ErrorKind::kUsage,
            fmt::format("{} is not convex: op {} needs op {}, which is outside "
                        "and itself needs the segment; add op {} or drop op {}",
                        FormatSegment(segment), op, producer, producer, op));
      }
    }
  }
}

void CheckState(const Graph& graph, const Segment& segment) {
  const std::vector<bool> inside = Members(graph, segment);
  std::vector<int> user(graph.tensors.size(), -1);
  for (int op = 0; op < graph.num_ops(); ++op) {
    for (const int tensor : graph.ops[op].inputs) {
      if (tensor < 0 || !graph.tensors[tensor].is_variable) continue;
      if (user[tensor] >= 0 && inside[user[tensor]] != inside[op]) {
        throw Error(ErrorKind::kModel,
                    fmt::format("ops {} and {} share the state tensor '{}' and "
                                "must stay in one segment",
                                user[tensor], op, graph.tensors[tensor].name));
      }
      user[tensor] = op;
    }
  }
}

void CheckCoverage(const Graph& graph, const std::vector<int>& segment_of) {
  const auto missing = std::find(segment_of.begin(), segment_of.end(), -1);
  if (missing == segment_of.end()) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("op {} ({}) is in no segment; every op needs one",
                          missing - segment_of.begin(),
                          OpName(graph.ops[missing - segment_of.begin()])));
}

}  // namespace

Segment OpRange(int begin, int end) {
  CORALLINE_CHECK(begin <= end);
  Segment segment{std::vector<int>(static_cast<std::size_t>(end - begin))};
  std::iota(segment.ops.begin(), segment.ops.end(), begin);
  return segment;
}

std::string FormatSegment(const Segment& segment) {
  std::string text = segment.ops.size() == 1 ? "op " : "ops ";
  for (std::size_t i = 0; i < segment.ops.size();) {
    std::size_t last = i;
    while (last + 1 < segment.ops.size() &&
           segment.ops[last + 1] == segment.ops[last] + 1) {
      ++last;
    }
    if (i > 0) text += ',';
    text += fmt::format("{}", segment.ops[i]);
    if (last > i) text += fmt::format("-{}", segment.ops[last]);
    i = last + 1;
  }
  return text;
}

std::vector<Segment> SegmentsAt(int num_ops, std::span<const int> cuts) {
  std::vector<Segment> segments;
  int begin = 0;
  for (const int cut : cuts) {
    if (cut <= begin || cut >= num_ops) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("cut {} is invalid: cuts increase and lie "
                              "between 1 and {} (the model has {} ops)",
                              cut, num_ops - 1, num_ops));
    }
    segments.push_back(OpRange(begin, cut));
    begin = cut;
  }
  segments.push_back(OpRange(begin, num_ops));
  return segments;
}

int CutAfterTensor(const Graph& graph, const std::string& name) {
  for (int op = 0; op < graph.num_ops(); ++op) {
    for (const int tensor : graph.ops[op].outputs) {
      if (graph.tensors[tensor].name == name) return op + 1;
    }
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("no op produces a tensor named '{}'; 'coralline "
                          "inspect' lists the names",
                          name));
}

void CheckSegment(const Graph& graph, const Segment& segment) {
  CheckOpIndices(graph, segment);
  CheckConvex(graph, segment);
  CheckState(graph, segment);
}

void CheckSegments(const Graph& graph, std::span<const Segment> segments) {
  std::vector<int> segment_of(graph.ops.size(), -1);
  const std::vector<int> producers = Producers(graph);
  for (int s = 0; s < static_cast<int>(segments.size()); ++s) {
    CheckSegment(graph, segments[s]);
    for (const int op : segments[s].ops) {
      if (segment_of[op] >= 0) {
        throw Error(ErrorKind::kUsage,
                    fmt::format("op {} is in segments {} and {}; it can be in "
                                "one only",
                                op, segment_of[op], s));
      }
      segment_of[op] = s;
    }
    for (const int op : segments[s].ops) {
      for (const int tensor : graph.ops[op].inputs) {
        const int producer = tensor < 0 ? -1 : producers[tensor];
        if (producer < 0 || segment_of[producer] >= 0) continue;
        throw Error(ErrorKind::kUsage,
                    fmt::format("segment {} (op {}) needs op {}, which no "
                                "earlier segment has; reorder the segments",
                                s, op, producer));
      }
    }
  }
  CheckCoverage(graph, segment_of);
}

}  // namespace coralline
