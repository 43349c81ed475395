/// Subscriptions: the cursors of one Connection, and what each has to say between events
/// (caught_up, snapshot).
///
/// Owner: a Connection. Thread: its core.
/// Invariants: (1) at most one cursor per thread; (2) what fill() writes for a thread is, in this
/// order: a snapshot if its position could
///             not be served, the events after it, caught_up once, then live events (a thread
///             that was not named: caught_up, then live events); (3) fill()
///             gives every ready cursor its turn.
/// On limit:   ChatLimits::subscriptions for threads named by the client.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chat/services.h"
#include "chat/transport.h"
#include "log/cursor.h"
#include "protocol/dialect.h"

namespace gp::chat {

class Subscriptions final {
 public:
  enum class Origin : std::uint8_t { kNamed, kAll };

  class Owner {
   public:
    /// Asks for fill() to be called.
    virtual void want_flush() = 0;
    /// A thread's log cannot be read any more: the connection must end, the client resumes.
    virtual void on_broken(const Error& error) = 0;

   protected:
    ~Owner() = default;
  };

  Subscriptions(ChatServices& services, protocol::Dialect& dialect, Owner& owner);
  ~Subscriptions();

  /// Nothing of the thread is sent until add(): what the client named must not be overtaken by live
  /// events. Errors: overloaded at the limit.
  Result<> reserve(const identity::ThreadKey& key);
  /// Reads `log`, which was reserved, from `position`.
  void add(log::ThreadLog& log, const protocol::ThreadPosition& position);
  /// Reads `log` from now on, unless it is read already. `log` belongs to the connection's user.
  void add_live(log::ThreadLog& log);
  /// Forgets the thread, or (kAll) every thread that was not named.
  void remove(const identity::ThreadKey& key);
  void remove_all_live();
  bool knows(const identity::ThreadKey& key) const { return entries_.contains(key); }
  bool reserved(const identity::ThreadKey& key) const {
    const auto found = entries_.find(key);
    return found != entries_.end() && found->second == nullptr;
  }

  /// Read because all threads are, not because it was named.
  bool only_live(const identity::ThreadKey& key) const {
    const auto found = entries_.find(key);
    return found != entries_.end() && found->second != nullptr &&
           found->second->origin == Origin::kAll;
  }

  /// Writes frames until the sink is full. True if there is more.
  bool fill(FrameSink& sink);

 private:
  struct Entry final : log::CursorOwner {
    Entry(log::ThreadLog& log, Seq after, Subscriptions& its_subscriptions, Origin from)
        : subscriptions(its_subscriptions), cursor(log, after, *this), origin(from) {}
    void on_cursor_ready(log::Cursor&) override { subscriptions.make_ready(*this); }
    // First what every event touches.
    Subscriptions& subscriptions;
    log::Cursor cursor;
    Entry* next_ready = nullptr;
    Origin origin;
    bool ready = false;         ///< is in ready_
    bool announce = true;       ///< caught_up is owed
    bool snapshotting = false;  ///< a snapshot is being made: no events meanwhile
    std::string snapshot;       ///< encoded, to be sent before anything else
    /// Where to read on in a new thread of the same name, when this one is deleted.
    std::optional<Seq> successor;
    runtime::Liveness liveness;
  };
  /// Entries in the order in which they became ready, linked through themselves.
  struct ReadyList {
    void push_back(Entry& entry);
    Entry& pop_front();
    void remove(Entry& entry);
    Entry* first = nullptr;
    Entry* last = nullptr;
  };
  enum class Step : std::uint8_t { kMore, kQuiet, kGone };

  void make_ready(Entry& entry);
  void forget(Entry& entry);
  Step fill_one(Entry& entry, FrameSink& sink);
  void announce(const Entry& entry, Seq at, FrameSink& sink);
  void start_snapshot(Entry& entry, protocol::SnapshotReason reason);
  void finish_snapshot(Entry& entry, Seq at, protocol::SnapshotReason reason,
                       Result<store::MessagePage> page, std::vector<protocol::Run> runs);

  ChatServices& services_;
  protocol::Dialect& dialect_;
  Owner& owner_;
  std::unordered_map<identity::ThreadKey, std::unique_ptr<Entry>> entries_;  ///< nullptr: reserved
  ReadyList ready_;
};

}  // namespace gp::chat
