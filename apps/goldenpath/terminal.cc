#include "goldenpath/terminal.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdlib>

namespace gp::app {

Paint::Paint(int descriptor) {
  const char* const no_color = std::getenv("NO_COLOR");
  coloured_ = ::isatty(descriptor) == 1 && (no_color == nullptr || *no_color == '\0');
}

std::string Paint::wrapped(std::string_view start, std::string_view text) const {
  if (!coloured_) return std::string(text);
  return std::string(start) + std::string(text) + "\x1b[0m";
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) continue;
    // U+0080 to U+009F, the C1 controls, are C2 80 to C2 9F in UTF-8.
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      ++i;
      continue;
    }
    out += text[i];
  }
  return out;
}

std::string one_line(std::string_view text, std::size_t characters_max) {
  std::string out = printable(text);
  std::size_t characters = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == '\n' || out[i] == '\t') out[i] = ' ';
    if ((static_cast<unsigned char>(out[i]) & 0xc0) == 0x80) continue;
    if (++characters <= characters_max) continue;
    out.resize(i);
    return out + "…";
  }
  return out;
}

namespace {

sigset_t interrupt_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

Interrupts::Interrupts() {
  const sigset_t set = interrupt_set();
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  descriptor_ = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

Interrupts::~Interrupts() {
  if (descriptor_ >= 0) ::close(descriptor_);
  const sigset_t set = interrupt_set();
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

bool Interrupts::take() {
  signalfd_siginfo info;
  return ::read(descriptor_, &info, sizeof(info)) == static_cast<ssize_t>(sizeof(info));
}

}  // namespace gp::app
