/// The manual: the pages of all codes and classes as text and Markdown.
#pragma once

#include <string>

#include "gardener/rules/page.h"

namespace gp::rules {

std::string manual_page(const Page& page);
/// One line per page.
std::string manual_list();
/// docs/gardener-rules.md, written by `./dev gen`.
std::string manual_markdown();

}  // namespace gp::rules
