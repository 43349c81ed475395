#include "store/memory_chat_store.h"

#include <algorithm>
#include <utility>

#include "protocol/codes.h"
#include "store/page_cursor.h"

namespace gp::store {
namespace {

using Kind = runtime::SimulatedDevice::Kind;
using Health = runtime::SimulatedDevice::Health;
using Stored = MemoryChatData::Thread;
using protocol::Message;
using protocol::Role;
using protocol::Run;
using protocol::RunState;

MemoryChatData::ThreadName name_of(const identity::ThreadKey& key) {
  return {key.owner(), key.thread_id()};
}

Stored* find(MemoryChatData& data, const identity::ThreadKey& key) {
  const auto found = data.threads.find(name_of(key));
  return found == data.threads.end() ? nullptr : &found->second;
}

auto no_thread(const identity::ThreadKey& key) {
  return fail(Code::thread_not_found, "no thread " + key.thread_id().str());
}

// A run whose message is not in the log was never accepted.
protocol::Thread shape_of(const Stored& stored) {
  protocol::Thread shape = stored.shape;
  std::copy_if(stored.runs.begin(), stored.runs.end(), std::back_inserter(shape.active_runs),
               [&stored](const Run& run) {
                 return protocol::is_active(run.state) &&
                        std::ranges::any_of(stored.messages, [&](const Message& message) {
                          return message.message_id == run.message_id &&
                                 message.role == protocol::Role::user && message.seq.value > 0;
                        });
               });
  return shape;
}

void touch(Stored& stored, WallTime now) {
  stored.shape.updated_at = std::max(stored.shape.updated_at, stored_time(now));
}

Stored& make_thread(MemoryChatData& data, const identity::ThreadKey& key, NewThread thread) {
  Stored& stored = data.threads[name_of(key)];
  stored.shape.thread_id = key.thread_id();
  stored.shape.title = std::move(thread.title);
  stored.shape.metadata_json = std::move(thread.metadata_json);
  stored.shape.created_at = stored.shape.updated_at = stored_time(thread.now);
  return stored;
}

Message* find_user_message(Stored& stored, const MessageId& message_id) {
  const auto found =
      std::find_if(stored.messages.begin(), stored.messages.end(), [&](const Message& message) {
        return message.message_id == message_id && message.role == Role::user;
      });
  return found == stored.messages.end() ? nullptr : &*found;
}

Run* find_run_in(Stored& stored, const RunId& run_id) {
  const auto found = std::find_if(stored.runs.begin(), stored.runs.end(),
                                  [&](const Run& run) { return run.run_id == run_id; });
  return found == stored.runs.end() ? nullptr : &*found;
}

Result<AcceptedMessage> repeat(MemoryChatData& data, const identity::ThreadKey& key,
                               const NewMessage& message, const ThreadId& thread_id) {
  Stored& stored = data.threads.at({key.owner(), thread_id});
  const Message& kept = *find_user_message(stored, message.message_id);
  if (!message.repeats(key.thread_id(), thread_id, kept.content, kept.parts_json))
    return fail(Code::idempotency_conflict,
                "message_id " + message.message_id.str() +
                    " was accepted with other content, parts or thread; use a new message_id");
  return AcceptedMessage{thread_id,   kept.message_id,
                         kept.run_id, find_run_in(stored, kept.run_id)->agent_name,
                         kept.seq,    AcceptedMessage::How::kRepeated};
}

Result<AcceptedMessage> accept(MemoryChatData& data, const identity::ThreadKey& key,
                               const NewMessage& message) {
  const auto before = data.accepted.find({key.owner(), message.message_id});
  if (before != data.accepted.end()) return repeat(data, key, message, before->second);
  Stored* stored = find(data, key);
  if (stored == nullptr)
    stored = &make_thread(data, key, NewThread{.title = message.title_if_new, .now = message.now});
  const WallTime now = stored_time(message.now);
  stored->messages.push_back(Message{.message_id = message.message_id,
                                     .thread_id = key.thread_id(),
                                     .role = Role::user,
                                     .content = message.content,
                                     .parts_json = message.parts_json,
                                     .run_id = message.run_id,
                                     .seq = {},
                                     .created_at = now});
  stored->runs.push_back(Run{.run_id = message.run_id,
                             .thread_id = key.thread_id(),
                             .message_id = message.message_id,
                             .agent_name = message.agent_name,
                             .state = RunState::queued,
                             .error_code = "",
                             .created_at = now,
                             .finished_at = {}});
  data.accepted.emplace(std::pair(key.owner(), message.message_id), key.thread_id());
  data.runs.emplace(std::pair(key.owner(), message.run_id), key.thread_id());
  touch(*stored, message.now);
  return AcceptedMessage{key.thread_id(), message.message_id,
                         message.run_id,  message.agent_name,
                         Seq{},           AcceptedMessage::How::kFresh};
}

protocol::MessageStatus status_after(RunState state) {
  switch (state) {
    case RunState::failed: return protocol::MessageStatus::failed;
    case RunState::cancelled: return protocol::MessageStatus::cancelled;
    default: return protocol::MessageStatus::complete;
  }
}

void finish(Stored& stored, const identity::ThreadKey& key, const FinishedRun& finished) {
  Run* run = find_run_in(stored, finished.run_id);
  if (run == nullptr || !protocol::is_active(run->state)) return;
  run->state = finished.state;
  run->error_code = finished.error_code;
  run->finished_at = stored_time(finished.now);
  stored.shape.last_seq = std::max(stored.shape.last_seq, finished.seq);
  touch(stored, finished.now);
  if (finished.answer.empty() && finished.state != RunState::completed) return;
  stored.messages.push_back(Message{.message_id = finished.answer_id,
                                    .thread_id = key.thread_id(),
                                    .role = Role::assistant,
                                    .content = finished.answer,
                                    .parts_json = "",
                                    .run_id = finished.run_id,
                                    .seq = finished.seq,
                                    .status = status_after(finished.state),
                                    .created_at = stored_time(finished.now)});
}

ThreadPage page_of_threads(const MemoryChatData& data, const UserId& owner,
                           const ThreadPosition& after, std::uint32_t limit) {
  const auto rank = [](const protocol::Thread& shape) {
    return std::pair(to_microseconds(shape.updated_at), shape.thread_id);
  };
  ThreadPage page;
  for (auto at = data.threads.lower_bound({owner, ThreadId()});
       at != data.threads.end() && at->first.first == owner; ++at) {
    if (rank(at->second.shape) < std::pair(after.updated_at_microseconds, after.thread_id))
      page.threads.push_back(shape_of(at->second));
  }
  std::sort(page.threads.begin(), page.threads.end(),
            [&](const auto& left, const auto& right) { return rank(left) > rank(right); });
  if (page.threads.size() > limit) {
    page.threads.resize(limit);
    const auto [updated_at, thread_id] = rank(page.threads.back());
    page.next_cursor = thread_cursor({updated_at, thread_id});
  }
  return page;
}

MessagePage page_of_messages(const Stored& stored, std::uint64_t before, std::uint32_t limit) {
  // Positions begin at 1; messages are never removed one by one.
  const std::size_t end =
      std::min<std::uint64_t>(before > 0 ? before - 1 : 0, stored.messages.size());
  const std::size_t begin = end > limit ? end - limit : 0;
  MessagePage page;
  page.messages.assign(stored.messages.begin() + static_cast<std::ptrdiff_t>(begin),
                       stored.messages.begin() + static_cast<std::ptrdiff_t>(end));
  if (begin > 0) page.next_cursor = message_cursor(begin + 1);
  return page;
}

std::vector<UnfinishedRun> unfinished(MemoryChatData& data) {
  std::vector<UnfinishedRun> found;
  for (auto& [name, stored] : data.threads) {
    for (const Run& run : stored.runs) {
      if (!protocol::is_active(run.state)) continue;
      found.push_back({identity::ThreadKey::from_storage(name.first, name.second), run});
    }
  }
  return found;
}

}  // namespace

template <class T>
void MemoryChatStore::ask(Kind kind, UniqueFunction<Result<T>()> work, Completion<Result<T>> done) {
  device_.ask(
      kind,
      [work = std::move(work), done = std::move(done)](Health health) mutable -> runtime::Task {
        Result<T> result =
            health == Health::kWorks
                ? work()
                : Result<T>(fail(Code::store_unavailable, "the simulated disk failed"));
        return [result = std::move(result), done = std::move(done)]() mutable {
          done(std::move(result));
        };
      });
}

void MemoryChatStore::create_thread(const identity::ThreadKey& key, NewThread thread,
                                    Completion<Result<CreatedThread>> done) {
  ask<CreatedThread>(
      Kind::kWrite,
      [this, key, thread = std::move(thread)]() mutable -> Result<CreatedThread> {
        if (const Stored* stored = find(data_, key))
          return CreatedThread{shape_of(*stored), CreatedThread::How::kExisted};
        return CreatedThread{make_thread(data_, key, std::move(thread)).shape,
                             CreatedThread::How::kMade};
      },
      std::move(done));
}

void MemoryChatStore::find_thread(const identity::ThreadKey& key,
                                  Completion<Result<protocol::Thread>> done) {
  ask<protocol::Thread>(
      Kind::kRead,
      [this, key]() -> Result<protocol::Thread> {
        const Stored* stored = find(data_, key);
        if (stored == nullptr) return no_thread(key);
        return shape_of(*stored);
      },
      std::move(done));
}

void MemoryChatStore::list_threads(const identity::UserExecutionContext& context, Page page,
                                   Completion<Result<ThreadPage>> done) {
  ask<ThreadPage>(
      Kind::kRead,
      [this, owner = context.user_id(), page = std::move(page)]() -> Result<ThreadPage> {
        GP_TRY(const auto after, parse_thread_cursor(page.cursor));
        return page_of_threads(data_, owner, after, page_limit(page.limit));
      },
      std::move(done));
}

void MemoryChatStore::rename_thread(const identity::ThreadKey& key, std::string title, WallTime now,
                                    Completion<Result<protocol::Thread>> done) {
  ask<protocol::Thread>(
      Kind::kWrite,
      [this, key, title = std::move(title), now]() -> Result<protocol::Thread> {
        Stored* stored = find(data_, key);
        if (stored == nullptr) return no_thread(key);
        stored->shape.title = title;
        touch(*stored, now);
        return shape_of(*stored);
      },
      std::move(done));
}

void MemoryChatStore::begin_delete(const identity::ThreadKey& key, Completion<Result<>> done) {
  ask<void>(
      Kind::kWrite,
      [this, key]() -> Result<> {
        Stored* stored = find(data_, key);
        if (stored == nullptr) return no_thread(key);
        stored->is_going = true;
        return ok();
      },
      std::move(done));
}

void MemoryChatStore::unfinished_deletions(
    Completion<Result<std::vector<identity::ThreadKey>>> done) {
  ask<std::vector<identity::ThreadKey>>(
      Kind::kRead,
      [this]() -> Result<std::vector<identity::ThreadKey>> {
        std::vector<identity::ThreadKey> keys;
        for (const auto& [name, thread] : data_.threads) {
          if (thread.is_going)
            keys.push_back(identity::ThreadKey::from_storage(name.first, name.second));
        }
        return keys;
      },
      std::move(done));
}

void MemoryChatStore::delete_thread(const identity::ThreadKey& key, Completion<Result<>> done) {
  ask<void>(
      Kind::kWrite,
      [this, key]() -> Result<> {
        if (data_.threads.erase(name_of(key)) == 0) return no_thread(key);
        const auto belongs = [&](const auto& entry) {
          return entry.first.first == key.owner() && entry.second == key.thread_id();
        };
        std::erase_if(data_.accepted, belongs);
        std::erase_if(data_.runs, belongs);
        return ok();
      },
      std::move(done));
}

void MemoryChatStore::accept_message(const identity::ThreadKey& key, NewMessage message,
                                     Completion<Result<AcceptedMessage>> done) {
  ask<AcceptedMessage>(
      Kind::kWrite,
      [this, key, message = std::move(message)] { return accept(data_, key, message); },
      std::move(done));
}

void MemoryChatStore::record_message_seq(const identity::ThreadKey& key,
                                         const MessageId& message_id, Seq seq,
                                         Completion<Result<>> done) {
  ask<void>(
      Kind::kWrite,
      [this, key, message_id, seq]() -> Result<> {
        Stored* stored = find(data_, key);
        Message* message = stored == nullptr ? nullptr : find_user_message(*stored, message_id);
        if (message == nullptr) return ok();
        message->seq = seq;
        stored->shape.last_seq = std::max(stored->shape.last_seq, seq);
        return ok();
      },
      std::move(done));
}

void MemoryChatStore::find_message(const identity::UserExecutionContext& context,
                                   const MessageId& message_id, Completion<Result<Message>> done) {
  ask<Message>(
      Kind::kRead,
      [this, owner = context.user_id(), message_id]() -> Result<Message> {
        const auto found = data_.accepted.find({owner, message_id});
        if (found == data_.accepted.end())
          return fail(Code::not_found, "no message " + message_id.str());
        return *find_user_message(data_.threads.at({owner, found->second}), message_id);
      },
      std::move(done));
}

void MemoryChatStore::list_messages(const identity::ThreadKey& key, Page page,
                                    Completion<Result<MessagePage>> done) {
  ask<MessagePage>(
      Kind::kRead,
      [this, key, page = std::move(page)]() -> Result<MessagePage> {
        GP_TRY(const auto before, parse_message_cursor(page.cursor));
        const Stored* stored = find(data_, key);
        if (stored == nullptr) return no_thread(key);
        return page_of_messages(*stored, before, page_limit(page.limit));
      },
      std::move(done));
}

void MemoryChatStore::start_run(const identity::ThreadKey& key, const RunId& run_id,
                                Completion<Result<>> done) {
  ask<void>(
      Kind::kWrite,
      [this, key, run_id]() -> Result<> {
        Stored* stored = find(data_, key);
        Run* run = stored == nullptr ? nullptr : find_run_in(*stored, run_id);
        if (run != nullptr && run->state == RunState::queued) run->state = RunState::running;
        return ok();
      },
      std::move(done));
}

void MemoryChatStore::finish_run(const identity::ThreadKey& key, FinishedRun finished,
                                 Completion<Result<>> done) {
  ask<void>(
      Kind::kWrite,
      [this, key, finished = std::move(finished)]() -> Result<> {
        if (Stored* stored = find(data_, key)) finish(*stored, key, finished);
        return ok();
      },
      std::move(done));
}

void MemoryChatStore::find_run(const identity::UserExecutionContext& context, const RunId& run_id,
                               Completion<Result<Run>> done) {
  ask<Run>(
      Kind::kRead,
      [this, owner = context.user_id(), run_id]() -> Result<Run> {
        const auto found = data_.runs.find({owner, run_id});
        if (found == data_.runs.end()) return fail(Code::run_not_found, "no run " + run_id.str());
        return *find_run_in(data_.threads.at({owner, found->second}), run_id);
      },
      std::move(done));
}

void MemoryChatStore::unfinished_runs(Completion<Result<std::vector<UnfinishedRun>>> done) {
  ask<std::vector<UnfinishedRun>>(
      Kind::kRead, [this]() -> Result<std::vector<UnfinishedRun>> { return unfinished(data_); },
      std::move(done));
}

}  // namespace gp::store
