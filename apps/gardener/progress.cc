#include "gardener/progress.h"

#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace gp::app {
namespace {

constexpr suseconds_t kTickMicroseconds = 500'000;

// Written before the timer starts, read by the signal handler.
const char* current_step = nullptr;
volatile std::sig_atomic_t half_seconds = 0;
volatile std::sig_atomic_t shown = 0;

void put(const char* text, std::size_t size) {
  const ssize_t written = ::write(STDERR_FILENO, text, size);
  static_cast<void>(written);  // a terminal that is gone is no reason to stop the work
}

void tick(int) {
  const int saved = errno;
  half_seconds = half_seconds + 1;
  shown = 1;
  char line[160] = "\rgardener: ";
  std::size_t size = 11;
  for (const char* c = current_step; *c != '\0' && size < 120; ++c) line[size++] = *c;
  line[size++] = ' ';
  char digits[12];
  int count = 0;
  for (int value = half_seconds / 2; value > 0 || count == 0; value /= 10)
    digits[count++] = static_cast<char>('0' + value % 10);
  while (count > 0) line[size++] = digits[--count];
  const char* const end = half_seconds % 2 == 0 ? ".0 s" : ".5 s";
  for (const char* c = end; *c != '\0'; ++c) line[size++] = *c;
  put(line, size);
  errno = saved;
}

void set_timer(suseconds_t microseconds) {
  itimerval timer{};
  timer.it_interval.tv_usec = microseconds;
  timer.it_value.tv_usec = microseconds;
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

}  // namespace

Progress::Progress(const GlobalFlags& flags, const char* step)
    : active_(!flags.quiet && ::isatty(STDERR_FILENO) == 1) {
  if (!active_) return;
  current_step = step;
  half_seconds = 0;
  shown = 0;
  struct sigaction action {};
  action.sa_handler = tick;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGALRM, &action, nullptr);
  set_timer(kTickMicroseconds);
}

Progress::~Progress() {
  if (!active_) return;
  set_timer(0);
  constexpr char kClear[] = "\r\x1b[K";
  if (shown != 0) put(kClear, sizeof kClear - 1);
}

}  // namespace gp::app
