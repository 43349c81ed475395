#include "net/poller.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/assert.h"
#include "protocol/codes.h"

namespace gp::net {
namespace {

int make_epoll() {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  GP_ASSERT(fd >= 0, "epoll_create1 failed: is the limit of open files too low?");
  return fd;
}

epoll_event event_for(std::uint32_t events, Pollable& pollable) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &pollable;
  return event;
}

}  // namespace

Poller::Poller(runtime::AsioCore& core)
    : core_(core), epoll_fd_(make_epoll()), readiness_(core.io(), epoll_fd_) {
  wait();
}

// readiness_ owns and closes the descriptor.
Poller::~Poller() = default;

Result<> Poller::watch(int fd, std::uint32_t events, Pollable& pollable) {
  epoll_event event = event_for(events, pollable);
  if (::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0) return ok();
  return fail(Code::overloaded, std::string("epoll_ctl: ") + std::strerror(errno));
}

void Poller::change(int fd, std::uint32_t events, Pollable& pollable) {
  epoll_event event = event_for(events, pollable);
  const int changed = ::epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event);
  GP_ASSERT(changed == 0, "epoll_ctl(MOD) of a descriptor that is not watched");
}

void Poller::forget(int fd) { (void)::epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr); }

void Poller::wait() {
  readiness_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [this](boost::system::error_code error) {
                          if (error) return;
                          turn();
                          wait();
                        });
}

void Poller::turn() {
  runtime::Core::Turn turn(core_);
  std::array<epoll_event, kEventsPerTurn> events;
  const int count = ::epoll_wait(epoll_fd_, events.data(), kEventsPerTurn, 0);
  for (int i = 0; i < count; ++i)
    static_cast<Pollable*>(events[i].data.ptr)->on_events(events[i].events);
}

}  // namespace gp::net
