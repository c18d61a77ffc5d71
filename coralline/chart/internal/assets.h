#pragma once

#include <string_view>

namespace coralline::assets {

/// What web/build.js makes; web/README.md says what each is for.
std::string_view FigureJs();
std::string_view PageJs();
std::string_view PageCss();
std::string_view TemplateHtml();
std::string_view Licences();

}  // namespace coralline::assets
