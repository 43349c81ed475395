#include "log/cursor.h"

#include "base/assert.h"
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
  if (next_ != nullptr) next_->previous_ = previous_;
  (previous_ != nullptr ? previous_->next_ : log_.cursors_) = next_;
  log_.last_use_ = log_.directory_.core().now();
}

Cursor::Next Cursor::next() {
  if (behind_ != nullptr) {
    if (behind_->failed) {
      behind_.reset();
      return {State::kFailed};
    }
    if (behind_->reading) return {State::kWaiting};
    if (!behind_->page.empty()) {
      Record record = std::move(behind_->page.front());
      behind_->page.pop_front();
      if (behind_->page.empty()) behind_.reset();
      delivered_ = record.seq;
      return {State::kRecord, std::move(record)};
    }
    behind_.reset();
  }
  if (at_head()) return {log_.removed() ? State::kRemoved : State::kWaiting};
  if (const Record* record = log_.hot(delivered_.next())) {
    delivered_ = record->seq;
    return {State::kRecord, *record};
  }
  if (delivered_.next() < log_.first_retained()) return {State::kTruncated};
  if (log_.removed()) return {State::kRemoved};
  read_page();
  return {State::kWaiting};
}

void Cursor::move_to(Seq seq) {
  GP_ASSERT(seq <= log_.last(), "a cursor cannot move beyond the log");
  behind_.reset();
  delivered_ = seq;
}

void Cursor::read_page() {
  behind_ = std::make_unique<Behind>();
  behind_->reading = true;
  LogDirectory& directory = log_.directory_;
  directory.metrics().log_pages_read.add();
  directory.storage().read(
      log_.key(), ReadRange{delivered_, directory.limits().page_bytes},
      [this, token = behind_->liveness.token()](Result<std::vector<StoredEvent>> result) {
        if (!token.alive()) return;
        behind_->reading = false;
        // An empty page means that the events below the hot part are not there: that is a failed
        // read, not an end.
        behind_->failed = result.has_error() || result.value().empty();
        if (!behind_->failed) {
          for (const StoredEvent& event : result.value())
            behind_->page.push_back(
                Record{event.seq, event.first_seq, event.type, SharedBytes(event.json)});
        }
        owner_.on_cursor_ready(*this);
      });
}

}  // namespace gp::log
