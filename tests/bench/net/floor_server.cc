// gp_net_floor: the least a WebSocket server can do. What `./dev bench net` holds servers against.
//
//   gp_net_floor --port N [--deflate] [--tls-cert FILE --tls-key FILE] [--fault KIND]
//
// Raw level-triggered epoll, one thread, no library, no checks: it trusts its client. The path says
// what a connection is: /echo, /sub, /pub (each message goes to every /sub), /stream?rate=R (from
// its first message on a timer of 1 ms sends each token that is due, one write each), /idle, /blast
// (frames made beforehand, 16 KiB a write). --fault makes it deliver one event wrongly: `drop`,
// `repeat` or `change`. That is how the generator shows that it finds such things. What the kernel
// does not take at once waits in the connection, without a limit.
#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "event_text.h"
#include "meter.h"
#include "wire.h"

namespace gp::bench {
namespace {

struct Options {
  std::uint16_t port = 0;
  std::uint32_t bytes = 4;
  bool deflate = false;
  std::string certificate;
  std::string key;
  std::string fault;
};

/// Tokens of a stream in one tick at most, as in the peers: what is due then never grows faster
/// than it is sent.
constexpr std::uint64_t kTokensPerTick = 8;
/// The delivery that a fault hits.
constexpr std::uint64_t kFaultAt = 5000;

struct Connection {
  int fd = -1;
  enum class Kind { kHttp, kEcho, kReader, kWriter, kStream, kIdle, kBlast } kind = Kind::kHttp;
  SSL* tls = nullptr;
  std::string input;
  std::string unsent;
  double rate = 0;
  std::uint32_t stream = 0;
  std::uint64_t begun = 0;
  std::uint64_t sent = 0;
};

class Floor {
 public:
  explicit Floor(const Options& options) : options_(options), text_(options.bytes) {}
  int run();

 private:
  bool listen();
  void watch(int fd, void* pointer, std::uint32_t events, int how) const;
  void accept_all();
  void on_bytes(Connection& connection);
  void begin(Connection& connection);
  void take_frames(Connection& connection, char* bytes, std::size_t size);
  void start(Connection& stream);
  void tick();
  void blast(Connection& connection);
  void deliver(Connection& connection, std::string_view frame);
  void send(Connection& connection, std::string_view bytes);
  void on_writable(Connection& connection);
  void close(Connection& connection);

  const Options& options_;
  TokenText text_;
  int epoll_ = -1;
  int listener_ = -1;
  int timer_ = -1;
  SSL_CTX* tls_ = nullptr;
  Deflater deflater_;
  std::vector<Connection*> readers_;
  std::vector<Connection*> streams_;
  std::array<char, 128U << 10> buffer_;
  std::string out_;
  std::string event_;
  std::string blast_;
  std::uint64_t deliveries_ = 0;
};

void Floor::watch(int fd, void* pointer, std::uint32_t events, int how) const {
  epoll_event event{};
  event.events = events;
  event.data.ptr = pointer;
  (void)::epoll_ctl(epoll_, how, fd, &event);
}

bool Floor::listen() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  (void)::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options_.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 4096) != 0)
    return false;
  if (options_.certificate.empty()) return true;
  tls_ = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_mode(tls_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return SSL_CTX_use_certificate_file(tls_, options_.certificate.c_str(), SSL_FILETYPE_PEM) == 1 &&
         SSL_CTX_use_PrivateKey_file(tls_, options_.key.c_str(), SSL_FILETYPE_PEM) == 1;
}

int Floor::run() {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (!listen()) {
    fmt::print(stderr, "gp_net_floor: cannot listen: {}\n", std::strerror(errno));
    return 1;
  }
  watch(listener_, &listener_, EPOLLIN, EPOLL_CTL_ADD);
  watch(timer_, &timer_, EPOLLIN, EPOLL_CTL_ADD);
  fmt::print("gp_net_floor: listening\n");
  std::fflush(stdout);
  std::array<epoll_event, 256> events;
  for (;;) {
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      if (event.data.ptr == &listener_) {
        accept_all();
      } else if (event.data.ptr == &timer_) {
        tick();
      } else {
        auto& connection = *static_cast<Connection*>(event.data.ptr);
        if ((event.events & EPOLLOUT) != 0) on_writable(connection);
        if ((event.events & EPOLLIN) != 0) on_bytes(connection);
      }
    }
  }
}

void Floor::accept_all() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto* connection = new Connection;
    connection->fd = fd;
    if (tls_ != nullptr) {
      connection->tls = SSL_new(tls_);
      SSL_set_fd(connection->tls, fd);
      SSL_set_accept_state(connection->tls);
    }
    watch(fd, connection, EPOLLIN, EPOLL_CTL_ADD);
  }
}

void Floor::on_bytes(Connection& connection) {
  for (;;) {
    ssize_t got = 0;
    if (connection.tls == nullptr) {
      got = ::recv(connection.fd, buffer_.data(), buffer_.size(), 0);
      if (got < 0 && errno == EAGAIN) return;
    } else {
      got = SSL_read(connection.tls, buffer_.data(), static_cast<int>(buffer_.size()));
      if (got <= 0 && SSL_get_error(connection.tls, static_cast<int>(got)) == SSL_ERROR_WANT_READ)
        return;
    }
    if (got <= 0) return close(connection);
    const auto size = static_cast<std::size_t>(got);
    if (connection.kind == Connection::Kind::kHttp || !connection.input.empty()) {
      connection.input.append(buffer_.data(), size);
      if (connection.kind == Connection::Kind::kHttp) {
        begin(connection);
      } else {
        std::string whole = std::move(connection.input);
        connection.input.clear();
        take_frames(connection, whole.data(), whole.size());
      }
    } else {
      take_frames(connection, buffer_.data(), size);
    }
    if (connection.tls == nullptr) return;
  }
}

void Floor::begin(Connection& connection) {
  const std::string& head = connection.input;
  if (!head.ends_with("\r\n\r\n")) return;
  constexpr std::string_view kKey = "Sec-WebSocket-Key: ";
  const std::size_t at = head.find(kKey) + kKey.size();
  out_ = fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: {}\r\n{}\r\n",
      accept_of(std::string_view(head).substr(at, head.find('\r', at) - at)),
      options_.deflate ? "Sec-WebSocket-Extensions: permessage-deflate; "
                         "client_no_context_takeover; server_no_context_takeover\r\n"
                       : "");
  send(connection, out_);
  const std::string_view path = std::string_view(head).substr(4);
  if (path.starts_with("/echo")) connection.kind = Connection::Kind::kEcho;
  if (path.starts_with("/sub")) connection.kind = Connection::Kind::kReader;
  if (path.starts_with("/pub")) connection.kind = Connection::Kind::kWriter;
  if (path.starts_with("/idle")) connection.kind = Connection::Kind::kIdle;
  if (path.starts_with("/blast")) connection.kind = Connection::Kind::kBlast;
  if (connection.kind == Connection::Kind::kReader) readers_.push_back(&connection);
  if (path.starts_with("/stream")) {
    connection.kind = Connection::Kind::kStream;
    connection.rate = std::strtod(head.c_str() + head.find("rate=") + 5, nullptr);
    connection.stream = static_cast<std::uint32_t>(
        std::strtoul(head.c_str() + head.find("stream=") + 7, nullptr, 10));
  }
  std::string().swap(connection.input);
  if (connection.kind == Connection::Kind::kBlast) blast(connection);
}

void unmask(char* data, std::size_t size, const char* mask) {
  std::uint32_t half = 0;
  std::memcpy(&half, mask, sizeof half);
  const std::uint64_t key = half | static_cast<std::uint64_t>(half) << 32;
  std::size_t i = 0;
  for (; i + sizeof key <= size; i += sizeof key) {
    std::uint64_t word = 0;
    std::memcpy(&word, data + i, sizeof word);
    word ^= key;
    std::memcpy(data + i, &word, sizeof word);
  }
  for (; i < size; ++i) data[i] = static_cast<char>(data[i] ^ mask[i % 4]);
}

// Masked text frames of less than 64 KiB.
void Floor::take_frames(Connection& connection, char* bytes, std::size_t size) {
  out_.clear();
  std::size_t at = 0;
  while (size - at >= 8) {
    const auto byte = [&](std::size_t index) {
      return static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[at + index]));
    };
    std::size_t payload = byte(1) & 0x7f;
    std::size_t head = 2;
    if (payload == 126) {
      payload = byte(2) << 8 | byte(3);
      head = 4;
    }
    if (size - at < head + 4 + payload) break;
    char* data = bytes + at + head + 4;
    unmask(data, payload, bytes + at + head);
    const std::string_view message(data, payload);
    if ((byte(0) & 0x0f) == static_cast<std::size_t>(Opcode::kText)) {
      const bool deflate = options_.deflate && connection.kind == Connection::Kind::kWriter;
      append_server_frame(out_, Opcode::kText, deflate ? deflater_.deflate(message) : message,
                          deflate);
    }
    at += head + 4 + payload;
  }
  if (at < size) connection.input.assign(bytes + at, size - at);
  if (out_.empty()) return;
  if (connection.kind == Connection::Kind::kEcho) send(connection, out_);
  if (connection.kind == Connection::Kind::kStream) start(connection);
  if (connection.kind == Connection::Kind::kWriter)
    for (Connection* reader : readers_) deliver(*reader, out_);
}

void Floor::start(Connection& stream) {
  stream.begun = now_nanoseconds();
  streams_.push_back(&stream);
  if (streams_.size() > 1) return;
  const itimerspec every{{0, 1'000'000}, {0, 1'000'000}};
  (void)::timerfd_settime(timer_, 0, &every, nullptr);
}

void Floor::tick() {
  std::uint64_t expirations = 0;
  (void)!::read(timer_, &expirations, sizeof expirations);
  for (Connection* stream : streams_) {
    const std::uint64_t elapsed = now_nanoseconds() - stream->begun;
    const auto due =
        std::min(static_cast<std::uint64_t>(static_cast<double>(elapsed) * stream->rate / 1e9),
                 stream->sent + kTokensPerTick);
    for (; stream->sent < due && stream->unsent.empty(); ++stream->sent) {
      event_.clear();
      append_event(event_, stream->stream, stream->sent, text_.token(stream->sent));
      out_.clear();
      append_server_frame(out_, Opcode::kText, event_);
      deliver(*stream, out_);
    }
  }
}

void Floor::blast(Connection& connection) {
  if (blast_.empty()) {
    append_event(event_, 0, 0, text_.token(0));
    while (blast_.size() < (16U << 10)) append_server_frame(blast_, Opcode::kText, event_);
  }
  if (connection.unsent.empty()) send(connection, blast_);
  watch(connection.fd, &connection, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

void Floor::deliver(Connection& connection, std::string_view frame) {
  if (options_.fault.empty() || ++deliveries_ != kFaultAt) return send(connection, frame);
  if (options_.fault == "drop") return;
  if (options_.fault == "repeat") send(connection, frame);
  std::string changed(frame);
  if (options_.fault == "change") changed[changed.size() - 5] = '#';
  send(connection, changed);
}

void Floor::send(Connection& connection, std::string_view bytes) {
  if (connection.unsent.empty()) {
    ssize_t sent = 0;
    if (connection.tls == nullptr) {
      sent = ::send(connection.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    } else {
      sent = SSL_write(connection.tls, bytes.data(), static_cast<int>(bytes.size()));
    }
    if (sent == static_cast<ssize_t>(bytes.size())) return;
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    watch(connection.fd, &connection, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  }
  connection.unsent.append(bytes);
}

void Floor::on_writable(Connection& connection) {
  std::string bytes = std::move(connection.unsent);
  connection.unsent.clear();
  watch(connection.fd, &connection, EPOLLIN, EPOLL_CTL_MOD);
  if (!bytes.empty()) send(connection, bytes);
  if (connection.kind == Connection::Kind::kBlast) blast(connection);
}

void Floor::close(Connection& connection) {
  std::erase(readers_, &connection);
  std::erase(streams_, &connection);
  if (connection.tls != nullptr) SSL_free(connection.tls);
  ::close(connection.fd);
  // Another event of the same turn cannot name it: one is reported per descriptor.
  delete &connection;
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app("the floor of ./dev bench net");
  app.add_option("--port", options.port)->required();
  app.add_option("--bytes", options.bytes, "of a token's text");
  app.add_option("--tls-cert", options.certificate);
  app.add_option("--tls-key", options.key);
  app.add_option("--fault", options.fault);
  app.add_flag("--deflate", options.deflate);
  CLI11_PARSE(app, argc, argv);
  rlimit limit{};
  (void)::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
  const auto floor = std::make_unique<Floor>(options);
  return floor->run();
}

}  // namespace
}  // namespace gp::bench

int main(int argc, char** argv) { return gp::bench::run(argc, argv); }
