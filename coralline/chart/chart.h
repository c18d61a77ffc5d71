#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "coralline/base/origin.h"

namespace coralline {

/// What an axis shows, with its unit: "width", "ms per inference".
struct Axis {
  std::string label;
  bool is_log = false;  ///< values are then above zero
};

struct Point {
  double x = 0;
  double y = 0;
};

/// How far y may be off at x.
struct PointRange {
  double x = 0;
  double low = 0;
  double high = 0;
};

enum class LineStyle { kLine, kDashed, kDots };

struct Line {
  std::string name;
  Origin origin = Origin::kSimulated;
  LineStyle style = LineStyle::kLine;
  std::vector<Point> points;  ///< by rising x
  std::vector<PointRange> ranges;
};

/// Values over a number: time over width, speed-up over devices.
struct LineChart {
  Axis x;
  Axis y;
  std::vector<Line> lines;
};

/// One colour of a bar chart, with a value for each bar.
struct BarPart {
  std::string name;
  std::vector<double> values;
};

/// Bars, each the sum of its parts: what the time of a stage is made of.
struct BarChart {
  Axis y;
  std::vector<std::string> bars;
  std::vector<BarPart> parts;
};

/// An op in the picture of a graph.
struct MapOp {
  std::string name;
  std::string kind;
  std::vector<int> inputs;  ///< ops that it takes results of
  int stage = 0;
  /// Where it stands: how many ops must come before, and beside which others.
  int depth = 0;
  int lane = 0;
  std::int64_t parameter_bytes = 0;
  std::int64_t macs = 0;
  std::optional<double> ms;  ///< its share of the stage's time, where known
  bool is_streamed = false;
};

struct MapStage {
  std::string name;    ///< "stage 0"
  std::string device;  ///< "2 x edgetpu-pcie"
};

/// A model's graph with its stages in colours.
struct CutMap {
  std::vector<MapOp> ops;  ///< in execution order
  std::vector<MapStage> stages;
};

/// What a piece of a memory is taken by.
enum class MemoryUse { kCached, kStreamed, kFree };

/// A layer in a device's memory, or what is streamed past it or left over.
struct MemoryPiece {
  std::string name;
  MemoryUse use = MemoryUse::kCached;
  std::int64_t bytes = 0;
};

struct DeviceMemory {
  std::string name;  ///< "stage 0, edgetpu-pcie"
  std::int64_t capacity_bytes = 0;
  std::vector<MemoryPiece> pieces;  ///< cached, then free, then streamed
};

/// What each device keeps, and what it streams at every inference.
struct MemoryMap {
  std::vector<DeviceMemory> devices;
};

/// One request at work on a track.
struct Span {
  int track = 0;
  std::int64_t request = 0;
  double begin_ms = 0;
  double end_ms = 0;
};

/// "fill", "steady state", "drain".
struct Phase {
  std::string name;
  double begin_ms = 0;
  double end_ms = 0;
};

/// A Gantt chart of a pipeline.
struct Timeline {
  std::vector<std::string> tracks;  ///< "stage 0, device 1"
  std::vector<Span> spans;
  std::vector<Phase> phases;
};

struct Bin {
  double low = 0;
  double high = 0;
  std::int64_t count = 0;
};

/// A value to point out: "median", "p99".
struct Mark {
  std::string name;
  double value = 0;
};

/// How often each latency came.
struct HistogramChart {
  Axis x;
  std::vector<Bin> bins;
  std::vector<Mark> marks;
};

/// Rows of text; columns of numbers are right-aligned.
struct TableChart {
  std::vector<std::string> headings;
  std::vector<bool> is_number;  ///< of each column
  std::vector<std::vector<std::string>> rows;
};

using ChartBody = std::variant<LineChart, BarChart, CutMap, MemoryMap, Timeline,
                               HistogramChart, TableChart>;

/// One picture.
struct Chart {
  std::string id;     ///< a file name without its suffix: "cut-map"
  std::string title;  ///< what it shows
  std::string note;   ///< how to read it, in a sentence or two; may be empty
  /// Absent where its parts say it themselves.
  std::optional<Origin> origin;
  ChartBody body;
};

/// As the page's script and the figures take it; web/README.md has the fields.
std::string ChartJson(const Chart& chart);

}  // namespace coralline
