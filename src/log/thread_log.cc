#include "log/thread_log.h"

#include <algorithm>
#include <ranges>

#include "base/assert.h"
#include "base/log.h"
#include "base/planted_bug.h"
#include "log/cursor.h"
#include "log/log_directory.h"
#include "protocol/codes.h"

namespace gp::log {
namespace {

/// Catch-ups are folded in blocks that begin and end at multiples of this, so that readers who come
/// from different places share them.
constexpr std::uint64_t kBlockSeqs = 1024;

Seq block_end(Seq seq) { return Seq{(seq.value / kBlockSeqs + 1) * kBlockSeqs}; }

}  // namespace

ThreadLog::ThreadLog(LogDirectory& directory, identity::ThreadKey key, LogHead head)
    : directory_(directory),
      last_(head.last),
      visible_(head.last),
      committed_(head.last),
      key_(std::move(key)),
      epoch_(std::move(head.epoch)),
      first_retained_(head.first_retained),
      folded_(head.folded),
      kept_bytes_(head.bytes),
      kept_events_(head.events),
      last_use_(directory.core().now()) {}

ThreadLog::~ThreadLog() {
  GP_ASSERT(cursors_ == nullptr, "a ThreadLog died before its cursors");
  directory_.shared().forget(*this);
}

Seq ThreadLog::append(const protocol::NewEvent& event, Delivery delivery,
                      Completion<Result<Seq>> committed) {
  if (removed_) {
    if (committed) committed(Error{Code::thread_not_found, "the thread was deleted"});
    return last_;
  }
  runtime::Core& core = directory_.core();
  last_ = last_.next();
  const WallTime now = core.clock().wall_now();
  const protocol::EventPosition position{last_, core.ids().event(now), now};
  std::string& json = directory_.json_;
  json = protocol::encode_event(key_.thread_id(), position, event, std::move(json));
  hot_bytes_ += json.size();
  appended_bytes_ += json.size();
  hot_.push_back(
      Record{last_, last_, event.type, SharedBytes(json), {}, position.timestamp, appended_bytes_});
  if (delivery == Delivery::kAfterCommit && !GP_PLANTED(gate_opens_early)) gates_.push_back(last_);
  if (GP_PLANTED(ack_before_commit) && committed)
    core.post([done = std::exchange(committed, {}), seq = last_]() mutable { done(seq); });
  if (committed) waiters_.push_back(Waiter{last_, std::move(committed)});
  directory_.metrics().log_events_appended.add();
  advance_visible();
  directory_.committer().add(
      *this, json.size(), delivery == Delivery::kAfterCommit ? Urgency::kNow : Urgency::kBatched);
  return last_;
}

void ThreadLog::fold(Seq through) {
  if (removed_) return;
  // A limit that the run's hold kept from being reached may be reached now.
  trim_from_bytes_ = trim_from_events_ = 0;
  through = std::min(through, held());
  if (directory_.limits().fold_bytes == 0 || through <= folded_) return trim_if_over();
  directory_.upkeep().fold(*this, through);
}

void ThreadLog::trim(TrimLimits limits) {
  if (!removed_) directory_.upkeep().trim(*this, limits);
}

void ThreadLog::unpin(Seq held) {
  --pins_;
  if (held != kNothing) held_.erase(std::ranges::find(held_, held));
}

Seq ThreadLog::held() const { return held_.empty() ? kNothing : *std::ranges::min_element(held_); }

void ThreadLog::advance_visible() {
  const Seq until = gates_.empty() ? last_ : gates_.front().previous();
  if (until <= visible_) return;
  visible_ = until;
  if (!std::exchange(dirty_, true)) directory_.mark_dirty(*this);
}

std::vector<StoredEvent> ThreadLog::uncommitted_through(Seq last) const {
  const auto records =
      std::views::iota(committed_.value + 1, last.value + 1) |
      std::views::transform([this](std::uint64_t seq) -> const Record& { return *hot(Seq{seq}); });
  std::vector<StoredEvent> events;
  const auto keep = [&events](const Record& record) {
    events.push_back({record.seq, record.first_seq, record.type, std::string(record.json.view()),
                      std::string(record.fold.view()), record.at});
  };
  const LogLimits& limits = directory_.limits();
  if (limits.fold_bytes == 0) {
    std::ranges::for_each(records, keep);
    return events;
  }
  fold_all(
      records, limits.fold, [](const Record& record) { return view_of(record); },
      [&events](StoredEvent folded) { events.push_back(std::move(folded)); }, keep);
  return events;
}

void ThreadLog::on_committed(std::size_t bytes, std::size_t events) {
  last_use_ = directory_.core().now();
  kept_bytes_ += bytes;
  kept_events_ += events;
  while (!gates_.empty() && gates_.front() <= committed_) gates_.pop_front();
  advance_visible();
  if (hot_bytes_ > directory_.limits().hot_bytes) shrink(directory_.limits().hot_bytes);
  while (!waiters_.empty() && waiters_.front().seq <= committed_) {
    Waiter waiter = std::move(waiters_.front());
    waiters_.pop_front();
    waiter.committed(waiter.seq);
  }
  trim_if_over();
  if (when_quiet_ && committed_ == last_) std::exchange(when_quiet_, {})(ok());
}

void ThreadLog::on_abandoned(const Error& error) {
  committed_ = last_;
  abandoned_ = true;
  gates_.clear();
  Ring<Waiter> told = std::exchange(waiters_, {});
  for (; !told.empty(); told.pop_front()) told.front().committed(Error(error));
  directory_.drop(*this);
  if (when_quiet_) std::exchange(when_quiet_, {})(ok());
}

// An eighth below the limit, so that not every commit trims; and not again before an eighth has
// come, so that events which a run holds are not asked for in vain.
void ThreadLog::trim_if_over() {
  const RetentionLimits& retention = directory_.limits().retention;
  const auto over = [](std::uint64_t kept, std::uint64_t limit, std::uint64_t from) {
    return limit > 0 && kept > limit && kept >= from;
  };
  TrimLimits limits;
  if (over(kept_bytes_, retention.thread_bytes, trim_from_bytes_)) {
    limits.bytes_max = retention.thread_bytes - retention.thread_bytes / 8;
    trim_from_bytes_ = kept_bytes_ + retention.thread_bytes / 8;
  }
  if (over(kept_events_, retention.thread_events, trim_from_events_)) {
    limits.events_max = retention.thread_events - retention.thread_events / 8;
    trim_from_events_ = kept_events_ + retention.thread_events / 8;
  }
  constexpr TrimLimits kNone;
  if (limits.bytes_max != kNone.bytes_max || limits.events_max != kNone.events_max) trim(limits);
}

void ThreadLog::on_trimmed(const LogHead& head) {
  first_retained_ = std::max(first_retained_, head.first_retained);
  kept_bytes_ = head.bytes;
  kept_events_ = head.events;
  const RetentionLimits& retention = directory_.limits().retention;
  if (kept_bytes_ <= retention.thread_bytes) trim_from_bytes_ = 0;
  if (kept_events_ <= retention.thread_events) trim_from_events_ = 0;
}

// A fold table can make a short event longer: the difference may be negative, and wraps back.
void ThreadLog::on_folded(Seq through, std::uint64_t bytes_saved, std::uint64_t events_saved) {
  folded_ = std::max(folded_, through);
  kept_bytes_ -= bytes_saved;
  kept_events_ -= events_saved;
  directory_.metrics().log_events_folded.add(events_saved);
}

const Record* ThreadLog::hot(Seq seq) const {
  const std::uint64_t before = last_.value - hot_.size();
  if (seq.value <= before || seq > last_) return nullptr;
  return &hot_[seq.value - before - 1];
}

std::size_t ThreadLog::visible_bytes_after(Seq after) const {
  const Record* next = hot(after.next());
  const Record* newest = hot(visible_);
  if (next == nullptr || newest == nullptr) return 0;
  return newest->appended_bytes - next->appended_bytes + next->json.size();
}

std::vector<Record> ThreadLog::catch_up(Seq after) {
  if (auto shared = directory_.shared().find(*this, after); !shared.empty()) return shared;
  if (hot(after.next()) == nullptr) return {};
  const Seq until = std::min(visible_, block_end(after.next()));
  std::vector<Record> block;
  for (Seq seq = after.next(); seq <= until; seq = seq.next()) block.push_back(*hot(seq));
  block = directory_.fold(block);
  directory_.shared().put(*this, after, block);
  return block;
}

// One page at a time: readers that are behind wait for each other's pages, because they are likely
// to need the same ones.
void ThreadLog::fetch(Cursor& cursor) {
  if (std::exchange(fetching_, true)) return;
  directory_.metrics().log_pages_read.add();
  const Seq after = cursor.delivered();
  directory_.storage().read(key_, ReadRange{after, directory_.limits().page_bytes},
                            [this, after, token = liveness_.token()](auto page) {
                              if (token.alive()) on_page(after, std::move(page));
                            });
}

void ThreadLog::on_page(Seq after, Result<std::vector<StoredEvent>> page) {
  fetching_ = false;
  const bool failed = page.has_error();
  if (failed) {
    GP_LOG_ERROR("log", "{} cannot be read: {}", key_.thread_id().str(), page.error().message);
  } else if (!page.value().empty() && page.value().front().first_seq <= after.next()) {
    directory_.shared().put(*this, after, directory_.fold(page.value()));
  } else if (!removed_) {
    // The storage trimmed the log, and its answer is still under way.
    const bool empty = page.value().empty();
    first_retained_ =
        std::max(first_retained_, empty ? committed_.next() : page.value().front().first_seq);
  }
  for (Cursor* cursor = cursors_; cursor != nullptr;) {
    Cursor* next = cursor->next_;
    cursor->on_page(failed);
    cursor = next;
  }
}

void ThreadLog::shrink(std::size_t bytes_max) {
  while (!hot_.empty() && hot_bytes_ > bytes_max && hot_.front().seq <= committed_) {
    hot_bytes_ -= hot_.front().json.size();
    hot_.pop_front();
  }
}

// What is appended meanwhile makes the log dirty again, and begins another pass behind this one.
bool ThreadLog::wake_cursors(std::size_t& max) {
  if (!std::exchange(waking_, true)) {
    dirty_ = false;
    to_wake_ = cursors_;
  }
  for (; to_wake_ != nullptr; --max) {
    if (max == 0) return false;
    Cursor& cursor = *to_wake_;
    to_wake_ = GP_PLANTED(only_one_cursor_wakes) ? nullptr : cursor.next_;
    cursor.wake();
  }
  waking_ = false;
  return true;
}

bool ThreadLog::idle() const {
  return pins_ == 0 && committed_ == last_ && waiters_.empty() && !dirty_;
}

}  // namespace gp::log
