/// Tab: a client written from docs/protocol.md. It keeps a cursor and an epoch per thread, applies
/// events, folds, batches and snapshots, connects again with its cursors, and sends a message until
/// it is answered.
///
/// It judges what it gets as it comes: per thread in order, no gap, no duplicate, no other epoch
/// without a snapshot, nothing that was not asked for; and it keeps every event it applied, so that
/// transcripts can be compared when everything is at rest.
///
/// Files: tab.cc acts and connects, tab_frames.cc receives.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "link.h"
#include "scene.h"

namespace gp::sim {

/// What a tab knows of one thread.
struct View {
  enum class State : std::uint8_t {
    kOff,      ///< not followed on this connection (its events may come by "*")
    kAsked,    ///< a subscribe is on its way
    kOn,       ///< events go on after `cursor`
    kLeaving,  ///< an unsubscribe is on its way
  };
  State state = State::kOff;
  bool wanted = false;  ///< followed again on every connection
  std::uint64_t cursor = 0;
  std::uint64_t base = 0;      ///< what was applied begins after this seq
  std::string epoch;           ///< as told; empty: not told yet
  std::uint64_t head = 0;      ///< as told by the ack of the last subscribe
  bool must_snapshot = false;  ///< the position cannot be served: a snapshot comes first
  bool caught_up = false;
  bool from_now = false;                      ///< asked for what comes, not for what was
  const Ledger::Shown* true_epoch = nullptr;  ///< of what was applied
  std::vector<const Event*> events;
  const Frame* snapshot = nullptr;  ///< what `events` go on from, if one came
  /// By "*": the seq that must come next on this connection; 0: any.
  std::uint64_t live_next = 0;
  std::uint64_t live_promised = 0;  ///< by "*": what must have come when all is at rest
  bool left = false;                ///< unsubscribed from, on this connection

  void forget() {
    cursor = base = 0;
    epoch.clear();
    true_epoch = nullptr;
    events.clear();
    snapshot = nullptr;
    wanted = false;
    state = State::kOff;
    live_next = live_promised = 0;
    must_snapshot = from_now = false;
  }
};

/// The pages of a listing, joined.
struct Listing {
  std::vector<MessageShape> messages;  ///< oldest first
  bool complete = false;
  std::string failed;  ///< the code, if it was refused
};

class Tab {
 public:
  Tab(Scene& scene, std::vector<std::unique_ptr<Link>>& links, std::size_t user, std::size_t index);

  /// Does something a person could do.
  void act();
  void delete_thread();
  /// Faults of the network of this tab.
  Link* link() { return link_ != nullptr && link_->alive() ? link_ : nullptr; }

  // Of its link.
  void on_frame(Link& link, const Frame& frame, Ledger::Shown* epoch);
  void on_closed(Link& link);

  /// Connected, everything answered, nothing on its way.
  bool at_rest() const;
  /// What it follows only by "*" came whole.
  void check_live();
  /// Follows every thread of its user from where it stands.
  void follow_everything();
  /// Reads the history of a thread by pages.
  void list(std::size_t thread);

  std::size_t user() const { return user_; }
  std::string name() const { return fmt::format("tab {} of user {}", index_, user_); }
  View& view(std::size_t thread);
  Listing& listing(std::size_t thread);

 private:
  struct Ask {
    enum class What : std::uint8_t {
      kSubscribe,
      kUnsubscribe,
      kUnsubscribeAll,
      kMessage,
      kStop,
      kDelete,
      kHistory,
      kForeign,
      kOther,
    };
    std::uint64_t number;
    What what;
    std::size_t thread = 0;
    Message* message = nullptr;
    std::size_t variant = 0;
  };

  // tab.cc
  void connect();
  protocol::Subscribe opening();
  void begin();
  void tick();
  std::uint64_t ask(Ask::What what, std::string_view body, std::size_t thread = 0);
  void subscribe(std::size_t thread);
  void write_message(std::optional<std::size_t> thread = {});
  void send(Message& message, std::size_t variant);
  void send_what_waits();
  void stop();
  void stop_foreign_run();
  void subscribe_otherwise(std::size_t thread);
  void make_garbage();
  void ask_for_page(std::size_t thread, const std::string& cursor);
  std::size_t any_thread();
  std::string words(const char* what);

  // tab_frames.cc
  void on_event(const Event& event, const Ledger::Shown* epoch);
  void on_batch(const Frame& frame, const Ledger::Shown* epoch);
  void apply(std::size_t thread, View& view, const Event& event, const Ledger::Shown* epoch);
  void apply_live(std::size_t thread, View& view, const Event& event);
  bool continues(std::size_t thread, const View& view, std::uint64_t first,
                 const Ledger::Shown* epoch);
  void on_snapshot(const Frame& frame);
  void on_caught_up(const Frame& frame);
  void on_ack(const Frame& frame);
  void promise_live(const Ask& ask, const Frame& ack);
  void on_subscribed(const Ask& ask, const Frame& frame);
  void on_error(const Frame& frame);
  void on_message_refused(const Ask& ask, const Frame& frame);
  void on_not_read(std::size_t thread, const Frame& frame);
  void on_page(const Ask& ask, const Frame& frame);
  void broken(const char* promise, std::size_t thread, std::string what);

  Scene& scene_;
  std::vector<std::unique_ptr<Link>>& links_;
  const std::size_t user_;
  const std::size_t index_;
  Link* link_ = nullptr;
  bool welcome_ = false;
  bool all_ = false;     ///< this connection reads "*"
  bool resume_ = false;  ///< its first frame says what to read
  bool goaway_ = false;
  std::vector<View> views_;
  std::vector<Listing> listings_;
  std::vector<Ask> asked_;
  std::vector<std::string> runs_;  ///< run ids seen
  std::uint64_t next_command_ = 1;
  runtime::Timer connect_timer_;
  runtime::Timer tick_timer_;
};

}  // namespace gp::sim
