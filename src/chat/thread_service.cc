// How a message goes in:
//   send_message   ids are checked; a message_id that is being accepted already waits for that
//   admit_message  limits and on_active; a repeated message passes here, because its run may be the
//   active one accept_message the store accepts it once (idempotency key) and makes thread, message
//   and run, all or nothing append_message the user_message event goes into the log; when it is
//   committed, its seq is recorded, launch_run     the run is launched, and the sender gets its ack
// A crash between acceptance and append leaves a message without seq; sending it again goes on
// where it stopped. A crash between append and record is mended by Recovery, which looks for the
// event in the log. If the commit or the record fails, the sender is told store_unavailable, and
// the message goes its way when the storage works again: sending it again then gives its ack.
#include "chat/thread_service.h"

#include "base/assert.h"
#include "base/planted_bug.h"

namespace gp::chat {
namespace {

constexpr std::size_t kTitleBytesMax = 512;
constexpr std::size_t kMetadataBytesMax = 16 * kKiB;

std::string sending_key(const UserId& user, const MessageId& message) {
  return std::string(user.str()).append("\n").append(message.str());
}

/// The first line of a message, cut at a character's end: the title of the thread it begins.
std::string title_from(std::string_view content) {
  constexpr std::size_t kBytes = 80;
  std::string_view line = content.substr(0, content.find('\n'));
  if (line.size() > kBytes) {
    std::size_t end = kBytes;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
    return std::string(line.substr(0, end)).append("…");
  }
  return std::string(line);
}

}  // namespace

ThreadService::ThreadService(ChatServices& services, RunSupervisor& runs)
    : services_(services), runs_(runs) {
  services_.logs.committer().on_failure([this, token = liveness_.token()](const Error& error) {
    if (token.alive()) tell_all(error);
  });
}

void ThreadService::send_message(const identity::UserExecutionContext& context,
                                 protocol::UserMessage message,
                                 Completion<Result<MessageAck>> done) {
  services_.core.assert_here();
  if (draining_ && !GP_PLANTED(drain_lets_messages_in))
    return done(Error{Code::draining, "the server is being restarted; reconnect and send again"});
  if (auto valid = identity::check_id("message_id", message.message_id.view()); valid.has_error())
    return done(Error(valid.error()));
  if (const AgentName asked = message.agent;
      (message.agent = services_.agents.resolve(asked)).empty())
    return done(Error{Code::agent_not_found,
                      "agent: no agent is named \"" + asked.str().substr(0, 64) + "\""});
  const auto choice = message.thread_id.empty() ? store::NewMessage::ThreadChoice::kAny
                                                : store::NewMessage::ThreadChoice::kNamed;
  if (message.thread_id.empty()) message.thread_id = services_.core.ids().thread();
  auto key = identity::ThreadKey::of(context, message.thread_id);
  if (key.has_error()) return done(Error(key.error()));
  if (deleting_.contains(key.value()))
    return done(Error{Code::thread_not_found, "the thread is being deleted; send to another one"});
  const std::string in_flight = sending_key(context.user_id(), message.message_id);
  Sending sending{context, std::move(key.value()), std::move(message), choice, std::move(done)};
  if (const auto found = sending_.find(in_flight); found != sending_.end())
    return found->second.push_back(std::move(sending));
  sending_.try_emplace(in_flight);
  admit_message(std::move(sending));
}

void ThreadService::admit_message(Sending sending) {
  const bool busy = runs_.busy(sending.key) || reserved_.contains(sending.key);
  auto admitted = runs_.admit(sending.key);
  const bool refused =
      admitted.has_error() || (busy && sending.message.on_active == protocol::OnActive::reject);
  if (!refused) return accept_message(std::move(sending));
  // Only a repetition may pass now: it starts nothing.
  Error refusal =
      admitted.has_error()
          ? Error(admitted.error())
          : Error{Code::run_active,
                  "a run is active on this thread; wait for its end, stop it, or send with "
                  "on_active \"queue\" or \"interrupt\""};
  const auto context = sending.context;
  const MessageId message_id = sending.message.message_id;
  ++reserved_[sending.key];
  services_.store.find_message(
      context, message_id,
      [this, token = liveness_.token(), sending = std::move(sending),
       refusal = std::move(refusal)](Result<protocol::Message> found) mutable {
        if (!token.alive()) return;
        const auto key = sending.key;
        if (found.has_error()) {
          settle(sending, Error(std::move(refusal)));
        } else {
          accept_message(std::move(sending));
        }
        unreserve(key);
      });
}

void ThreadService::accept_message(Sending sending) {
  ++reserved_[sending.key];
  store::NewMessage message{.message_id = sending.message.message_id,
                            .content = sending.message.content,
                            .parts_json = sending.message.parts_json,
                            .run_id = services_.core.ids().run(),
                            .agent_name = sending.message.agent,
                            .now = services_.core.clock().wall_now(),
                            .title_if_new = title_from(sending.message.content),
                            .thread_choice = sending.thread_choice};
  const auto key = sending.key;
  services_.store.accept_message(key, std::move(message),
                                 [this, token = liveness_.token(), sending = std::move(sending)](
                                     Result<store::AcceptedMessage> accepted) mutable {
                                   if (!token.alive()) return;
                                   unreserve(sending.key);
                                   if (accepted.has_error())
                                     return settle(sending, Error(accepted.error()));
                                   append_message(std::move(sending), std::move(accepted.value()));
                                 });
}

void ThreadService::append_message(Sending sending, store::AcceptedMessage accepted) {
  if (GP_PLANTED(repetition_kept_again))
    accepted.seq = Seq{}, accepted.run_id = services_.core.ids().run();
  if (accepted.seq.value != 0) {
    services_.metrics.messages_repeated.add();
    return settle(sending, MessageAck{accepted.thread_id, accepted.message_id, accepted.run_id,
                                      accepted.seq});
  }
  // Sent again after a crash, without naming the thread that was made for it the first time.
  if (accepted.thread_id != sending.key.thread_id())
    sending.key = identity::ThreadKey::of(sending.context, accepted.thread_id).value();
  ++reserved_[sending.key];
  const auto key = sending.key;
  services_.logs.open(key, [this, token = liveness_.token(), sending = std::move(sending),
                            accepted =
                                std::move(accepted)](Result<log::ThreadLog*> opened) mutable {
    if (!token.alive()) return;
    if (opened.has_error()) {
      unreserve(sending.key);
      return settle(sending, Error(opened.error()));
    }
    log::ThreadLog& log = *opened.value();
    const protocol::NewEvent event{
        protocol::EventType::user_message,
        accepted.run_id,
        {},
        protocol::payload::user_message(accepted.message_id, sending.message.content,
                                        sending.message.parts_json)};
    std::string in_flight = sending_key(sending.context.user_id(), sending.message.message_id);
    appended_[in_flight] =
        std::make_unique<Appended>(services_.core, std::move(sending), std::move(accepted), log);
    log.append(event, log::Delivery::kAfterCommit, [this, token, in_flight](Result<Seq> committed) {
      if (token.alive()) on_message_committed(in_flight, std::move(committed));
    });
  });
}

void ThreadService::on_message_committed(const std::string& in_flight, Result<Seq> committed) {
  Appended& appended = *appended_.at(in_flight);
  if (committed.has_value()) {
    appended.accepted.seq = committed.value();
    // Messages of a thread are recorded, and their runs launched, in the order of its log.
    if (*first_to_record(appended.sending.key) == in_flight) record_message(in_flight);
    return;
  }
  const auto node = appended_.extract(in_flight);
  unreserve(appended.sending.key);
  settle(appended.sending, Error(committed.error()));
}

// Before its seq is recorded nothing of a run may exist: whoever starts after a crash must know
// that the message is in the log.
void ThreadService::record_message(const std::string& in_flight) {
  Appended& appended = *appended_.at(in_flight);
  services_.store.record_message_seq(
      appended.sending.key, appended.accepted.message_id, appended.accepted.seq,
      [this, token = liveness_.token(), in_flight](Result<> recorded) {
        if (!token.alive()) return;
        if (recorded.has_error()) {
          Appended& waits = *appended_.at(in_flight);
          tell_all(recorded.error());
          return waits.retry.arm(services_.logs.limits().commit_retry,
                                 [this, in_flight] { record_message(in_flight); });
        }
        const auto node = appended_.extract(in_flight);
        auto& [sending, accepted, log, retry] = *node.mapped();
        unreserve(sending.key);
        services_.metrics.messages_accepted.add();
        log = log::ThreadLog::Pin(*log);
        launch_run(sending, accepted, *log);
        settle(sending,
               MessageAck{accepted.thread_id, accepted.message_id, accepted.run_id, accepted.seq});
        if (const std::string* next = first_to_record(sending.key))
          record_message(std::string(*next));
      });
}

const std::string* ThreadService::first_to_record(const identity::ThreadKey& key) const {
  const std::string* first = nullptr;
  Seq seq;
  for (const auto& [in_flight, appended] : appended_) {
    const Seq own = appended->accepted.seq;
    if (own.value == 0 || appended->sending.key != key) continue;
    if (first != nullptr && seq < own) continue;
    first = &in_flight;
    seq = own;
  }
  return first;
}

void ThreadService::tell_all(const Error& error) {
  for (auto& [in_flight, appended] : appended_) {
    answer(appended->sending, Error(error));
    for (Sending& waiting : std::exchange(sending_.at(in_flight), {}))
      answer(waiting, Error(error));
  }
  for (auto& [key, deletion] : deleting_) {
    for (auto& done : std::exchange(deletion.waiting, {})) done(Error(error));
  }
}

void ThreadService::launch_run(Sending& sending, const store::AcceptedMessage& accepted,
                               log::ThreadLog& log) {
  auto context = sending.context.for_run(accepted.thread_id, accepted.run_id);
  GP_ASSERT(context.has_value(), "ids that the store accepted make a context");
  if (sending.message.on_active == protocol::OnActive::interrupt)
    runs_.stop_thread(sending.key, sending.context.user_id(), "interrupted by a new message");
  protocol::Run run{accepted.run_id,
                    accepted.thread_id,
                    accepted.message_id,
                    accepted.agent_name,
                    protocol::RunState::running,
                    {},
                    services_.core.clock().wall_now(),
                    std::nullopt};
  runs_.launch(RunOrder{std::move(context.value()), sending.key, std::move(run),
                        std::move(sending.message.content)},
               log);
}

void ThreadService::answer(Sending& sending, Result<MessageAck> result) {
  if (auto done = std::exchange(sending.done, {})) done(std::move(result));
}

// Answers the sender, then lets those go who sent the same message meanwhile.
void ThreadService::settle(Sending& sending, Result<MessageAck> result) {
  auto node = sending_.extract(sending_key(sending.context.user_id(), sending.message.message_id));
  answer(sending, std::move(result));
  for (Sending& waiting : node.mapped()) {
    const auto context = waiting.context;
    if (waiting.thread_choice == store::NewMessage::ThreadChoice::kAny)
      waiting.message.thread_id = ThreadId();
    send_message(context, std::move(waiting.message), std::move(waiting.done));
  }
}

Result<protocol::Run> ThreadService::stop(const identity::UserExecutionContext& context,
                                          const protocol::Stop& stop) {
  return runs_.stop(context, stop.run_id,
                    stop.reason.empty() ? "stopped by the user" : stop.reason);
}

void ThreadService::find_run(const identity::UserExecutionContext& context, const RunId& run_id,
                             Completion<Result<protocol::Run>> done) {
  services_.store.find_run(context, run_id, std::move(done));
}

void ThreadService::list_threads(const identity::UserExecutionContext& context,
                                 protocol::ListThreads request,
                                 Completion<Result<store::ThreadPage>> done) {
  services_.store.list_threads(context, {request.page.limit, std::move(request.page.cursor)},
                               std::move(done));
}

void ThreadService::create_thread(const identity::UserExecutionContext& context,
                                  protocol::CreateThread request,
                                  Completion<Result<store::CreatedThread>> done) {
  if (request.title.size() > kTitleBytesMax)
    return done(Error{Code::invalid_command,
                      "title: at most " + std::to_string(kTitleBytesMax) + " bytes"});
  if (request.metadata_json.size() > kMetadataBytesMax)
    return done(Error{Code::invalid_command, "metadata: at most 16KiB of JSON"});
  if (request.thread_id.empty()) request.thread_id = services_.core.ids().thread();
  auto key = identity::ThreadKey::of(context, request.thread_id);
  if (key.has_error()) return done(Error(key.error()));
  store::NewThread thread{request.title, request.metadata_json, services_.core.clock().wall_now()};
  services_.store.create_thread(
      key.value(), std::move(thread),
      [this, token = liveness_.token(), key = key.value(), request = std::move(request),
       done = std::move(done)](Result<store::CreatedThread> created) mutable {
        if (!token.alive()) return;
        if (created.has_value() && created.value().how == store::CreatedThread::How::kMade) {
          services_.logs.open(key, [request = std::move(request)](Result<log::ThreadLog*> log) {
            if (log.has_error()) return;
            log.value()->append(
                {protocol::EventType::thread_updated,
                 {},
                 {},
                 protocol::payload::thread_updated(request.title, "active", request.metadata_json)},
                log::Delivery::kAfterCommit);
          });
        }
        done(std::move(created));
      });
}

void ThreadService::find_thread(const identity::UserExecutionContext& context,
                                const ThreadId& thread_id,
                                Completion<Result<protocol::Thread>> done) {
  auto key = identity::ThreadKey::of(context, thread_id);
  if (key.has_error()) return done(Error(key.error()));
  services_.store.find_thread(key.value(), std::move(done));
}

void ThreadService::rename_thread(const identity::UserExecutionContext& context,
                                  protocol::RenameThread request,
                                  Completion<Result<protocol::Thread>> done) {
  if (request.title.size() > kTitleBytesMax)
    return done(Error{Code::invalid_command,
                      "title: at most " + std::to_string(kTitleBytesMax) + " bytes"});
  auto key = identity::ThreadKey::of(context, request.thread_id);
  if (key.has_error()) return done(Error(key.error()));
  services_.store.rename_thread(
      key.value(), request.title, services_.core.clock().wall_now(),
      [this, token = liveness_.token(), key = key.value(), title = request.title,
       done = std::move(done)](Result<protocol::Thread> renamed) mutable {
        if (!token.alive()) return;
        if (renamed.has_value() && deleting(key))
          return done(Error{Code::thread_not_found, "the thread is being deleted"});
        if (renamed.has_error()) return done(std::move(renamed));
        services_.logs.open(key, [title, renamed = std::move(renamed),
                                  done = std::move(done)](Result<log::ThreadLog*> log) mutable {
          if (log.has_value()) {
            log.value()->append({protocol::EventType::thread_updated,
                                 {},
                                 {},
                                 protocol::payload::thread_updated(title, {}, {})},
                                log::Delivery::kAfterCommit);
          }
          done(std::move(renamed));
        });
      });
}

void ThreadService::unreserve(const identity::ThreadKey& key) {
  const auto reserved = reserved_.find(key);
  if (--reserved->second > 0) return;
  reserved_.erase(reserved);
  if (deleting_.contains(key)) {
    // In a later turn, when the message that was on its way has launched its run.
    services_.core.post([this, key, token = liveness_.token()] {
      if (token.alive() && !reserved_.contains(key)) begin_delete(key);
    });
  }
}

void ThreadService::history(const identity::UserExecutionContext& context,
                            protocol::History request,
                            Completion<Result<store::MessagePage>> done) {
  auto key = identity::ThreadKey::of(context, request.thread_id);
  if (key.has_error()) return done(Error(key.error()));
  services_.store.list_messages(key.value(), {request.page.limit, std::move(request.page.cursor)},
                                std::move(done));
}

}  // namespace gp::chat
