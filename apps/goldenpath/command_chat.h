/// `goldenpath chat`: talk to an agent from a terminal, or from a pipe.
///
/// On a terminal: answers stream as they come, Ctrl-C stops the active run, a second one within 2 s
/// (or one while nothing runs) leaves, Ctrl-D leaves. From a pipe: one message per line, each
/// answered before the next is read.
#pragma once

#include <chrono>
#include <string>

namespace gp::app {

struct ChatOptions {
  std::string url;
  std::string token{};               ///< empty: a demo session
  std::string thread{};              ///< empty: a new one
  std::string ca_file{};             ///< over TLS: whom to trust; empty: the system's store
  std::chrono::seconds timeout{10};  ///< for connecting and for the answer to a command
};

/// 0: left by the person, or every message of a pipe was answered completely; 1: no connection, or
/// a run of the pipe did not complete; 2: the URL is none, or the CA is for none.
int run_chat(const ChatOptions& options);

}  // namespace gp::app
