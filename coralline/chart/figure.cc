#include "coralline/chart/figure.h"

#include <duktape.h>
#include <fmt/format.h>

#include <memory>
#include <span>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/chart/internal/assets.h"

namespace coralline {
namespace {

// What ECharts expects to be there, beside the language.
constexpr const char* kEnvironment =
    "var global = this;"
    "function setTimeout() { return 0; }"
    "function clearTimeout() {}";

void DestroyHeap(duk_context* context) { duk_destroy_heap(context); }

// The script, started and ready to draw.
class Renderer {
 public:
  Renderer() : context_(duk_create_heap_default(), DestroyHeap) {
    CORALLINE_CHECK(context_ != nullptr);
    Evaluate(kEnvironment);
    Evaluate(assets::FigureJs());
  }

  std::string Render(const Chart& chart, const FigureSize& size) {
    duk_context* context = context_.get();
    duk_get_global_string(context, "renderFigure");
    const std::string json = ChartJson(chart);
    duk_push_lstring(context, json.data(), json.size());
    duk_push_int(context, size.width);
    duk_push_int(context, size.height);
    Check(duk_pcall(context, 3), chart.id);
    duk_size_t length = 0;
    const char* svg = duk_get_lstring(context, -1, &length);
    CORALLINE_CHECK(svg != nullptr);
    std::string result(svg, length);
    duk_pop(context);
    return result;
  }

 private:
  void Evaluate(std::string_view script) {
    Check(duk_peval_lstring(context_.get(), script.data(), script.size()),
          "script");
    duk_pop(context_.get());
  }

  void Check(int status, const std::string& what) {
    if (status == DUK_EXEC_SUCCESS) return;
    throw Error(ErrorKind::kFailed,
                fmt::format("figure '{}' cannot be drawn: {}", what,
                            duk_safe_to_stacktrace(context_.get(), -1)));
  }

  std::unique_ptr<duk_context, void (*)(duk_context*)> context_;
};

}  // namespace

std::string FigureSvg(const Chart& chart, const FigureSize& size) {
  return Renderer().Render(chart, size);
}

void WriteFigures(const std::filesystem::path& folder, const Page& page) {
  Renderer renderer;
  FileTransaction files;
  for (const Section& section : page.sections) {
    for (const Chart& chart : section.charts) {
      const std::string svg = renderer.Render(chart, {});
      files.Write(folder / (chart.id + ".svg"), std::as_bytes(std::span(svg)));
    }
  }
  files.Commit();
}

}  // namespace coralline
