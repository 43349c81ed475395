#include "log/cursor.h"

#include "base/assert.h"
#include "base/log.h"
#include "base/planted_bug.h"
#include "log/log_directory.h"

namespace gp::log {

Cursor::Cursor(ThreadLog& log, Seq after, CursorOwner& owner)
    : log_(log), owner_(owner), delivered_(after) {
  GP_ASSERT(after <= log.last(), "a cursor cannot start beyond the log");
  next_ = log_.cursors_;
  if (next_ != nullptr) next_->previous_ = this;
  log_.cursors_ = this;
}

Cursor::~Cursor() {
  if (log_.to_wake_ == this) log_.to_wake_ = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  (previous_ != nullptr ? previous_->next_ : log_.cursors_) = next_;
  log_.last_use_ = log_.directory_.core().now();
}

Cursor::Next Cursor::next() {
  if (std::exchange(failed_, false)) return {State::kFailed};
  if (page_ != nullptr) return hand_out();
  if (fetching_) return {State::kWaiting};
  if (log_.abandoned()) return {State::kFailed};
  if (at_head()) return {log_.removed() ? State::kRemoved : State::kWaiting};
  if (const Record* record = log_.hot(delivered_.next())) {
    const std::size_t fold_bytes = log_.directory_.limits().fold_bytes;
    if (fold_bytes == 0 || log_.visible_bytes_after(delivered_) < fold_bytes) {
      if (GP_PLANTED(cursor_skips_a_record) && record->seq.value % 8 == 0 &&
          record->seq < log_.visible())
        record = log_.hot(record->seq.next());
      delivered_ = record->seq;
      return {State::kRecord, *record};
    }
  }
  if (auto records = log_.catch_up(delivered_); !records.empty()) {
    page_ = std::make_unique<std::deque<Record>>(records.begin(), records.end());
    return hand_out();
  }
  if (delivered_.next() < log_.first_retained()) return {State::kTruncated};
  // What a removed log still holds are its last events.
  if (log_.removed())
    return {log_.hot(log_.visible()) != nullptr ? State::kTruncated : State::kRemoved};
  fetching_ = true;
  log_.fetch(*this);
  return {State::kWaiting};
}

Cursor::Next Cursor::hand_out() {
  Record record = std::move(page_->front());
  page_->pop_front();
  if (GP_PLANTED(page_repeats_a_record) && record.first_seq > delivered_) page_->push_front(record);
  if (page_->empty()) page_.reset();
  if (record.first_seq <= delivered_ && !GP_PLANTED(page_repeats_a_record)) {
    auto rest = cut_after(view_of(record), delivered_);
    if (rest.has_error()) {
      GP_LOG_ERROR("log", "{}: {}", log_.key().thread_id().str(), rest.error().message);
      page_.reset();
      return {State::kFailed};
    }
    record = Record::of(rest.value());
  }
  delivered_ = record.seq;
  return {State::kRecord, std::move(record)};
}

void Cursor::move_to(Seq seq) {
  GP_ASSERT(seq <= log_.last(), "a cursor cannot move beyond the log");
  page_.reset();
  fetching_ = failed_ = false;
  delivered_ = seq;
}

void Cursor::rest() { page_.reset(); }

void Cursor::on_page(bool failed) {
  if (!std::exchange(fetching_, false)) return;
  failed_ = failed;
  wake();
}

}  // namespace gp::log
