/// The references to a module, in the formats of `gardener refs`.
///
/// JSON has every reference and every key, in the order of the report. Text and Markdown are for a
/// reviewer: what breaks silently first, counts per class, then places; what is no reference
/// (look-alikes) is counted, and listed when asked for by class or with show_all.
#pragma once

#include <string>
#include <vector>

#include "gardener/graph/source_tree.h"
#include "gardener/refs/find_references.h"
#include "gardener/rules/finding.h"

namespace gp::rules {

struct ReferencesView {
  const graph::SourceTree& tree;
  const refs::ReferenceReport& report;
  std::vector<refs::RefClass> classes{};  ///< --class; empty: all
  bool color = false;
  bool show_all = false;  ///< text and Markdown: no limit per class

  bool shows(const refs::Reference& reference) const;
};

/// True if deleting the module could change what this place does: not for look-alikes, other names,
/// namesakes, prose, and what the module says about itself.
bool is_dependency(const refs::Reference& reference);

std::string references_text(const ReferencesView& view);
std::string references_json(const ReferencesView& view);
std::string references_markdown(const ReferencesView& view);
/// For SARIF and GitHub: one finding per shown dependency; its code is the class. What would be
/// swallowed in production is P0, other production code P1, strings that steer code P2, the rest
/// P3.
std::vector<Finding> reference_findings(const ReferencesView& view);

}  // namespace gp::rules
