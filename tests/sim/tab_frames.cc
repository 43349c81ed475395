#include <algorithm>
#include <charconv>

#include "tab.h"

namespace gp::sim {
namespace {

std::uint64_t number_in(std::string_view id) {
  std::uint64_t number = 0;
  if (id.starts_with('c')) std::from_chars(id.data() + 1, id.data() + id.size(), number);
  return number;
}

/// Told to try again, not that it is refused.
bool asks_for_patience(std::string_view code) {
  return code == "store_unavailable" || code == "draining" || code == "rate_limited" ||
         code == "overloaded" || code == "thread_not_found" || code == "run_active";
}

}  // namespace

void Tab::broken(const char* promise, std::size_t thread, std::string what) {
  scene_.verdict.fail(promise, fmt::format("{}, thread {}: {}", name(),
                                           scene_.registry.threads(user_)[thread].name, what));
}

void Tab::on_closed(Link& link) {
  if (&link != link_) return;
  connect_timer_.arm(
      scene_.calm ? scene_.dice.milliseconds(5, 40) : scene_.dice.milliseconds(1, 250),
      [this] { connect(); });
}

void Tab::on_frame(Link& link, const Frame& frame, Ledger::Shown* epoch) {
  if (&link != link_ || scene_.verdict.failed()) return;
  if (!welcome_ && frame.kind != FrameKind::kWelcome)
    return scene_.verdict.fail("frames are of the protocol",
                               name() + ": the first frame is no welcome");
  switch (frame.kind) {
    case FrameKind::kEvent: return on_event(*frame.events.front(), epoch);
    case FrameKind::kBatch: return on_batch(frame, epoch);
    case FrameKind::kWelcome:
      if (welcome_ || frame.user != user_id_of(user_).view())
        scene_.verdict.fail("frames are of the protocol", name() + ": a wrong welcome");
      welcome_ = true;
      return begin();
    case FrameKind::kAck: return on_ack(frame);
    case FrameKind::kError: return on_error(frame);
    case FrameKind::kSnapshot: return on_snapshot(frame);
    case FrameKind::kCaughtUp: return on_caught_up(frame);
    case FrameKind::kGoAway: goaway_ = true; return;
    case FrameKind::kPong:
      std::erase_if(asked_, [&](const Ask& ask) { return ask.number == number_in(frame.id); });
      return;
    case FrameKind::kBroken: return;
  }
}

void Tab::on_event(const Event& event, const Ledger::Shown* epoch) {
  const std::size_t thread = scene_.registry.index_of(user_, event.thread);
  View& each = view(thread);
  if (!event.run.empty() && (runs_.empty() || runs_.back() != event.run))
    runs_.push_back(event.run);
  if (each.state != View::State::kOn) return apply_live(thread, each, event);
  if (!continues(thread, each, event.first, epoch)) return;
  apply(thread, each, event, epoch);
}

// A batch is applied as a whole: what it holds may be merged in any way, its range is what counts.
void Tab::on_batch(const Frame& frame, const Ledger::Shown* epoch) {
  const std::size_t thread = scene_.registry.index_of(user_, frame.events.front()->thread);
  View& each = view(thread);
  if (each.state != View::State::kOn) {
    if (each.live_next != 0 && frame.first != each.live_next)
      broken("no gap, no duplicate", thread, fmt::format("a batch at {}", frame.first));
    each.live_next = frame.seq + 1;
    return;
  }
  if (!continues(thread, each, frame.first, epoch)) return;
  for (const Event* event : frame.events) apply(thread, each, *event, epoch);
  if (each.state == View::State::kOn) each.cursor = frame.seq;
}

bool Tab::continues(std::size_t thread, const View& each, std::uint64_t first,
                    const Ledger::Shown* epoch) {
  if (each.must_snapshot) {
    broken("a snapshot comes first", thread,
           fmt::format("its position {} under epoch {} cannot be served, and seq {} came without a "
                       "snapshot",
                       each.cursor, each.epoch, first));
  } else if (first <= each.cursor) {
    broken("no duplicate", thread, fmt::format("seq {} came, {} had come", first, each.cursor));
  } else if (first != each.cursor + 1) {
    broken("no loss", thread, fmt::format("seq {} came after {}", first, each.cursor));
  } else if (epoch != nullptr && each.true_epoch != nullptr && epoch != each.true_epoch &&
             !scene_.registry.thread(user_, thread).delete_asked) {
    broken("epochs", thread,
           fmt::format("seq {} of epoch {} came after events of epoch {}, without a snapshot",
                       first, epoch->name, each.true_epoch->name));
  } else {
    return true;
  }
  return false;
}

void Tab::apply(std::size_t thread, View& each, const Event& event, const Ledger::Shown* epoch) {
  if (event.deletes_thread()) return each.forget();
  each.cursor = event.seq;
  each.events.push_back(&event);
  if (epoch != nullptr) each.true_epoch = epoch;
  if (!each.epoch.empty() && epoch != nullptr && each.epoch != epoch->name &&
      !scene_.registry.thread(user_, thread).delete_asked)
    broken("epochs", thread,
           fmt::format("epoch {} was told, seq {} is of {}", each.epoch, event.seq, epoch->name));
}

// Of a thread that this tab does not follow, or is about to.
void Tab::apply_live(std::size_t thread, View& each, const Event& event) {
  if (each.state == View::State::kOff && !all_)
    return broken("nothing unasked", thread, "came without being asked for: " + event.raw);
  if (each.live_next != 0 && event.first != each.live_next)
    return broken(event.first < each.live_next ? "no duplicate" : "no loss", thread,
                  fmt::format("live: seq {} came, {} is next", event.first, each.live_next));
  each.live_next = event.seq + 1;
  if (event.deletes_thread()) {
    each.live_next = 0;
    if (each.state == View::State::kOff) each.forget();
    return;
  }
  if (each.state == View::State::kOff && scene_.dice.percent(15)) subscribe(thread);
}

void Tab::on_snapshot(const Frame& frame) {
  const std::size_t thread = scene_.registry.index_of(user_, frame.thread);
  View& each = view(thread);
  if (each.state == View::State::kAsked || each.state == View::State::kLeaving ||
      (each.state == View::State::kOff && all_)) {
    each.live_next = frame.seq + 1;  // of the subscription before
    return;
  }
  if (each.state != View::State::kOn)
    return broken("nothing unasked", thread, "a snapshot came that was not asked for");
  if (frame.reason == "epoch" && frame.epoch == each.epoch && each.cursor <= each.head)
    return broken("a snapshot only if needed", thread,
                  fmt::format("{} under epoch {} could be served", each.cursor, each.epoch));
  each.must_snapshot = false;
  each.epoch = frame.epoch;
  each.base = each.cursor = frame.seq;
  each.events.clear();
  each.true_epoch = nullptr;
  each.snapshot = &frame;
}

void Tab::on_caught_up(const Frame& frame) {
  const std::size_t thread = scene_.registry.index_of(user_, frame.thread);
  View& each = view(thread);
  if (each.state == View::State::kAsked || each.state == View::State::kLeaving) return;
  if (each.state == View::State::kOff && all_) {
    each.live_next = frame.seq + 1;  // by "*": the place before the thread's first event
    return;
  }
  if (each.state != View::State::kOn)
    return broken("nothing unasked", thread, "caught_up of a thread that is not followed");
  if (each.must_snapshot)
    return broken("a snapshot comes first", thread, "caught_up came without the snapshot");
  if (frame.seq != each.cursor || frame.seq < each.head)
    broken("no loss", thread,
           fmt::format("caught_up at {}, with {} applied and {} promised", frame.seq, each.cursor,
                       each.head));
  if (!each.epoch.empty() && each.epoch != frame.epoch)
    broken("epochs", thread,
           fmt::format("caught_up under epoch {}, without a snapshot from {}", frame.epoch,
                       each.epoch));
  each.epoch = frame.epoch;
  each.caught_up = true;
}

void Tab::on_ack(const Frame& frame) {
  const std::uint64_t number = number_in(frame.id);
  const auto found = std::ranges::find(asked_, number, &Ask::number);
  if (found == asked_.end())
    return scene_.verdict.fail(
        "one answer to one command",
        fmt::format("{}: an ack of {}, which waits for none", name(), frame.id));
  const Ask ask = *found;
  asked_.erase(found);
  switch (ask.what) {
    case Ask::What::kSubscribe: return on_subscribed(ask, frame);
    case Ask::What::kUnsubscribe: {
      View& each = view(ask.thread);
      if (each.state == View::State::kLeaving) each.state = View::State::kOff;
      each.live_next = 0;
      return;
    }
    case Ask::What::kUnsubscribeAll: all_ = false; return;
    case Ask::What::kStop: scene_.stopped_runs.push_back(frame.run); return;
    case Ask::What::kMessage:
      if (number >= link_->drained_from())
        scene_.verdict.fail("a draining server accepts nothing",
                            fmt::format("{}: message {} was acked by a server that drains", name(),
                                        ask.message->id));
      runs_.push_back(frame.run);
      promise_live(ask, frame);
      scene_.messages.on_acked(user_, *ask.message, ask.variant, frame);
      // A chat page follows the thread it talks in.
      if (const std::size_t thread = scene_.registry.index_of(user_, frame.thread);
          view(thread).state == View::State::kOff && scene_.dice.percent(50))
        subscribe(thread);
      return;
    case Ask::What::kHistory: return on_page(ask, frame);
    case Ask::What::kForeign:
      return scene_.verdict.fail("nothing across users",
                                 name() + " was let at another user's thread or run");
    default: return;
  }
}

// A tab that reads all threads and has just sent the message, once and nobody else, must get its
// event, wherever the message went.
void Tab::promise_live(const Ask& ask, const Frame& ack) {
  View& each = view(scene_.registry.index_of(user_, ack.thread));
  const bool only_once =
      ask.message->variants.size() == 1 && ask.message->variants.front().sends == 1;
  if (!all_ || !only_once || each.state != View::State::kOff || each.left) return;
  each.live_promised = std::max(each.live_promised, ack.seq);
}

void Tab::on_subscribed(const Ask& ask, const Frame& frame) {
  View& each = view(ask.thread);
  if (each.state != View::State::kAsked) return;
  each.state = View::State::kOn;
  each.live_next = 0;
  each.head = frame.seq;
  if (std::exchange(each.from_now, false)) {
    each.base = each.cursor = frame.seq;
    each.epoch = frame.epoch;
  }
  each.must_snapshot =
      (!each.epoch.empty() && each.epoch != frame.epoch) || each.cursor > frame.seq;
  if (each.epoch.empty()) each.epoch = frame.epoch;
}

void Tab::on_page(const Ask& ask, const Frame& frame) {
  Listing& list = listing(ask.thread);
  list.messages.insert(list.messages.begin(), frame.messages.begin(), frame.messages.end());
  list.complete = frame.next_cursor.empty();
  if (!list.complete) ask_for_page(ask.thread, frame.next_cursor);
}

void Tab::on_error(const Frame& frame) {
  if (frame.code == "internal")
    return scene_.verdict.fail("no internal errors", name() + " was told of an internal error");
  const std::uint64_t number = number_in(frame.id);
  const auto found = std::ranges::find(asked_, number, &Ask::number);
  if (found == asked_.end()) {
    // Of a list or a URL, or about the connection itself.
    if (frame.thread.empty()) return;
    if (view(scene_.registry.index_of(user_, frame.thread)).state == View::State::kAsked) return;
    return on_not_read(scene_.registry.index_of(user_, frame.thread), frame);
  }
  const Ask ask = *found;
  asked_.erase(found);
  switch (ask.what) {
    case Ask::What::kSubscribe: return on_not_read(ask.thread, frame);
    case Ask::What::kMessage: return on_message_refused(ask, frame);
    case Ask::What::kHistory: listing(ask.thread).failed = frame.code; return;
    default: return;
  }
}

void Tab::on_message_refused(const Ask& ask, const Frame& frame) {
  Message::Variant& variant = ask.message->variants[ask.variant];
  if (frame.code == "idempotency_conflict") {
    if (ask.message->variants.size() == 1)
      scene_.verdict.fail(
          "one content under one id",
          fmt::format("{}: message {} conflicts with itself", name(), ask.message->id));
    variant.lost = true;
    ++variant.refusals;
    return;
  }
  // These two are told before anything was asked of the disk.
  if (frame.code == "run_active" || frame.code == "draining") ++variant.refusals;
  if (!asks_for_patience(frame.code))
    return scene_.verdict.fail(
        "messages are accepted",
        fmt::format("{}: message {} was refused with {}", name(), ask.message->id, frame.code));
  if (frame.code == "run_active" && !scene_.calm && scene_.dice.percent(40))
    ask.message->given_up = true;
}

void Tab::on_not_read(std::size_t thread, const Frame& frame) {
  View& each = view(thread);
  if (each.state == View::State::kOn || each.state == View::State::kAsked)
    each.state = View::State::kOff;
  if (frame.code != "thread_not_found") return;
  if (each.cursor > 0 && !scene_.registry.thread(user_, thread).delete_asked)
    broken("no loss", thread, fmt::format("it is gone, and {} events of it had come", each.cursor));
  each.forget();
}

}  // namespace gp::sim
