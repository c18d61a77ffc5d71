#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "coralline/base/file.h"
#include "coralline/cli/command.h"
#include "coralline/cli/format.h"
#include "coralline/graph/macs.h"
#include "coralline/zoo/synthetic.h"

namespace coralline::cli {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  coralline generate fc --width 2620 -o fc.tflite\n"
    "  coralline generate conv --width 442 --size 64";

struct Options {
  FullyConnectedNet fc{.width = 0};
  ConvNet conv{.width = 0};
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

}  // namespace

Action ConfigureGenerate(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* fc = AddFullyConnected(app, *options);
  AddConv(app, *options);
  app.require_subcommand(1);
  app.footer(kFooter);
  return [options, fc] {
    const Model model = fc->parsed() ? GenerateFullyConnected(options->fc)
                                     : GenerateConv(options->conv);
    return Write(model, *options);
  };
}

}  // namespace coralline::cli
