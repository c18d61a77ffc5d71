#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/cli/command.h"
#include "coralline/cli/format.h"
#include "coralline/cli/table.h"
#include "coralline/graph/macs.h"
#include "coralline/zoo/networks.h"
#include "coralline/zoo/synthetic.h"

namespace coralline::cli {
namespace {

constexpr const char* kFooter =
    "Weights are random, the same for the same seed; shapes, quantization and\n"
    "ops are those that a converter gives the published network.\n\n"
    "Examples:\n"
    "  coralline generate --list\n"
    "  coralline generate resnet50 -o resnet50.tflite\n"
    "  coralline generate mobilenet_v1 --width 0.25 --size 128 --type uint8\n"
    "  coralline generate fc --width 2620 -o fc.tflite\n"
    "  coralline generate conv --width 442 --size 64";

struct Options {
  FullyConnectedNet fc{.width = 0};
  ConvNet conv{.width = 0};
  std::string name;
  NetworkOptions network;
  std::string type = "int8";
  bool list = false;
  std::string file;
  bool json = false;
};

int Write(const Model& model, const Options& options) {
  const std::string path =
      options.file.empty() ? model.name + ".tflite" : options.file;
  WriteFile(path, model.bytes.span());
  const std::int64_t bytes = ParameterBytes(model.graph);
  const std::int64_t macs = MacCount(model.graph);
  if (options.json) {
    const nlohmann::ordered_json json = {{"file", path},
                                         {"model", model.name},
                                         {"ops", model.graph.num_ops()},
                                         {"parameter_bytes", bytes},
                                         {"macs", macs}};
    fmt::print("{}\n", json.dump(2));
  } else {
    fmt::print("{}: {} ops, {} of parameters, {} MACs\n", path,
               model.graph.num_ops(), FormatBytes(bytes), FormatCount(macs));
  }
  return 0;
}

void AddCommon(CLI::App& app, Options& options) {
  app.add_option("-o,--file", options.file,
                 "File to write; NAME.tflite here by default");
  app.add_flag("--json", options.json, "Print JSON");
}

CLI::App* AddFullyConnected(CLI::App& app, Options& options) {
  auto* fc = app.add_subcommand("fc", "Fully connected layers, int8");
  const std::map<std::string, HiddenActivation> activations = {
      {"relu", HiddenActivation::kRelu}, {"tanh", HiddenActivation::kTanh}};
  fc->add_option("--width", options.fc.width, "Neurons of a hidden layer")
      ->required();
  fc->add_option("--layers", options.fc.layers, "Layers in all")
      ->capture_default_str();
  fc->add_option("--input", options.fc.input, "Input values")
      ->capture_default_str();
  fc->add_option("--output", options.fc.output, "Output values")
      ->capture_default_str();
  fc->add_option("--activation", options.fc.activation,
                 "relu (fused) or tanh (an op of its own, as in the paper)")
      ->transform(CLI::CheckedTransformer(activations, CLI::ignore_case))
      ->option_text("relu|tanh");
  fc->add_option("--seed", options.fc.seed, "Of the weights")
      ->capture_default_str();
  AddCommon(*fc, options);
  return fc;
}

CLI::App* AddConv(CLI::App& app, Options& options) {
  auto* conv = app.add_subcommand("conv", "3x3 convolutions, int8");
  conv->add_option("--width", options.conv.width, "Channels of a layer")
      ->required();
  conv->add_option("--layers", options.conv.layers, "Layers in all")
      ->capture_default_str();
  conv->add_option("--size", options.conv.size, "Pixels along a side")
      ->capture_default_str();
  conv->add_option("--seed", options.conv.seed, "Of the weights")
      ->capture_default_str();
  AddCommon(*conv, options);
  return conv;
}

void AddNetwork(CLI::App& app, Options& options) {
  auto* name = app.add_option("NETWORK", options.name,
                              "A published network, by its name in --list");
  app.add_flag("--list", options.list, "Print the networks and what they take")
      ->excludes(name);
  app.add_option("--size", options.network.size,
                 "Pixels along a side; 0: the network's own")
      ->capture_default_str();
  app.add_option("--classes", options.network.classes,
                 "Results of the classifier; 0: the network's own")
      ->capture_default_str();
  app.add_option("--width", options.network.width,
                 "Share of the channels, of a network that has widths")
      ->capture_default_str();
  app.add_option("--type", options.type,
                 "int8 (weights per channel) or uint8 (per tensor)")
      ->check(CLI::IsMember({"int8", "uint8"}))
      ->option_text("int8|uint8 [int8]");
  app.add_option("--seed", options.network.seed, "Of the weights")
      ->capture_default_str();
  AddCommon(app, options);
}

void PrintListJson() {
  auto json = nlohmann::ordered_json::array();
  for (const Architecture& architecture : Architectures()) {
    const NetworkShape shape = DescribeNetwork(architecture.name);
    json.push_back({{"name", architecture.name},
                    {"title", architecture.title},
                    {"size", architecture.size},
                    {"classes", architecture.classes},
                    {"has_width", architecture.has_width},
                    {"ops", shape.graph.num_ops()},
                    {"parameters", shape.parameters},
                    {"parameter_bytes", ParameterBytes(shape.graph)},
                    {"macs", MacCount(shape.graph)}});
  }
  fmt::print("{}\n", json.dump(2));
}

void PrintListText() {
  Table table({"name", "network", "size>", "ops>", "parameters>", "MACs>"});
  for (const Architecture& architecture : Architectures()) {
    const NetworkShape shape = DescribeNetwork(architecture.name);
    table.AddRow(
        {std::string(architecture.name), std::string(architecture.title),
         std::to_string(architecture.size),
         std::to_string(shape.graph.num_ops()), FormatCount(shape.parameters),
         FormatCount(MacCount(shape.graph))});
  }
  fmt::print(
      "{}\nParameters as the authors count them, before batch "
      "normalization is folded.\n",
      table.Format());
}

Model Generate(const Options& options) {
  if (options.name.empty()) {
    throw Error(ErrorKind::kUsage,
                "which network? 'coralline generate --list' has them all");
  }
  NetworkOptions network = options.network;
  network.type = options.type == "uint8" ? DataType::kUint8 : DataType::kInt8;
  return GenerateNetwork(options.name, network);
}

}  // namespace

Action ConfigureGenerate(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  const CLI::App* fc = AddFullyConnected(app, *options);
  const CLI::App* conv = AddConv(app, *options);
  AddNetwork(app, *options);
  app.require_subcommand(0, 1);
  app.footer(kFooter);
  return [options, fc, conv] {
    if (fc->parsed())
      return Write(GenerateFullyConnected(options->fc), *options);
    if (conv->parsed()) return Write(GenerateConv(options->conv), *options);
    if (!options->list) return Write(Generate(*options), *options);
    options->json ? PrintListJson() : PrintListText();
    return 0;
  };
}

}  // namespace coralline::cli
