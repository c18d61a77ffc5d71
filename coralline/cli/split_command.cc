#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "coralline/base/error.h"
#include "coralline/cli/command.h"
#include "coralline/cli/cut_options.h"
#include "coralline/cli/format.h"
#include "coralline/cli/table.h"
#include "coralline/graph/boundary.h"
#include "coralline/tflite/reader.h"
#include "coralline/tflite/writer.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;
using Paths = std::vector<std::filesystem::path>;

constexpr const char* kFooter =
    "Writes DIR/NAME_segment_I_of_N.tflite; all files appear, or none.\n\n"
    "Examples:\n"
    "  coralline split model.tflite --cuts 12,30 -o segments\n"
    "  coralline split model.tflite --stages 4 -o segments\n"
    "  coralline split model.tflite --plan plan.json -o segments";

std::int64_t SumParameters(const Graph& graph, const Segment& segment) {
  std::int64_t bytes = 0;
  for (const int op : segment.ops)
    bytes += ParameterBytes(graph, graph.ops[op]);
  return bytes;
}

std::int64_t SumBytes(const Graph& graph, const std::vector<int>& tensors) {
  std::int64_t bytes = 0;
  for (const int tensor : tensors) {
    bytes += NumBytes(graph.tensors[tensor]).value_or(0);
  }
  return bytes;
}

Json Names(const Graph& graph, const std::vector<int>& tensors) {
  Json names = Json::array();
  for (const int tensor : tensors) names.push_back(graph.tensors[tensor].name);
  return names;
}

void PrintJson(const Model& model, const std::vector<Segment>& segments,
               const Paths& paths) {
  Json list = Json::array();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Boundary boundary = FindBoundary(model.graph, segments[i]);
    list.push_back(
        {{"file", paths[i].string()},
         {"ops", segments[i].ops},
         {"parameter_bytes", SumParameters(model.graph, segments[i])},
         {"inputs", Names(model.graph, boundary.inputs)},
         {"outputs", Names(model.graph, boundary.outputs)},
         {"input_bytes", SumBytes(model.graph, boundary.inputs)},
         {"output_bytes", SumBytes(model.graph, boundary.outputs)}});
  }
  fmt::print("{}\n", Json{{"model", model.name}, {"segments", list}}.dump(2));
}

void PrintText(const Model& model, const std::vector<Segment>& segments,
               const Paths& paths) {
  Table table({"segment>", "ops", "parameters>", "in>", "out>", "file"});
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Boundary boundary = FindBoundary(model.graph, segments[i]);
    table.AddRow({std::to_string(i), FormatSegment(segments[i]),
                  FormatBytes(SumParameters(model.graph, segments[i])),
                  FormatBytes(SumBytes(model.graph, boundary.inputs)),
                  FormatBytes(SumBytes(model.graph, boundary.outputs)),
                  paths[i].string()});
  }
  fmt::print("{}", table.Format());
}

}  // namespace

Action ConfigureSplit(CLI::App& app) {
  struct Options {
    std::string model;
    std::string folder;
    CutOptions cuts;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->model, "A quantized .tflite file")
      ->required();
  AddCutOptions(app, options->cuts);
  app.add_option("-o,--output", options->folder, "Folder for the segments")
      ->required();
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(kFooter);
  return [options] {
    if (!HasCuts(options->cuts)) {
      throw Error(ErrorKind::kUsage,
                  "where to cut? give --cuts, --at, --ops, --stages or --plan");
    }
    const auto [model, segments] =
        CutAsAsked(ReadTflite(options->model), options->cuts);
    const Paths paths = WriteSegments(model, segments, options->folder);
    options->json ? PrintJson(model, segments, paths)
                  : PrintText(model, segments, paths);
    return 0;
  };
}

}  // namespace coralline::cli
