#include "coralline/sim/measurement.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "coralline/base/bytes.h"
#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/base/split.h"

namespace coralline {
namespace {

constexpr std::string_view kHeader =
    "kind,width,layers,segments,batch,strategy,split,on_chip_mib,off_chip_mib,"
    "ms_per_inference,macs_true,quality,source_file";

// Reads the fields of one line by column, for errors that say where.
class Row {
 public:
  Row(std::string_view line, std::string where)
      : fields_(Split(line, ',')), where_(std::move(where)) {
    const auto expected = Split(kHeader, ',').size();
    if (fields_.size() == expected) return;
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: {} columns, expected {}", where_,
                            fields_.size(), expected));
  }

  std::string Text(std::size_t column) const {
    return std::string(fields_[column]);
  }

  template <typename T>
  T Number(std::size_t column) const {
    return Parse<T>(fields_[column], column);
  }

  template <typename T>
  std::vector<T> Numbers(std::size_t column, char separator) const {
    std::vector<T> numbers;
    if (fields_[column].empty()) return numbers;
    for (const auto part : Split(fields_[column], separator)) {
      numbers.push_back(Parse<T>(part, column));
    }
    return numbers;
  }

 private:
  template <typename T>
  T Parse(std::string_view text, std::size_t column) const {
    T value{};
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    if (result.ec == std::errc() && result.ptr == end && value >= 0) {
      return value;
    }
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: column {}: '{}', expected a number from 0",
                            where_, Split(kHeader, ',')[column], text));
  }

  std::vector<std::string_view> fields_;
  std::string where_;
};

Measurement ParseRow(const Row& row) {
  return {.kind = row.Text(0),
          .width = row.Number<int>(1),
          .layers = row.Number<int>(2),
          .segments = row.Number<int>(3),
          .batch = row.Number<int>(4),
          .strategy = row.Text(5),
          .split = row.Numbers<int>(6, '-'),
          .on_chip_mib = row.Numbers<double>(7, ';'),
          .off_chip_mib = row.Numbers<double>(8, ';'),
          .ms_per_inference = row.Number<double>(9),
          .macs = row.Number<double>(10),
          .quality = row.Text(11),
          .source_file = row.Text(12)};
}

std::string_view WithoutReturn(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Builds a chain of layers from their shapes.
class Chain {
 public:
  explicit Chain(std::vector<int> input) {
    graph_.inputs = {Add(std::move(input))};
  }

  void AddFullyConnected(int outputs) {
    const int inputs = graph_.tensors.back().shape.back();
    AddOp(OpKind::kFullyConnected, {outputs, inputs}, {1, outputs}, 1);
  }

  void AddConv(int outputs) {
    std::vector<int> shape = graph_.tensors.back().shape;
    const int inputs = shape.back();
    shape.back() = outputs;
    AddOp(OpKind::kConv2d, {outputs, 3, 3, inputs}, shape, outputs);
  }

  Graph Finish() {
    graph_.outputs = {static_cast<int>(graph_.tensors.size()) - 1};
    return std::move(graph_);
  }

 private:
  int Add(std::vector<int> shape) {
    const auto index = static_cast<int>(graph_.tensors.size());
    graph_.tensors.push_back({.name = fmt::format("t{}", index),
                              .type = DataType::kInt8,
                              .shape = std::move(shape)});
    return index;
  }

  void AddOp(OpKind kind, std::vector<int> weight_shape,
             std::vector<int> output_shape, int num_scales) {
    const int input = static_cast<int>(graph_.tensors.size()) - 1;
    const int weights = Add(std::move(weight_shape));
    Tensor& tensor = graph_.tensors[weights];
    tensor.constant_bytes = NumBytes(tensor);
    tensor.quantization.scale.assign(num_scales, 1.0F);
    const int output = Add(std::move(output_shape));
    graph_.ops.push_back(
        {.kind = kind, .inputs = {input, weights}, .outputs = {output}});
  }

  Graph graph_;
};

// Input -> N -> ... -> N -> 10 in so many layers, if the work agrees.
std::optional<Graph> EqualLayers(const Measurement& row) {
  const double n = row.width;
  const double input = (row.macs - (row.layers - 2) * n * n - 10 * n) / n;
  if (input != 64 && input != 6912) return std::nullopt;
  Chain chain({1, static_cast<int>(input)});
  for (int i = 1; i < row.layers; ++i) chain.AddFullyConnected(row.width);
  chain.AddFullyConnected(10);
  return chain.Finish();
}

// Input -> N -> 10 -> 10 ... in so many layers, if the work agrees.
std::optional<Graph> OneLargeLayer(const Measurement& row) {
  const double n = row.width;
  const double input = (row.macs - 100.0 * (row.layers - 2) - 10 * n) / n;
  if (input != 6912) return std::nullopt;
  Chain chain({1, static_cast<int>(input)});
  chain.AddFullyConnected(row.width);
  for (int i = 1; i < row.layers; ++i) chain.AddFullyConnected(10);
  return chain.Finish();
}

Graph ConvNet(const Measurement& row) {
  Chain chain({1, 64, 64, 3});
  for (int i = 0; i < row.layers; ++i) chain.AddConv(row.width);
  return chain.Finish();
}

}  // namespace

std::vector<Measurement> ParseMeasurements(std::string_view text,
                                           const std::string& file) {
  const auto lines = Split(text, '\n');
  if (WithoutReturn(lines[0]) != kHeader) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: the first line is not the header '{}'", file,
                            kHeader));
  }
  std::vector<Measurement> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto line = WithoutReturn(lines[i]);
    if (line.empty()) continue;
    rows.push_back(ParseRow(Row(line, fmt::format("{}:{}", file, i + 1))));
  }
  return rows;
}

std::vector<Measurement> ReadMeasurements(const std::filesystem::path& path) {
  const SharedBytes bytes = ReadFile(path);
  return ParseMeasurements(
      {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
      path.string());
}

Graph NetworkOf(const Measurement& row) {
  if (row.width > 0 && row.layers > 0) {
    if (row.kind == "conv") return ConvNet(row);
    if (row.kind == "fc" && row.layers > 1) {
      if (auto graph = EqualLayers(row)) return *std::move(graph);
      if (auto graph = OneLargeLayer(row)) return *std::move(graph);
    }
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("no known network of kind '{}', width {}, {} layers "
                          "and {} MACs",
                          row.kind, row.width, row.layers, row.macs));
}

}  // namespace coralline
