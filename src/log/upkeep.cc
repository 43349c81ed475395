#include "log/upkeep.h"

#include <algorithm>

#include "base/log.h"
#include "log/log_directory.h"

namespace gp::log {
namespace {

constexpr std::size_t kPageBytes = 512 * kKiB;

/// The events of a page as they should be stored.
std::vector<StoredEvent> folded(const std::vector<StoredEvent>& page, FoldLimits limits) {
  std::vector<StoredEvent> result;
  fold_all(
      page, limits, [](const StoredEvent& event) { return view_of(event); },
      [&](StoredEvent event) { result.push_back(std::move(event)); },
      [&](const StoredEvent& event) { result.push_back(event); });
  return result;
}

std::uint64_t bytes_of(const std::vector<StoredEvent>& events) {
  std::uint64_t bytes = 0;
  for (const StoredEvent& event : events) bytes += event.bytes();
  return bytes;
}

/// Leaves what differs: rows that stay need not be written again.
void drop_equal_ends(const std::vector<StoredEvent>& page, std::vector<StoredEvent>& folded) {
  std::size_t head = 0;
  while (head < folded.size() && folded[head] == page[head]) ++head;
  std::size_t tail = 0;
  while (tail < folded.size() - head &&
         folded[folded.size() - 1 - tail] == page[page.size() - 1 - tail])
    ++tail;
  folded.erase(folded.end() - static_cast<std::ptrdiff_t>(tail), folded.end());
  folded.erase(folded.begin(), folded.begin() + static_cast<std::ptrdiff_t>(head));
}

}  // namespace

void Upkeep::fold(ThreadLog& log, Seq through) {
  add(Job{ThreadLog::Pin(log), std::min(through, log.committed())});
}

void Upkeep::trim(ThreadLog& log, const TrimLimits& limits) {
  add(Job{ThreadLog::Pin(log), limits});
}

void Upkeep::add(Job job) {
  jobs_.push_back(std::move(job));
  if (jobs_.size() == 1) start();
}

void Upkeep::start() {
  Job& job = jobs_.front();
  if (job.log->removed()) return end(nullptr);
  if (std::holds_alternative<Seq>(job.what)) return fold_from(job.log->folded_);
  // What is held is asked now, not when the job was; and nothing that comes while it is done goes.
  TrimLimits limits = std::get<TrimLimits>(job.what);
  limits.held = std::min({limits.held, job.log->held(), job.log->last().next()});
  directory_.storage().trim(job.log->key(), limits,
                            [this, token = liveness_.token()](Result<LogHead> head) {
                              if (!token.alive()) return;
                              if (head.has_error()) return end(&head.error());
                              ThreadLog& log = *jobs_.front().log;
                              directory_.metrics().log_trims.add();
                              if (!log.removed()) log.on_trimmed(head.value());
                              end(nullptr);
                            });
}

// The next job begins in a turn of its own: whoever asked is not called back into.
void Upkeep::end(const Error* failure) {
  if (failure != nullptr) {
    directory_.metrics().log_upkeep_failures.add();
    GP_LOG_WARNING("log", "the log of {} was not folded or trimmed, which is tried again later: {}",
                   jobs_.front().log->key().thread_id().str(), failure->message);
  }
  directory_.core().post([this, token = liveness_.token()] {
    if (!token.alive()) return;
    jobs_.pop_front();
    if (!jobs_.empty()) start();
  });
}

void Upkeep::fold_from(Seq after) {
  ThreadLog& log = *jobs_.front().log;
  if (after >= std::get<Seq>(jobs_.front().what)) {
    log.trim_if_over();
    return end(nullptr);
  }
  directory_.storage().read(
      log.key(), ReadRange{after, kPageBytes},
      [this, after, token = liveness_.token()](Result<std::vector<StoredEvent>> page) {
        if (!token.alive()) return;
        if (page.has_error()) return end(&page.error());
        fold_page(after, std::move(page.value()));
      });
}

void Upkeep::fold_page(Seq after, std::vector<StoredEvent> page) {
  ThreadLog& log = *jobs_.front().log;
  const Seq through = std::get<Seq>(jobs_.front().what);
  std::erase_if(page, [through](const StoredEvent& event) { return event.seq > through; });
  if (page.empty() || log.removed()) return end(nullptr);
  const Seq last = page.back().seq;
  std::vector<StoredEvent> result = folded(page, directory_.limits().fold);
  // A part at the end may go on in the next page: that one begins with it, unless it was all of
  // this one.
  const Seq whole = last < through ? result.back().first_seq.previous() : last;
  const Seq next = whole > after || page.size() > 1 ? whole : last;
  const std::uint64_t events = page.size() - result.size();
  const std::uint64_t bytes = bytes_of(page) - bytes_of(result);
  drop_equal_ends(page, result);
  const auto go_on = [this, next, events, bytes] {
    jobs_.front().log->on_folded(next, bytes, events);
    fold_from(next);
  };
  if (result.empty()) return go_on();
  directory_.storage().replace(log.key(), std::move(result),
                               [this, go_on, token = liveness_.token()](Result<> replaced) {
                                 if (!token.alive()) return;
                                 if (replaced.has_error()) return end(&replaced.error());
                                 go_on();
                               });
}

}  // namespace gp::log
