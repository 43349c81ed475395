/// The rules of `scan`, one file each; registry.cc lists them.
#pragma once

#include "gardener/rules/page.h"
#include "gardener/rules/scan_context.h"

namespace gp::rules {

extern const Rule kDeprecatedImporters;   // GP001
extern const Rule kDualPaths;             // GP002
extern const Rule kSameName;              // GP003
extern const Rule kDeprecatedReexporter;  // GP004
extern const Rule kUnlockedLazyGlobal;    // GP005
extern const Rule kImportCycle;           // GP006
extern const Rule kUnresolvedImport;      // GP007

}  // namespace gp::rules
