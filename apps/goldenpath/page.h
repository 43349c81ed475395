/// The chat page built into the program; the files live as long as the program.
#pragma once

#include <vector>

#include "gateway/static_site.h"

namespace gp::app {

std::vector<gateway::StaticFile> built_in_page();

}  // namespace gp::app
