#include "coralline/chart/internal/assets.h"

// In assets.S.
#define CORALLINE_ASSET(name)                   \
  extern const char coralline_##name##_begin[]; \
  extern const char coralline_##name##_end[];
extern "C" {
CORALLINE_ASSET(figure_js)
CORALLINE_ASSET(page_js)
CORALLINE_ASSET(page_css)
CORALLINE_ASSET(template_html)
CORALLINE_ASSET(licences)
}

namespace coralline::assets {

std::string_view FigureJs() {
  return {coralline_figure_js_begin, coralline_figure_js_end};
}
std::string_view PageJs() {
  return {coralline_page_js_begin, coralline_page_js_end};
}
std::string_view PageCss() {
  return {coralline_page_css_begin, coralline_page_css_end};
}
std::string_view TemplateHtml() {
  return {coralline_template_html_begin, coralline_template_html_end};
}
std::string_view Licences() {
  return {coralline_licences_begin, coralline_licences_end};
}

}  // namespace coralline::assets
