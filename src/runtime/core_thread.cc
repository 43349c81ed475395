#include "runtime/core_thread.h"

#include <pthread.h>
#include <signal.h>

#include <condition_variable>
#include <mutex>
#include <string>

namespace gp::runtime {
namespace {

sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void CoreThread::start(std::optional<int> processor) {
  if (thread_.joinable()) return;
  thread_ = std::thread([this, processor] {
    ::pthread_setname_np(::pthread_self(), ("gp-core-" + std::to_string(core_.index())).c_str());
    if (processor) pin_this_thread(*processor);
    core_.run();
  });
}

void CoreThread::stop() {
  if (!thread_.joinable()) return;
  core_.stop();
  thread_.join();
}

struct Countdown::State {
  std::mutex mutex;
  std::condition_variable done;
  std::size_t left;
};

Countdown::Countdown(std::size_t count) : state_(std::make_unique<State>()) {
  state_->left = count;
}
Countdown::~Countdown() = default;

void Countdown::arrive() {
  const std::lock_guard lock(state_->mutex);
  if (--state_->left == 0) state_->done.notify_all();
}

void Countdown::wait() {
  std::unique_lock lock(state_->mutex);
  state_->done.wait(lock, [this] { return state_->left == 0; });
}

bool Countdown::wait_for(Duration timeout) {
  std::unique_lock lock(state_->mutex);
  return state_->done.wait_for(lock, timeout, [this] { return state_->left == 0; });
}

void take_signals() {
  const sigset_t set = awaited_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  // A file that may not grow is an error of the write (EFBIG), not the end of the process.
  ::signal(SIGXFSZ, SIG_IGN);
}

std::optional<int> wait_for_signal(std::optional<Duration> timeout) {
  const sigset_t set = awaited_signals();
  while (true) {
    int signal = -1;
    if (timeout) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*timeout);
      const timespec wait{static_cast<time_t>(seconds.count()),
                          static_cast<long>((*timeout - seconds).count())};
      signal = ::sigtimedwait(&set, nullptr, &wait);
    } else {
      signal = ::sigwaitinfo(&set, nullptr);
    }
    if (signal > 0) return signal;
    if (errno == EAGAIN) return std::nullopt;
  }
}

}  // namespace gp::runtime
