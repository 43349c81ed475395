#include "gardener/output.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "gardener/commands.h"
#include "gardener/rules/escape.h"

namespace gp::app {

int write_result(std::string_view text, int status) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      return status;
    } else if (errno != EINTR) {
      std::fprintf(stderr, "gardener: cannot write to stdout: %s\n", std::strerror(errno));
      return kUsage;
    }
  }
  return status;
}

int write_findings(const rules::FindingReport& report, Format format, Shown shown,
                   const graph::SourceTree& tree, int status) {
  rules::TextOptions options{.color = shown.color};
  if (shown.all) options.per_priority = report.findings.size();
  std::string text;
  switch (format) {
    case Format::kText: text = rules::text_of(report, options); break;
    case Format::kJson: text = rules::json_of(report); break;
    case Format::kSarif: text = rules::sarif_of(report, tree); break;
    case Format::kMarkdown: text = rules::markdown_of(report); break;
    case Format::kGithub: text = rules::github_of(report, tree); break;
  }
  return write_result(text, status);
}

int report_error(const Error& error) {
  // Several reasons are several lines.
  const char* before = "gardener: ";
  for (std::size_t begin = 0; begin <= error.message.size(); before = "  ") {
    const std::size_t end = std::min(error.message.find('\n', begin), error.message.size());
    const std::string line = rules::shown_text(error.message.substr(begin, end - begin));
    std::fprintf(stderr, "%s%s\n", before, line.c_str());
    begin = end + 1;
  }
  return kUsage;
}

bool use_color(const GlobalFlags& flags) {
  if (flags.color != "auto") return flags.color == "always";
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0') &&
         (terminal == nullptr || std::strcmp(terminal, "dumb") != 0);
}

}  // namespace gp::app
