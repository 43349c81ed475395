// AgentSource: the generator as goldenpath's agent. It speaks as much of the OpenAI protocol as is
// needed to stream tokens: each request is answered by one stream, which say() adds tokens to.
//
// The stream is found by the words `stream=N` in the last message of the request; 0 without them.
// One thread: the swarm's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "swarm.h"

namespace gp::bench {

class AgentSource final : public Readable {
 public:
  /// Listens on a port of loopback.
  AgentSource(Swarm& swarm, std::uint16_t port);
  ~AgentSource();
  AgentSource(const AgentSource&) = delete;
  AgentSource& operator=(const AgentSource&) = delete;

  /// Streams that a request has asked for.
  std::uint32_t streams() const { return open_streams_; }
  /// Adds a token to a stream; they leave with flush().
  void say(std::uint32_t stream, std::string_view token);
  void flush();

  void on_readable() override;

 private:
  struct Connection final : Readable {
    Connection(AgentSource& its_source, int its_fd) : source(its_source), fd(its_fd) {}
    void on_readable() override { source.read(*this); }
    AgentSource& source;
    int fd;
    std::string request;
    std::string unsent;
    bool streaming = false;
  };
  void read(Connection& connection);
  void begin_stream(Connection& connection);

  Swarm& swarm_;
  int listener_ = -1;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> by_stream_;
  std::vector<Connection*> dirty_;
  std::uint32_t open_streams_ = 0;
};

}  // namespace gp::bench
