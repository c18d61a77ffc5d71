#include "coralline/chart/page.h"

#include <array>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/base/file.h"
#include "coralline/chart/internal/assets.h"
#include "coralline/chart/internal/chart_value.h"

namespace coralline {
namespace {

using Json = nlohmann::ordered_json;

Json FactValues(const std::vector<Fact>& facts) {
  Json list = Json::array();
  for (const Fact& fact : facts) {
    list.push_back({{"label", fact.label},
                    {"value", fact.value},
                    {"note", fact.note},
                    {"origin", OriginValue(fact.origin)}});
  }
  return list;
}

Json SectionValue(const Section& section) {
  Json charts = Json::array();
  for (const Chart& chart : section.charts) charts.push_back(ChartValue(chart));
  return {{"title", section.title}, {"text", section.text}, {"charts", charts}};
}

std::string ReplaceAll(std::string_view text, std::string_view what,
                       std::string_view with) {
  std::string result;
  for (;;) {
    const std::size_t at = text.find(what);
    if (at == std::string_view::npos) return result.append(text);
    result.append(text.substr(0, at)).append(with);
    text.remove_prefix(at + what.size());
  }
}

std::string EscapeHtml(std::string_view text) {
  return ReplaceAll(ReplaceAll(ReplaceAll(text, "&", "&amp;"), "<", "&lt;"),
                    ">", "&gt;");
}

// Nothing in a script element may look like its end, or the start of another.
std::string EscapeScript(std::string_view json) {
  return ReplaceAll(json, "<", "\\u003c");
}

}  // namespace

std::string PageJson(const Page& page) {
  Json sections = Json::array();
  for (const Section& section : page.sections) {
    sections.push_back(SectionValue(section));
  }
  return JsonText({{"title", page.title},
                   {"subtitle", page.subtitle},
                   {"facts", FactValues(page.facts)},
                   {"sections", sections},
                   {"provenance", FactValues(page.provenance)}});
}

// In one pass, so that a place's name in a text is left alone.
std::string PageHtml(const Page& page) {
  const std::string title = EscapeHtml(page.title);
  const std::string data = EscapeScript(PageJson(page));
  const std::string licences = EscapeHtml(assets::Licences());
  const std::array<std::pair<std::string_view, std::string_view>, 5> places = {
      {{"{{title}}", title},
       {"{{style}}", assets::PageCss()},
       {"{{data}}", data},
       {"{{licences}}", licences},
       {"{{script}}", assets::PageJs()}}};
  std::string html;
  std::string_view rest = assets::TemplateHtml();
  for (;;) {
    const std::size_t at = rest.find("{{");
    if (at == std::string_view::npos) return html.append(rest);
    html.append(rest.substr(0, at));
    rest.remove_prefix(at);
    bool is_place = false;
    for (const auto& [name, content] : places) {
      if (!rest.starts_with(name)) continue;
      html.append(content);
      rest.remove_prefix(name.size());
      is_place = true;
      break;
    }
    CORALLINE_CHECK(is_place);
  }
}

void WritePage(const std::filesystem::path& path, const Page& page) {
  const std::string html = PageHtml(page);
  WriteFile(path, std::as_bytes(std::span(html)));
}

}  // namespace coralline
