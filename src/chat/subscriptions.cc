#include "chat/subscriptions.h"

#include <algorithm>

#include "base/assert.h"

namespace gp::chat {
namespace {

/// Events a cursor writes before the next one's turn.
constexpr int kEventsPerRound = 64;

}  // namespace

Subscriptions::Subscriptions(ChatServices& services, protocol::Dialect& dialect, Owner& owner)
    : services_(services), dialect_(dialect), owner_(owner) {}

Subscriptions::~Subscriptions() = default;

Result<> Subscriptions::reserve(const identity::ThreadKey& key) {
  if (!entries_.contains(key) && entries_.size() >= services_.limits.subscriptions)
    return fail(Code::overloaded,
                "the connection reads as many threads as it may; unsubscribe from some");
  remove(key);
  entries_[key] = nullptr;
  return ok();
}

void Subscriptions::add(log::ThreadLog& log, const protocol::ThreadPosition& position) {
  auto& entry = entries_[log.key()];
  GP_ASSERT(entry == nullptr, "a thread must be reserved before it is read");
  const bool other_epoch = !position.epoch.empty() && position.epoch != log.epoch();
  const bool beyond = position.after && *position.after > log.visible();
  const bool unknown = other_epoch || beyond;
  const Seq after = unknown || !position.after ? log.visible() : *position.after;
  entry =
      std::make_unique<Entry>(log, after, static_cast<log::CursorOwner&>(*this), Origin::kNamed);
  entry->announce = true;
  if (unknown) start_snapshot(*entry, protocol::SnapshotReason::epoch);
  make_ready(*entry);
}

void Subscriptions::add_live(log::ThreadLog& log) {
  const auto [place, is_new] = entries_.try_emplace(log.key());
  if (is_new)
    place->second = std::make_unique<Entry>(log, log.visible(),
                                            static_cast<log::CursorOwner&>(*this), Origin::kAll);
}

void Subscriptions::remove(const identity::ThreadKey& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  if (found->second != nullptr) std::erase(ready_, found->second.get());
  entries_.erase(found);
}

void Subscriptions::remove_all_live() {
  std::erase_if(entries_, [this](const auto& item) {
    if (item.second == nullptr || item.second->origin != Origin::kAll) return false;
    std::erase(ready_, item.second.get());
    return true;
  });
}

void Subscriptions::on_cursor_ready(log::Cursor& cursor) {
  make_ready(*entries_.at(cursor.log().key()));
}

void Subscriptions::make_ready(Entry& entry) {
  if (std::exchange(entry.ready, true)) return;
  ready_.push_back(&entry);
  owner_.want_flush();
}

bool Subscriptions::fill(FrameSink& sink) {
  while (!ready_.empty()) {
    if (sink.full()) return true;
    Entry& entry = *ready_.front();
    ready_.erase(ready_.begin());
    entry.ready = false;
    switch (fill_one(entry, sink)) {
      case Step::kMore:
        entry.ready = true;
        ready_.push_back(&entry);
        break;
      case Step::kQuiet: break;
      case Step::kGone: entries_.erase(identity::ThreadKey(entry.cursor.log().key())); break;
    }
  }
  return false;
}

Subscriptions::Step Subscriptions::fill_one(Entry& entry, FrameSink& sink) {
  if (entry.snapshotting) return Step::kQuiet;
  if (!entry.snapshot.empty()) {
    sink.frame(entry.snapshot);
    std::string().swap(entry.snapshot);
  }
  for (int count = 0; count < kEventsPerRound; ++count) {
    if (sink.full()) return Step::kMore;
    const auto next = entry.cursor.next();
    switch (next.state) {
      case log::Cursor::State::kRecord:
        sink.event(next.record.seq, dialect_.event(next.record.json).view());
        services_.metrics.events_delivered.add();
        break;
      case log::Cursor::State::kWaiting: {
        if (!entry.announce || !entry.cursor.at_head()) return Step::kQuiet;
        entry.announce = false;
        const log::ThreadLog& log = entry.cursor.log();
        sink.frame(
            dialect_.caught_up({log.key().thread_id(), log.epoch(), entry.cursor.delivered()}));
        return Step::kQuiet;
      }
      case log::Cursor::State::kTruncated:
        start_snapshot(entry, protocol::SnapshotReason::retention);
        return Step::kQuiet;
      case log::Cursor::State::kRemoved: return Step::kGone;
      case log::Cursor::State::kFailed:
        owner_.on_broken(
            Error{Code::store_unavailable,
                  "the thread's events cannot be read now; reconnect with your cursors"});
        return Step::kGone;
    }
  }
  return Step::kMore;
}

// A snapshot holds what is stored up to a seq; the events after it follow. While runs are active it
// stops before the oldest of them began, so that their events come whole.
void Subscriptions::start_snapshot(Entry& entry, protocol::SnapshotReason reason) {
  entry.snapshotting = true;
  services_.metrics.snapshots.add();
  const auto key = entry.cursor.log().key();
  services_.store.find_thread(key, [this, key, reason, &entry, token = entry.liveness.token()](
                                       Result<protocol::Thread> thread) {
    if (!token.alive()) return;
    std::vector<protocol::Run> runs;
    if (thread.has_value()) runs = std::move(thread.value().active_runs);
    services_.store.list_messages(key, {services_.limits.snapshot_messages, {}},
                                  [this, reason, &entry, token, runs = std::move(runs)](
                                      Result<store::MessagePage> page) mutable {
                                    if (token.alive())
                                      finish_snapshot(entry, entry.cursor.log().committed(), reason,
                                                      std::move(page), std::move(runs));
                                  });
  });
}

void Subscriptions::finish_snapshot(Entry& entry, Seq at, protocol::SnapshotReason reason,
                                    Result<store::MessagePage> page,
                                    std::vector<protocol::Run> runs) {
  const log::ThreadLog& log = entry.cursor.log();
  if (page.has_error() && page.error().code != Code::thread_not_found)
    return owner_.on_broken(page.error());
  std::vector<protocol::Message> messages;
  if (page.has_value()) messages = std::move(page.value().messages);
  // Events of an active run begin right after the message it answers.
  for (const protocol::Message& message : messages) {
    const bool open = std::ranges::any_of(
        runs, [&](const auto& run) { return run.message_id == message.message_id; });
    if (open && message.seq < at) at = message.seq;
  }
  if (at.next() < log.first_retained()) at = log.first_retained().previous();
  std::erase_if(messages, [at](const protocol::Message& message) { return message.seq > at; });
  entry.snapshot = dialect_.snapshot(
      {log.key().thread_id(), log.epoch(), at, reason, std::move(messages), std::move(runs)});
  entry.cursor.move_to(at);
  entry.snapshotting = false;
  make_ready(entry);
}

}  // namespace gp::chat
