#include "net/delivery.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace gp::net {

Delivery delivery_of(int fd) {
  Delivery delivery;
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0)
    delivery.acknowledged = info.tcpi_bytes_acked;
  int queued = 0;
  if (::ioctl(fd, SIOCOUTQ, &queued) == 0) delivery.pending = static_cast<std::size_t>(queued);
  return delivery;
}

}  // namespace gp::net
