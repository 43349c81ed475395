/// CheckContext: what the steps of `goldenpath check` share: the deployment, the two users, the
/// main run.
///
/// Thread: blocking, the main thread.
/// Errors: messages say what was expected and what came.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "base/unique_function.h"
#include "client/http_client.h"
#include "client/session.h"
#include "goldenpath/command_check.h"
#include "protocol/codes.h"
#include "protocol/json_writer.h"

namespace gp::app {

struct CheckUser {
  std::string token;
  std::string user_id;
};

/// The run that most steps look at, seen by two tabs.
struct MainRun {
  std::string thread_id;
  std::string message_id;
  std::string run_id;
  std::uint64_t seq = 0;  ///< of the user's message
  bool over = false;
  std::optional<client::ThreadReader> first_reader;
  std::optional<client::ThreadReader> second_reader;
  std::optional<client::Session> first_tab;
  std::optional<client::Session> second_tab;
};

/// A message that was sent once, for the step that sends it with other content.
struct SentOnce {
  std::string thread_id;
  std::string message_id;
};

class CheckContext {
 public:
  static constexpr std::string_view kRunText = "goldenpath check: tokens=60 rate=60";

  CheckContext(client::Url url, const CheckOptions& options);

  const CheckOptions& options() const { return options_; }
  const client::HttpClient& http() const { return http_; }
  /// Of the step that runs.
  client::Deadline deadline() const { return deadline_; }
  void begin_step(Duration time) { deadline_ = client::Deadline::in(time); }

  /// A request of `token`'s user; without Authorization if it is empty.
  Result<net::HttpResponse> request(std::string_view method, const std::string& path,
                                    const std::string& token, std::string body = {}) const;
  /// As request; another status than `status` is an error.
  Result<net::HttpResponse> request_expecting(int status, std::string_view method,
                                              const std::string& path, std::string body = {}) const;

  /// A tab of `user`: Authorization, protocol goldenpath.v1. `query` is empty or "?after=…".
  Result<client::Session> open_tab(const CheckUser& user, std::string_view query = {});
  Result<client::WebSocketClient::Opened> open_socket(const client::WebSocketRequest& request);
  /// Makes a thread of the first user, which is deleted at the end.
  Result<std::string> create_thread(client::Session& tab);
  /// Session::subscribe, with an id.
  Result<> subscribe(client::Session& tab, client::ThreadReader& reader);
  /// Sends a command made by `fill` (type and further fields) and gives its answer, ack or error.
  using Fill = UniqueFunction<void(protocol::JsonWriter&)>;
  Result<client::Frame> command(client::Session& tab, std::string_view type, Fill fill);
  /// As command; an error frame is an error.
  Result<client::Frame> acked(client::Session& tab, std::string_view type, Fill fill);
  Result<client::Frame> send_message(client::Session& tab, const std::string& thread_id,
                                     const std::string& message_id, std::string_view content);
  /// Takes frames until the run has its terminal event.
  Result<const client::RunView*> await_end(client::Session& tab, const client::ThreadReader& reader,
                                           const std::string& run_id);
  /// Takes frames for `time`, so that what must not come has time to come.
  Result<> stay_quiet(client::Session& tab, Duration time);

  IdSource& ids() { return ids_; }
  Random& random() { return random_; }
  /// To be deleted at the end.
  void remember_thread(std::string thread_id) { threads_.push_back(std::move(thread_id)); }
  std::vector<std::string> take_threads() { return std::exchange(threads_, {}); }

  CheckUser first_user;
  CheckUser second_user;       ///< without a token: there is none
  std::string no_second_user;  ///< why
  MainRun main;
  SentOnce once;

 private:
  CheckOptions options_;
  client::HttpClient http_;
  client::Deadline deadline_ = client::Deadline::now();
  SystemClock clock_;
  SystemRandom random_;
  IdSource ids_;
  std::vector<std::string> threads_;
};

/// `{"type":…}` with what `fill` adds.
std::string json_object(UniqueFunction<void(protocol::JsonWriter&)> fill);
/// An error frame's code and message, or the frame's type.
std::string shown(const client::Frame& frame);

/// Shorthand for a step's failure.
inline auto fail_check(std::string message) {
  return fail(Code::protocol_error, std::move(message));
}

}  // namespace gp::app
