/// FindingReport: the findings of one run, and the formats they are written in.
///
/// All formats list findings in the order given (rules::sort). Only text shortens: at most
/// TextOptions::per_priority findings and kEvidenceShown places each, with what was left out said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gardener/graph/code_base.h"
#include "gardener/rules/finding.h"

namespace gp::rules {

/// A file that was not, or not wholly, understood.
struct Trouble {
  std::string path{};
  std::uint32_t line = 0;  ///< 0: the whole file
  std::string message{};
  bool is_unread = false;  ///< an error kept it from being read: the answer has a hole
};

struct FindingReport {
  std::string command{};                                     ///< "scan", "gate"
  std::vector<std::pair<std::string, std::size_t>> facts{};  ///< "python files", 9913 …
  std::vector<Finding> findings{};
  std::vector<Trouble> unreadable{};
  std::vector<std::string> notes{};  ///< sentences at the end, of text and Markdown
};

struct TextOptions {
  bool color = false;
  std::size_t per_priority = 20;
};

std::string text_of(const FindingReport& report, TextOptions options);
std::string json_of(const FindingReport& report);
std::string markdown_of(const FindingReport& report);
/// SARIF 2.1.0 (OASIS): columns are characters from 1, columnKind "unicodeCodePoints"; paths are
/// percent-encoded and relative to the root. `tree` gives the lines that the columns are in.
std::string sarif_of(const FindingReport& report, const graph::SourceTree& tree);
/// GitHub workflow commands, one line per finding; columns are characters from 1.
std::string github_of(const FindingReport& report, const graph::SourceTree& tree);

/// What could not be read or parsed: problems of the tree, and of Python files. Syntax that needs a
/// newer Python than 3.`target_minor` counts; 0 is any. Sorted by path and line.
std::vector<Trouble> troubles_of(const graph::CodeBase& code, std::uint16_t target_minor);

}  // namespace gp::rules
