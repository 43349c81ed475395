#include "net/farewell.h"

#include <sys/socket.h>
#include <unistd.h>

namespace gp::net {

void Farewell::say(int fd, std::string_view words) {
  (void)::send(fd, words.data(), words.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  (void)::shutdown(fd, SHUT_WR);
  if (partings_.size() >= kKept) close_oldest();
  partings_.push_back({fd, core_.now() + kPatience});
  if (partings_.size() == 1) arm();
}

void Farewell::close_all() {
  timer_.cancel();
  while (!partings_.empty()) close_oldest();
}

void Farewell::close_oldest() {
  ::close(partings_.front().fd);
  partings_.pop_front();
}

void Farewell::arm() {
  timer_.arm(kPatience, [this] {
    while (!partings_.empty() && partings_.front().until <= core_.now()) close_oldest();
    if (!partings_.empty()) arm();
  });
}

}  // namespace gp::net
