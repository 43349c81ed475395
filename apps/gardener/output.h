/// Output: the result of a command on stdout, and messages on stderr.
///
/// stdout gets the result only, in one piece. A reader that closes the pipe early ends the writing
/// without an error (SIGPIPE is ignored in main.cc); any other failure, a full disk for example, is
/// told on stderr and makes the status kUsage.
#pragma once

#include <string_view>

#include "gardener/global_flags.h"
#include "gardener/rules/finding_report.h"

namespace gp::app {

/// Writes `text` to stdout and returns `status`, or kUsage if it could not be written.
int write_result(std::string_view text, int status);
struct Shown {
  bool color = false;
  bool all = false;  ///< --all: no limit per priority in text
};
/// The report in `format`, as write_result(). `tree`: where SARIF and GitHub count characters.
int write_findings(const rules::FindingReport& report, Format format, Shown shown,
                   const graph::SourceTree& tree, int status);
/// "gardener: " and the message on stderr; returns kUsage.
int report_error(const Error& error);
/// --color, NO_COLOR (no-color.org), TERM=dumb and whether stdout is a terminal.
bool use_color(const GlobalFlags& flags);

}  // namespace gp::app
