#include "chat/connection.h"

#include <algorithm>

#include "base/planted_bug.h"

#include "chat/connection_manager.h"
#include "chat/results.h"
#include "protocol/json_writer.h"

namespace gp::chat {

using protocol::JsonWriter;

namespace {

/// Pages (threads, history) that may wait to be read by one connection. Reaction: `overloaded`.
constexpr std::size_t kListingsMax = 64;
/// Unread answers above which no further page is made.
constexpr std::size_t kUnreadBytesMax = 64 * kKiB;

}  // namespace

Connection::Connection(ConnectionManager& manager, identity::UserExecutionContext context,
                       protocol::Dialect& dialect, Transport& transport)
    : manager_(manager),
      transport_(transport),
      dialect_(dialect),
      context_(std::move(context)),
      subscriptions_(manager.services(), dialect, *this),
      allowance_(manager.services().limits.commands_burst),
      allowance_at_(manager.services().core.now()) {}

Connection::~Connection() = default;

void Connection::send(std::string frame) {
  outbox_bytes_ += frame.size();
  outbox_.push_back(std::move(frame));
  if (outbox_bytes_ > manager_.services().limits.outbox_bytes) transport_.pause_reading();
  transport_.want_flush();
}

void Connection::send_error(std::string_view command_id, const Error& error,
                            std::string_view details_json) {
  manager_.services().metrics.errors_by_code[static_cast<std::size_t>(error.code)].add();
  send(dialect_.error(command_id, error, details_json));
}

void Connection::end(const Error& error) {
  if (std::exchange(ending_, true)) return;
  send_error({}, error);
  transport_.close(error.code, error.message);
}

bool Connection::fill(FrameSink& sink) {
  std::size_t sent = 0;
  while (sent < outbox_.size() && !sink.full()) {
    sink.frame(outbox_[sent]);
    outbox_bytes_ -= outbox_[sent].size();
    ++sent;
  }
  outbox_.erase(outbox_.begin(), outbox_.begin() + static_cast<std::ptrdiff_t>(sent));
  if (!outbox_.empty()) return true;
  if (extras_ != nullptr) list_next();
  if (outbox_.capacity() > 0) std::vector<std::string>().swap(outbox_);
  return ending_ ? false : subscriptions_.fill(sink);
}

// A token bucket. A client that is told to slow down and does not is closed when it is a whole
// burst in debt.
bool Connection::within_rate() {
  const ChatLimits& limits = manager_.services().limits;
  const MonotonicTime now = manager_.services().core.now();
  const double passed = std::chrono::duration<double>(now - allowance_at_).count();
  allowance_at_ = now;
  allowance_ =
      std::min(limits.commands_burst, allowance_ + passed * limits.commands_per_second) - 1;
  return allowance_ >= 0;
}

void Connection::on_text(std::string_view text) {
  if (ending_) return;
  manager_.services().metrics.commands.add();
  if (!within_rate()) {
    const Error error{Code::rate_limited,
                      "more commands than limits.commands_per_second allows; slow down"};
    if (allowance_ < -manager_.services().limits.commands_burst) return end(error);
    return send_error(dialect_.decode(text).id, error);
  }
  protocol::Command command = dialect_.decode(text);
  if (command.body.has_error()) return malformed(command.id, command.body.error());
  execute(std::move(command.id), std::move(command.body.value()));
}

void Connection::on_binary() {
  if (!ending_)
    malformed({}, Error{Code::unsupported_data, "commands are text frames with one JSON object"});
}

void Connection::malformed(std::string_view command_id, const Error& error) {
  if (++malformed_ <= manager_.services().limits.malformed_messages)
    return send_error(command_id, error);
  end(Error{Code::unsupported_data, "too many malformed messages; the last one: " + error.message});
}

void Connection::execute(std::string id, protocol::CommandBody body) {
  std::visit([&](auto& command) { run(id, command); }, body);
}

template <class T, class ToFields>
Completion<Result<T>> Connection::answer(const std::string& id, ToFields to_fields) {
  return [this, id, token = liveness_.token(), to_fields = std::move(to_fields)](Result<T> result) {
    if (!token.alive() || ending_) return;
    if (result.has_error()) return send_error(id, result.error());
    if constexpr (std::is_void_v<T>) {
      send(dialect_.ack(id, to_fields()));
    } else {
      send(dialect_.ack(id, to_fields(result.value())));
    }
  };
}

void Connection::run(const std::string& id, protocol::UserMessage& command) {
  manager_.threads().send_message(context_, std::move(command),
                                  answer<MessageAck>(id, results::message_ack));
}

void Connection::run(const std::string& id, protocol::Stop& command) {
  auto stopped = manager_.threads().stop(context_, command);
  if (stopped.has_error()) return send_error(id, stopped.error());
  send(dialect_.ack(id, results::member("run_id", stopped.value().run_id.view())));
}

void Connection::run(const std::string& id, protocol::ListThreads& command) {
  list(id, std::move(command));
}

void Connection::run(const std::string& id, protocol::CreateThread& command) {
  manager_.threads().create_thread(
      context_, std::move(command),
      answer<store::CreatedThread>(id, [](const store::CreatedThread& created) {
        return "\"thread\":" + results::thread_object(created.thread);
      }));
}

void Connection::run(const std::string& id, protocol::RenameThread& command) {
  manager_.threads().rename_thread(context_, std::move(command),
                                   answer<protocol::Thread>(id, [](const protocol::Thread& thread) {
                                     return "\"thread\":" + results::thread_object(thread);
                                   }));
}

void Connection::run(const std::string& id, protocol::DeleteThread& command) {
  const std::string fields = results::member("thread_id", command.thread_id.view());
  manager_.threads().delete_thread(context_, command,
                                   answer<void>(id, [fields] { return fields; }));
}

void Connection::run(const std::string& id, protocol::History& command) {
  list(id, std::move(command));
}

// A client that asks for pages and does not read them would otherwise fill the memory with answers.
void Connection::list(const std::string& id, protocol::CommandBody body) {
  if (extras().waiting_listings.size() >= kListingsMax)
    return send_error(id, Error{Code::overloaded,
                                "too many pages are asked for at once; read the answers first"});
  extras_->waiting_listings.emplace_back(id, std::move(body));
  list_next();
}

void Connection::list_next() {
  if (extras_ == nullptr || extras_->listing || extras_->waiting_listings.empty()) return;
  if (outbox_bytes_ > kUnreadBytesMax) return;
  auto [id, body] = std::move(extras_->waiting_listings.front());
  extras_->waiting_listings.erase(extras_->waiting_listings.begin());
  extras_->listing = true;
  if (auto* threads = std::get_if<protocol::ListThreads>(&body)) {
    manager_.threads().list_threads(context_, std::move(*threads),
                                    answer_listing<store::ThreadPage>(id, results::threads));
  } else {
    auto& history = std::get<protocol::History>(body);
    const std::string thread = results::member("thread_id", history.thread_id.view());
    manager_.threads().history(context_, std::move(history),
                               answer_listing<store::MessagePage>(id, [thread](const auto& page) {
                                 return thread + "," + results::messages(page);
                               }));
  }
}

template <class T, class ToFields>
Completion<Result<T>> Connection::answer_listing(const std::string& id, ToFields to_fields) {
  return [this, token = liveness_.token(),
          done = answer<T>(id, std::move(to_fields))](Result<T> result) mutable {
    if (!token.alive()) return;
    done(std::move(result));
    extras_->listing = false;
    list_next();
  };
}

void Connection::run(const std::string& id, protocol::Authenticate& command) {
  auto session = manager_.reauthenticate(context_, command.token);
  if (session.has_error()) {
    if (session.error().code == Code::forbidden) return end(session.error());
    return send_error(id, session.error());
  }
  expires_at_ = session.value().expires_at.value_or(WallTime::max());
  std::string fields;
  JsonWriter json(fields);
  json.key("token_expires_at");
  if (session.value().expires_at) {
    json.value(to_seconds(*session.value().expires_at));
  } else {
    json.null();
  }
  send(dialect_.ack(id, fields));
}

void Connection::run(const std::string&, protocol::Ping& command) { send(dialect_.pong(command)); }

void Connection::run(const std::string& id, protocol::Subscribe& command) {
  subscribe(id, std::move(command));
}

void Connection::run(const std::string& id, protocol::Unsubscribe& command) {
  if (command.all == protocol::AllThreads::kYes) {
    reads_all_ = false;
    subscriptions_.remove_all_live();
    return send(dialect_.ack(id, results::member("thread_id", "*")));
  }
  auto key = identity::ThreadKey::of(context_, command.thread_id);
  if (key.has_error()) return send_error(id, key.error());
  if (!GP_PLANTED(unsubscribe_forgotten)) subscriptions_.remove(key.value());
  send(dialect_.ack(id, results::member("thread_id", command.thread_id.view())));
}

// The threads that are named are reserved before "*" begins, so that no live event overtakes what
// was asked for.
void Connection::subscribe(const std::string& id, protocol::Subscribe command) {
  if (command.threads.size() > manager_.services().limits.subscriptions)
    return send_error(id, Error{Code::overloaded, "threads: more than one connection may read"});
  Batch* batch = nullptr;
  if (command.form == protocol::Subscribe::Form::kList && !id.empty()) {
    // One more than the threads: the batch is not complete before all of them were asked for.
    extras().batches.push_back(std::make_unique<Batch>(Batch{id, {}, command.threads.size() + 1}));
    batch = extras().batches.back().get();
  }
  for (protocol::ThreadPosition& position : command.threads)
    subscribe_one(id, std::move(position), batch);
  if (command.all == protocol::AllThreads::kYes) {
    read_all();
    if (batch == nullptr && !id.empty()) send(dialect_.ack(id, results::member("thread_id", "*")));
  }
  if (batch != nullptr) leave(*batch);
}

void Connection::subscribe_one(const std::string& id, protocol::ThreadPosition position,
                               Batch* batch) {
  const ThreadId thread_id = position.thread_id;
  auto key = identity::ThreadKey::of(context_, thread_id);
  if (key.has_error()) return refuse_one(id, key.error(), thread_id, batch);
  if (auto reserved = subscriptions_.reserve(key.value()); reserved.has_error())
    return refuse_one(id, reserved.error(), thread_id, batch);
  manager_.open_thread(key.value(),
                       [this, id, key = key.value(), position = std::move(position), batch,
                        token = liveness_.token()](Result<log::ThreadLog*> opened) {
                         if (!token.alive() || ending_) return;
                         if (opened.has_error()) {
                           subscriptions_.remove(key);
                           return refuse_one(id, opened.error(), key.thread_id(), batch);
                         }
                         start_reading(id, *opened.value(), position, batch);
                       });
}

// The error names the thread: in a list or a URL no command id does.
void Connection::refuse_one(const std::string& id, const Error& error, const ThreadId& thread_id,
                            Batch* batch) {
  const std::string details = "{" + results::member("thread_id", thread_id.view()) + "}";
  send_error(batch == nullptr ? id : std::string(), error, details);
  if (batch != nullptr) leave(*batch);
}

void Connection::start_reading(const std::string& id, log::ThreadLog& log,
                               const protocol::ThreadPosition& position, Batch* batch) {
  std::string fields;
  JsonWriter(fields)
      .field("thread_id", log.key().thread_id().view())
      .field("epoch", log.epoch().view())
      .field("seq", log.visible().value);
  if (batch != nullptr) {
    batch->positions.append(batch->positions.empty() ? "{" : ",{").append(fields).append("}");
    leave(*batch);
  } else if (!id.empty()) {
    send(dialect_.ack(id, fields));
  }
  // Unsubscribed while it was opened: nothing to read. Subscribed again meanwhile: the later wins.
  if (!subscriptions_.knows(log.key()) || subscriptions_.only_live(log.key())) return;
  if (!subscriptions_.reserved(log.key())) (void)subscriptions_.reserve(log.key());
  subscriptions_.add(log, position);
}

void Connection::leave(Batch& batch) {
  if (--batch.open > 0) return;
  send(dialect_.ack(batch.id, "\"threads\":[" + batch.positions + "]"));
  std::erase_if(extras_->batches, [&](const auto& each) { return each.get() == &batch; });
}

Connection::Extras& Connection::extras() {
  if (extras_ == nullptr) extras_ = std::make_unique<Extras>();
  return *extras_;
}

void Connection::read_all() {
  reads_all_ = true;
  for (log::ThreadLog* log : manager_.services().logs.of_owner(context_.user_id()))
    subscriptions_.add_live(*log);
}

}  // namespace gp::chat
