/// Connection: an authenticated transport, a set of cursors and a dialect. It exists only after its
/// handshake was answered and its user is known, so "not ready yet" cannot be expressed.
///
/// Owner:      the ConnectionManager, which alone makes and destroys it. Thread: its core, the home
/// core of its user. Invariants: (1) its first frame is welcome; (2) answers to commands (outbox)
/// go before events; (3) it holds no event: events are
///             pulled from cursors while the transport has room.
/// Limits:     ChatLimits; at most kConnectionBytes before cursors and context.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/subscriptions.h"
#include "chat/thread_service.h"
#include "chat/transport.h"
#include "identity/user_execution_context.h"
#include "protocol/dialect.h"

namespace gp::chat {

class ConnectionManager;

class Connection final : private Subscriptions::Owner {
 public:
  static constexpr std::size_t kConnectionBytes = 256;

  Connection(ConnectionManager& manager, identity::UserExecutionContext context,
             protocol::Dialect& dialect, Transport& transport);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// One text message of the client.
  void on_text(std::string_view text);
  /// A message that is no text.
  void on_binary();
  /// Writes frames until the sink is full. True if there is more.
  bool fill(FrameSink& sink);

  const identity::UserExecutionContext& context() const { return context_; }
  bool reads_all() const { return reads_all_; }

 private:
  friend class ConnectionManager;

  void want_flush() override { transport_.want_flush(); }
  void on_broken(const Error& error) override { end(error); }

  void send(std::string frame);
  void send_error(std::string_view command_id, const Error& error,
                  std::string_view details_json = "{}");
  /// Tells the client why, and ends the connection.
  void end(const Error& error);

  bool within_rate();
  void malformed(std::string_view command_id, const Error& error);
  void execute(std::string id, protocol::CommandBody body);
  void run(const std::string& id, protocol::Subscribe& command);
  void run(const std::string& id, protocol::Unsubscribe& command);
  void run(const std::string& id, protocol::UserMessage& command);
  void run(const std::string& id, protocol::Stop& command);
  /// Commands with large answers run one at a time, and only while the reader takes its answers.
  void list(const std::string& id, protocol::CommandBody body);
  void list_next();
  template <class T, class ToFields>
  Completion<Result<T>> answer_listing(const std::string& id, ToFields to_fields);
  void run(const std::string& id, protocol::ListThreads& command);
  void run(const std::string& id, protocol::CreateThread& command);
  void run(const std::string& id, protocol::RenameThread& command);
  void run(const std::string& id, protocol::DeleteThread& command);
  void run(const std::string& id, protocol::History& command);
  void run(const std::string& id, protocol::Authenticate& command);
  void run(const std::string& id, protocol::Ping& command);

  /// Several threads asked for by one command: answered once, when the last is opened.
  struct Batch {
    std::string id;
    std::string positions;  ///< JSON objects, joined by commas
    std::size_t open = 0;
  };
  void subscribe(const std::string& id, protocol::Subscribe command);
  /// `batch`: nullptr if the command names one thread.
  void subscribe_one(const std::string& id, protocol::ThreadPosition position, Batch* batch);
  void refuse_one(const std::string& id, const Error& error, const ThreadId& thread_id,
                  Batch* batch);
  void start_reading(const std::string& id, log::ThreadLog& log,
                     const protocol::ThreadPosition& position, Batch* batch);
  void leave(Batch& batch);
  void read_all();

  /// A completion that turns a result into an ack or an error, if the connection is still there.
  template <class T, class ToFields>
  Completion<Result<T>> answer(const std::string& id, ToFields to_fields);

  ConnectionManager& manager_;
  Transport& transport_;
  protocol::Dialect& dialect_;
  identity::UserExecutionContext context_;
  Subscriptions subscriptions_;
  std::vector<std::string> outbox_;
  std::size_t outbox_bytes_ = 0;
  /// What few connections need at a time; made when needed.
  struct Extras {
    std::vector<std::pair<std::string, protocol::CommandBody>> waiting_listings;
    bool listing = false;
    std::vector<std::unique_ptr<Batch>> batches;
  };
  Extras& extras();
  std::unique_ptr<Extras> extras_;
  double allowance_;
  MonotonicTime allowance_at_;
  WallTime expires_at_ = WallTime::max();
  std::uint32_t malformed_ = 0;
  std::uint32_t slot_ = 0;  ///< in the manager's connections
  bool reads_all_ = false;
  bool ending_ = false;
  runtime::Liveness liveness_;
};

static_assert(sizeof(Connection) <= Connection::kConnectionBytes,
              "every idle connection pays for this");

}  // namespace gp::chat
