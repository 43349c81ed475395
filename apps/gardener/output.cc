#include "gardener/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

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

int report_error(const Error& error) {
  std::fprintf(stderr, "gardener: %s\n", rules::shown_text(error.message).c_str());
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
