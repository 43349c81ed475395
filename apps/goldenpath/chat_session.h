/// ChatSession: one thread of `goldenpath chat`: its connection, which is restored with its cursor,
/// and its active run.
///
/// Thread:     the main thread; blocking only while connecting and for the answer to a command.
/// Invariants: a message that was sent and not acknowledged is sent again after a reconnect, with
/// its message_id, so
///             that it is accepted once.
/// Errors:     may_reconnect() says whether reconnect() can help.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "client/http_client.h"
#include "client/session.h"
#include "goldenpath/chat_screen.h"
#include "goldenpath/command_chat.h"

namespace gp::app {

class ChatSession {
 public:
  ChatSession(client::Url url, const ChatOptions& options, ChatScreen& screen);

  /// Gets a token if none was given, makes or finds the thread, shows its history, subscribes.
  Result<> start();
  /// Connects again and resumes; says how many events were caught up.
  Result<> reconnect();

  Result<> send(std::string content);
  /// Stops the active run, or the one that the message being sent will start.
  Result<> stop();
  /// Takes and shows every frame that is here.
  Result<> pump();
  /// By the advice of the code table; a new token can be had only of a server in demo mode.
  bool may_reconnect(const Error& error) const;

  /// A message was sent and its run is not over.
  bool busy() const { return pending_.has_value() || !active_run_.empty(); }
  /// Of the last run that ended.
  bool last_completed() const { return last_completed_; }
  /// -1 when the connection is lost.
  int descriptor() { return tab_ ? tab_->socket().descriptor() : -1; }
  const std::string& thread_id() const { return thread_id_; }
  Random& random() { return random_; }
  /// The server announced its end and asked for this pause; 0 if it did not.
  std::chrono::milliseconds take_pause() {
    return std::exchange(pause_, std::chrono::milliseconds(0));
  }

 private:
  struct Pending {
    std::string message_id;
    std::string command_id;
    std::string json;
  };

  Result<> get_token();
  struct Opened {
    std::uint64_t last_seq = 0;
    std::string active_message;  ///< that the first active run answers; empty if there is none
  };
  /// Makes or finds the thread.
  Result<Opened> open_thread();
  /// Shows the messages so far and gives the position to read from: before an active run, so that
  /// all of it is seen.
  Result<std::uint64_t> show_history(const Opened& opened);
  Result<> send_stop();
  void take(const client::Frame& frame);
  void take_event(const client::Frame& event);
  void take_answer(const client::Frame& frame);
  void take_snapshot(const client::Frame& snapshot);
  client::Deadline deadline() const { return client::Deadline::in(options_.timeout); }

  client::HttpClient http_;
  ChatOptions options_;
  ChatScreen& screen_;
  SystemClock clock_;
  SystemRandom random_;
  IdSource ids_;
  std::string token_;
  std::string thread_id_;
  std::optional<client::ThreadReader> reader_;
  std::optional<client::Session> tab_;
  std::optional<Pending> pending_;
  std::vector<std::string> own_messages_;
  std::string active_run_;
  std::chrono::milliseconds pause_{0};
  bool last_completed_ = true;
  bool stop_when_acked_ = false;
};

}  // namespace gp::app
