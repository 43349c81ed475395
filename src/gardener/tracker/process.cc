/// How: posix_spawn with its own group and an unblocked signal mask; one poll loop over the pipe, a
/// signalfd (SIGCHLD and the signals that end us) and the deadline. The child is looked at with
/// WNOWAIT and reaped only after its group is killed, so that the group's number cannot be
/// another's.
#include "gardener/tracker/process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

#include "protocol/codes.h"

namespace gp::tracker {
namespace {

constexpr std::size_t kOutputBytesMax = std::size_t{64} * 1024;
constexpr auto kGrace = std::chrono::seconds(2);

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }
  int get() const { return number_; }
  void reset(int number = -1) {
    if (number_ >= 0) ::close(number_);
    number_ = number;
  }

 private:
  int number_;
};

std::string reason(int error) { return std::generic_category().message(error); }

/// Blocks the signals the loop reads; gives them back at the end.
class SignalGuard {
 public:
  SignalGuard() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
    ::pthread_sigmask(SIG_BLOCK, &set, &before_);
    reader_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;
  ~SignalGuard() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  int descriptor() const { return reader_.get(); }
  const sigset_t& before() const { return before_; }
  /// The signal that shall end us; 0: none.
  int take() const {
    int ending = 0;
    signalfd_siginfo info{};
    while (::read(reader_.get(), &info, sizeof info) == sizeof info) {
      if (info.ssi_signo != SIGCHLD) ending = static_cast<int>(info.ssi_signo);
    }
    return ending;
  }

 private:
  sigset_t before_{};
  Descriptor reader_{};
};

std::vector<std::string> environment_of(const ProcessOptions& options) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    bool is_ours = false;
    for (const auto& [name, value] : options.environment)
      is_ours = is_ours || (text.substr(0, name.size()) == name && text[name.size()] == '=');
    if (!is_ours) out.emplace_back(text);
  }
  for (const auto& [name, value] : options.environment) out.push_back(name + "=" + value);
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

Result<pid_t> start(const ProcessOptions& options, int pipe_end, const sigset_t& mask) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, pipe_end, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, pipe_end, STDERR_FILENO);
  ::posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setsigmask(&attributes, &mask);
  std::vector<std::string> words = options.command;
  std::vector<std::string> environment = environment_of(options);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, words[0].c_str(), &actions, &attributes,
                                   pointers(words).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error == 0) return child;
  return fail(error == ENOENT ? Code::not_found : Code::internal,
              fmt::format("cannot run `{}` in {}: {}; is it installed, and is the name right?",
                          options.command[0], options.folder, reason(error)));
}

/// Reads what is there. False: the other end is closed.
bool drain(int pipe_end, int echo, std::string& output) {
  char bytes[16384];
  for (;;) {
    const ssize_t got = ::read(pipe_end, bytes, sizeof bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return false;
    // An output nobody reads any more must not end the run.
    if (echo >= 0 && ::write(echo, bytes, static_cast<std::size_t>(got)) < 0) echo = -1;
    output.append(bytes, static_cast<std::size_t>(got));
    if (output.size() > 2 * kOutputBytesMax) output.erase(0, output.size() - kOutputBytesMax);
  }
}

bool has_ended(pid_t child) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == child;
}

/// Waits for the child; true if the time was up.
bool watch(pid_t child, int pipe_end, const ProcessOptions& options, const SignalGuard& signals,
           int& ending, std::string& output) {
  using Steady = std::chrono::steady_clock;
  const auto began = Steady::now();
  auto deadline = began + options.timeout;
  bool is_timed_out = false;
  bool is_open = true;
  while (!has_ended(child)) {
    int wait = -1;
    if (options.timeout.count() > 0 || ending != 0) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Steady::now()).count();
      wait = static_cast<int>(std::clamp<std::int64_t>(left + 1, 0, 60'000));
    }
    pollfd watched[] = {{signals.descriptor(), POLLIN, 0}, {is_open ? pipe_end : -1, POLLIN, 0}};
    ::poll(watched, 2, wait);
    if (is_open && watched[1].revents != 0) is_open = drain(pipe_end, options.echo, output);
    const int signal = signals.take();
    const bool is_late = (options.timeout.count() > 0 || ending != 0) && Steady::now() >= deadline;
    if (signal == 0 && !is_late) continue;
    const bool is_first = ending == 0 && !is_timed_out;
    if (signal != 0) ending = signal;
    if (signal == 0) is_timed_out = ending == 0;
    ::kill(-child, is_first ? SIGTERM : SIGKILL);
    deadline = Steady::now() + kGrace;
  }
  ::kill(-child, SIGKILL);  // what the command left running
  if (is_open) drain(pipe_end, options.echo, output);
  return is_timed_out;
}

}  // namespace

Result<ProcessEnd> run_process(const ProcessOptions& options) {
  if (options.command.empty())
    return fail(Code::invalid_command, "no command: write it after `--`, as in `-- pytest -q`");
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return fail(Code::internal, fmt::format("cannot make a pipe: {}", reason(errno)));
  Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  ::fcntl(reading.get(), F_SETFL, O_NONBLOCK);
  ProcessEnd end;
  int ending = 0;
  {
    const SignalGuard signals;
    GP_TRY(const pid_t child, start(options, writing.get(), signals.before()));
    writing.reset();
    end.is_timed_out = watch(child, reading.get(), options, signals, ending, end.output);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    end.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  if (ending != 0) {
    return fail(Code::interrupted, fmt::format("`{}` was ended by {}: nothing is proved",
                                               options.command[0], ::strsignal(ending)));
  }
  if (end.output.size() > kOutputBytesMax) end.output.erase(0, end.output.size() - kOutputBytesMax);
  return end;
}

}  // namespace gp::tracker
