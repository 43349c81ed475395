/// The codes of `gate`: pages beside the checks that make their findings.
#pragma once

#include "gardener/rules/page.h"

namespace gp::rules {

extern const Page kBannedModulePage;   // GP101, gp101_banned_module.cc
extern const Page kBannedFilePage;     // GP102, gp102_banned_file.cc
extern const Page kBannedStringPage;   // GP103, gp103_banned_string.cc
extern const Page kNewInBaselinePage;  // GP104, gp104_new_in_baseline.cc

}  // namespace gp::rules
