#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "coralline/base/error.h"
#include "coralline/cli/command.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/table.h"
#include "coralline/planning/plan_check.h"
#include "coralline/tflite/reader.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter =
    "Finds out again, from the model and the devices in the plan file, what "
    "the\nplan costs, and proves its certificate with a procedure of its own. "
    "Measured\ncosts are taken as they are written. Exit status 1 when "
    "something does not\nhold.\n\n"
    "Example:\n"
    "  coralline check plan.json";

struct Options {
  std::string plan;
  std::string model;
  bool json = false;
};

void PrintText(const Options& options, const PlanDocument& document,
               const CheckResult& result) {
  fmt::print("{}: a plan for '{}' by strategy '{}' {}\n\n", options.plan,
             document.model_name, StrategyName(document.strategy),
             result.ok() ? "that holds" : "that DOES NOT HOLD");
  Table table({"what", "holds", "how"});
  for (const CheckItem& item : result.items) {
    table.AddRow({item.what, item.ok ? "yes" : "NO", item.detail});
  }
  fmt::print("{}", table.Format());
}

void PrintJson(const PlanDocument& document, const CheckResult& result) {
  Json items = Json::array();
  for (const CheckItem& item : result.items) {
    items.push_back(
        {{"what", item.what}, {"ok", item.ok}, {"detail", item.detail}});
  }
  fmt::print("{}\n", Json{{"model", document.model_name},
                          {"strategy", StrategyName(document.strategy)},
                          {"ok", result.ok()},
                          {"checks", items}}
                         .dump(2));
}

int Check(const Options& options) {
  Interrupted();
  const Model model =
      ReadTflite(options.model.empty() ? ModelFileOf(options.plan)
                                       : std::filesystem::path(options.model));
  const PlanDocument document = ReadPlanDocument(options.plan, model);
  const CheckResult result =
      CheckPlan(document, model, [] { return Interrupted().load(); });
  options.json ? PrintJson(document, result)
               : PrintText(options, document, result);
  if (Interrupted()) return kInterrupted;
  return result.ok() ? 0 : static_cast<int>(ErrorKind::kFailed);
}

}  // namespace

Action ConfigureCheck(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("PLAN", options->plan, "A plan file, made by 'plan -o'")
      ->required();
  app.add_option("--model", options->model,
                 "The .tflite file, where it is not the one that the plan "
                 "names");
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(kFooter);
  return [options] { return Check(*options); };
}

}  // namespace coralline::cli
