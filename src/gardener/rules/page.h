/// Page: the manual page of a code. `gardener explain CODE`, docs/gardener-rules.md and the help
/// texts of SARIF come from it.
///
/// To add a rule: a file gp0xx_<name>.cc with its page and its check, and a line in registry.cc.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "gardener/rules/finding.h"

namespace gp::rules {

class ScanContext;

struct Page {
  std::string_view code;     ///< "GP001", or the name of a class of references
  std::string_view name;     ///< "deprecated-module-with-importers"
  std::string_view summary;  ///< one sentence, without markup
  std::string_view manual;  ///< Markdown: what it means, an example, what to do, what it cannot see
};

/// A rule of `scan`. Appends its findings; their order does not matter.
struct Rule {
  Page page;
  void (*check)(const ScanContext& context, std::vector<Finding>& findings);
};

/// GP001 … GP0xx, in the order of their codes.
std::span<const Rule* const> scan_rules();
/// The codes of `gate`: GP101 ….
std::span<const Page* const> gate_pages();
/// The classes of references, in the order of refs::RefClass.
std::span<const Page> class_pages();
/// All of them: rules of scan, codes of gate, classes.
std::vector<const Page*> all_pages();
/// By code (in any case of letters) or name; null if there is none.
const Page* find_page(std::string_view code);

}  // namespace gp::rules
