#include "log/thread_log.h"

#include <algorithm>

#include "base/assert.h"
#include "log/cursor.h"
#include "log/log_directory.h"
#include "protocol/codes.h"

namespace gp::log {

ThreadLog::ThreadLog(LogDirectory& directory, identity::ThreadKey key, LogHead head)
    : directory_(directory),
      key_(std::move(key)),
      epoch_(std::move(head.epoch)),
      first_retained_(head.first_retained),
      last_(head.last),
      committed_(head.last),
      visible_(head.last),
      last_use_(directory.core().now()) {}

ThreadLog::~ThreadLog() { GP_ASSERT(cursors_ == nullptr, "a ThreadLog died before its cursors"); }

Seq ThreadLog::append(const protocol::NewEvent& event, Delivery delivery,
                      Completion<Result<Seq>> committed) {
  if (removed_) {
    if (committed) committed(Error{Code::thread_not_found, "the thread was deleted"});
    return last_;
  }
  runtime::Core& core = directory_.core();
  last_ = last_.next();
  last_use_ = core.now();
  const protocol::EventPosition position{last_, core.ids().event(), core.clock().wall_now()};
  std::string json = protocol::encode_event(key_.thread_id(), position, event);
  hot_bytes_ += json.size();
  hot_.push_back(Record{last_, last_, event.type, SharedBytes(json)});
  if (delivery == Delivery::kAfterCommit) gates_.push_back(last_);
  if (committed) waiters_.push_back(Waiter{last_, std::move(committed)});
  directory_.metrics().log_events_appended.add();
  advance_visible();
  directory_.committer().add(
      *this, StoredEvent{last_, last_, event.type, std::move(json)},
      delivery == Delivery::kAfterCommit ? Urgency::kNow : Urgency::kBatched);
  return last_;
}

void ThreadLog::advance_visible() {
  const Seq until = gates_.empty() ? last_ : gates_.front().previous();
  if (until <= visible_) return;
  visible_ = until;
  if (!std::exchange(dirty_, true)) directory_.mark_dirty(*this);
}

void ThreadLog::on_committed(Seq seq) {
  committed_ = seq;
  while (!gates_.empty() && gates_.front() <= seq) gates_.pop_front();
  advance_visible();
  if (hot_bytes_ > directory_.limits().hot_bytes) shrink(directory_.limits().hot_bytes);
  while (!waiters_.empty() && waiters_.front().seq <= seq) {
    Waiter waiter = std::move(waiters_.front());
    waiters_.pop_front();
    waiter.committed(waiter.seq);
  }
  if (when_quiet_ && committed_ == last_) std::exchange(when_quiet_, {})(ok());
}

void ThreadLog::on_commit_failed(const Error& error) {
  std::deque<Waiter> told = std::exchange(waiters_, {});
  for (Waiter& waiter : told) waiter.committed(Error(error));
}

void ThreadLog::on_abandoned(const Error& error) {
  committed_ = last_;
  gates_.clear();
  on_commit_failed(error);
  directory_.drop(*this);
  if (when_quiet_) std::exchange(when_quiet_, {})(ok());
}

const Record* ThreadLog::hot(Seq seq) const {
  if (hot_.empty() || seq < hot_.front().first_seq || seq > hot_.back().seq) return nullptr;
  // Without folding the place is known; with it the guess is too far and the search finds it.
  const std::uint64_t guess = seq.value - hot_.front().first_seq.value;
  if (guess < hot_.size() && hot_[guess].seq == seq) return &hot_[guess];
  return &*std::ranges::lower_bound(hot_, seq, {}, &Record::seq);
}

void ThreadLog::shrink(std::size_t bytes_max) {
  while (!hot_.empty() && hot_bytes_ > bytes_max && hot_.front().seq <= committed_) {
    hot_bytes_ -= hot_.front().json.size();
    hot_.pop_front();
  }
}

void ThreadLog::wake_cursors() {
  dirty_ = false;
  for (Cursor* cursor = cursors_; cursor != nullptr;) {
    Cursor* next = cursor->next_;
    cursor->wake();
    cursor = next;
  }
}

bool ThreadLog::idle() const {
  return pins_ == 0 && committed_ == last_ && waiters_.empty() && !dirty_;
}

}  // namespace gp::log
