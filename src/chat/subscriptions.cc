#include "chat/subscriptions.h"

#include <algorithm>

#include "base/assert.h"
#include "base/planted_bug.h"

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
  const bool other_epoch = !GP_PLANTED(resume_ignores_the_epoch) && !position.epoch.empty() &&
                           position.epoch != log.epoch();
  const bool beyond = position.after && *position.after > log.visible();
  const bool unknown = other_epoch || beyond;
  const Seq after = unknown || !position.after ? log.visible() : *position.after;
  entry = std::make_unique<Entry>(log, after, *this, Origin::kNamed);
  if (unknown) start_snapshot(*entry, protocol::SnapshotReason::epoch);
  make_ready(*entry);
}

void Subscriptions::add_live(log::ThreadLog& log) {
  const auto [place, is_new] = entries_.try_emplace(log.key());
  if (is_new) {
    place->second = std::make_unique<Entry>(log, log.visible(), *this, Origin::kAll);
  } else if (place->second != nullptr && place->second->cursor.log().removed()) {
    // The reader has not come to the end of the thread that was deleted; then it goes on here.
    place->second->successor = log.visible();
  }
}

void Subscriptions::remove(const identity::ThreadKey& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  if (found->second != nullptr) ready_.remove(*found->second);
  entries_.erase(found);
}

void Subscriptions::remove_all_live() {
  for (ReadyList before = std::exchange(ready_, {}); before.first != nullptr;) {
    Entry& entry = before.pop_front();
    if (entry.origin != Origin::kAll) ready_.push_back(entry);
  }
  std::erase_if(entries_, [](const auto& item) {
    return item.second != nullptr && item.second->origin == Origin::kAll;
  });
}

void Subscriptions::ReadyList::push_back(Entry& entry) {
  entry.ready = true;
  entry.next_ready = nullptr;
  (last == nullptr ? first : last->next_ready) = &entry;
  last = &entry;
}

Subscriptions::Entry& Subscriptions::ReadyList::pop_front() {
  Entry& entry = *first;
  first = entry.next_ready;
  if (first == nullptr) last = nullptr;
  entry.ready = false;
  return entry;
}

void Subscriptions::ReadyList::remove(Entry& entry) {
  if (!entry.ready) return;
  Entry* before = nullptr;
  for (Entry* at = first; at != &entry; at = at->next_ready) before = at;
  (before == nullptr ? first : before->next_ready) = entry.next_ready;
  if (last == &entry) last = before;
  entry.ready = false;
}

void Subscriptions::make_ready(Entry& entry) {
  if (entry.ready) return;
  ready_.push_back(entry);
  owner_.want_flush();
}

bool Subscriptions::fill(FrameSink& sink) {
  while (ready_.first != nullptr) {
    if (sink.full()) {
      for (Entry* waiting = ready_.first; waiting != nullptr; waiting = waiting->next_ready)
        waiting->cursor.rest();
      return true;
    }
    Entry& entry = ready_.pop_front();
    switch (fill_one(entry, sink)) {
      case Step::kMore:
        if (!entry.ready) ready_.push_back(entry);
        break;
      case Step::kQuiet: break;
      case Step::kGone: forget(entry); break;
    }
  }
  return false;
}

void Subscriptions::forget(Entry& entry) {
  ready_.remove(entry);
  const identity::ThreadKey key = entry.cursor.log().key();
  const auto successor = entry.successor;
  entries_.erase(key);
  log::ThreadLog* log = successor ? services_.logs.find(key) : nullptr;
  if (log == nullptr) return;
  auto& next = entries_[key];
  next = std::make_unique<Entry>(*log, *successor, *this, Origin::kAll);
  make_ready(*next);
}

Subscriptions::Step Subscriptions::fill_one(Entry& entry, FrameSink& sink) {
  if (entry.snapshotting) return Step::kQuiet;
  if (!entry.snapshot.empty()) {
    sink.frame(entry.snapshot);
    std::string().swap(entry.snapshot);
  }
  for (int count = 0; count < kEventsPerRound && !sink.full(); ++count) {
    const Seq before = entry.cursor.delivered();
    const auto next = entry.cursor.next();
    switch (next.state) {
      case log::Cursor::State::kRecord:
        // Whoever reads all threads learns a thread's epoch and place before its first event.
        if (entry.origin == Origin::kAll && std::exchange(entry.announce, false))
          announce(entry, before, sink);
        sink.event(next.record.seq, dialect_.event(next.record.json));
        services_.metrics.events_delivered.add();
        break;
      case log::Cursor::State::kWaiting: {
        const bool owed = entry.origin == Origin::kNamed &&
                          (entry.cursor.at_head() || GP_PLANTED(caught_up_early));
        if (owed && std::exchange(entry.announce, false)) announce(entry, before, sink);
        return Step::kQuiet;
      }
      case log::Cursor::State::kTruncated:
        start_snapshot(entry, protocol::SnapshotReason::retention);
        return Step::kQuiet;
      case log::Cursor::State::kRemoved: return Step::kGone;
      case log::Cursor::State::kFailed:
        if (GP_PLANTED(failed_read_is_silent)) return Step::kQuiet;
        owner_.on_broken(
            Error{Code::store_unavailable,
                  "the thread's events cannot be read now; reconnect with your cursors"});
        return Step::kGone;
    }
  }
  return Step::kMore;
}

void Subscriptions::announce(const Entry& entry, Seq at, FrameSink& sink) {
  const log::ThreadLog& log = entry.cursor.log();
  sink.frame(dialect_.caught_up({log.key().thread_id(), log.epoch(), at}));
}

// A snapshot holds what is stored up to a seq; the events after it follow. While runs are active
// that is before the oldest of them began, so that their events come whole. It is fixed before the
// store is asked: whatever is stored meanwhile lies above it and comes as events.
void Subscriptions::start_snapshot(Entry& entry, protocol::SnapshotReason reason) {
  entry.snapshotting = true;
  services_.metrics.snapshots.add();
  const log::ThreadLog& log = entry.cursor.log();
  const auto key = log.key();
  // A deleted thread holds nothing but its last event, which tells so. (The store may know another
  // thread of the same name by now.)
  if (log.removed())
    return finish_snapshot(entry, log.visible().previous(), reason, store::MessagePage{}, {});
  const Seq held = GP_PLANTED(snapshot_in_mid_run) ? log.committed() : log.held();
  const Seq at = std::max(std::min(log.committed(), held), log.first_retained().previous());
  services_.store.find_thread(key, [this, key, at, reason, &entry, token = entry.liveness.token()](
                                       Result<protocol::Thread> thread) {
    if (!token.alive()) return;
    if (thread.has_error() && thread.error().code != Code::thread_not_found)
      return owner_.on_broken(thread.error());
    std::vector<protocol::Run> runs;
    if (thread.has_value()) runs = std::move(thread.value().active_runs);
    services_.store.list_messages(
        key, {services_.limits.snapshot_messages, {}},
        [this, at, reason, &entry, token,
         runs = std::move(runs)](Result<store::MessagePage> page) mutable {
          if (token.alive()) finish_snapshot(entry, at, reason, std::move(page), std::move(runs));
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
  std::erase_if(messages, [at](const protocol::Message& message) {
    return message.seq.value == 0 || message.seq > at;
  });
  if (log.removed()) messages.clear();
  // A run whose message is not here comes with it, as events.
  std::erase_if(runs, [&messages](const protocol::Run& run) {
    return std::ranges::none_of(messages, [&](const protocol::Message& message) {
      return message.message_id == run.message_id;
    });
  });
  entry.snapshot = dialect_.snapshot(
      {log.key().thread_id(), log.epoch(), at, reason, std::move(messages), std::move(runs)});
  entry.cursor.move_to(at);
  entry.snapshotting = false;
  make_ready(entry);
}

}  // namespace gp::chat
