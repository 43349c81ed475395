#include "log/log_directory.h"

#include "log/cursor.h"

namespace gp::log {
namespace {

constexpr std::size_t kWakesPerRound = 64;

}  // namespace

LogDirectory::LogDirectory(runtime::Core& core, LogStorage& storage, LogLimits limits,
                           metrics::CoreMetrics& metrics)
    : core_(core),
      storage_(storage),
      limits_(limits),
      metrics_(metrics),
      committer_(core, storage, limits_, metrics),
      shared_(limits_.shared_bytes),
      upkeep_(*this),
      sweep_timer_(core) {
  core_.at_turn_end([this, token = liveness_.token()] {
    if (token.alive()) wake_dirty();
  });
  sweep_timer_.arm(limits_.idle, [this] { sweep(); });
}

LogDirectory::~LogDirectory() = default;

ThreadLog* LogDirectory::find(const identity::ThreadKey& key) {
  core_.assert_here();
  const auto found = logs_.find(key);
  return found == logs_.end() ? nullptr : found->second.get();
}

std::span<ThreadLog* const> LogDirectory::of_owner(const UserId& owner) const {
  core_.assert_here();
  const auto found = by_owner_.find(owner);
  return found == by_owner_.end() ? std::span<ThreadLog* const>()
                                  : std::span<ThreadLog* const>(found->second);
}

void LogDirectory::unlist(const ThreadLog& log) {
  core_.assert_here();
  const auto found = by_owner_.find(log.key().owner());
  std::erase(found->second, &log);
  if (found->second.empty()) by_owner_.erase(found);
}

void LogDirectory::open(const identity::ThreadKey& key, Completion<Result<ThreadLog*>> done) {
  core_.assert_here();
  if (ThreadLog* log = find(key)) {
    log->last_use_ = core_.now();
    done(log);
    return;
  }
  auto& waiting = opening_[key];
  waiting.push_back(std::move(done));
  if (waiting.size() > 1) return;
  storage_.open(key, core_.ids().epoch(),
                [this, key, token = liveness_.token()](Result<LogHead> head) {
                  if (token.alive()) finish_open(key, std::move(head));
                });
}

void LogDirectory::finish_open(const identity::ThreadKey& key, Result<LogHead> head) {
  core_.assert_here();
  auto node = opening_.extract(key);
  if (head.has_error()) {
    for (auto& done : node.mapped()) done(Error(head.error()));
    return;
  }
  auto& log = logs_[key];
  log = std::make_unique<ThreadLog>(*this, key, std::move(head.value()));
  by_owner_[key.owner()].push_back(log.get());
  metrics_.log_threads_open.set(static_cast<double>(logs_.size()));
  if (opened_) opened_(*log);
  const ThreadLog::Pin pin(*log);
  for (auto& done : node.mapped()) done(log.get());
}

// Events that are still on their way to the storage get there first: an append to a removed log
// would be refused.
void LogDirectory::remove(const identity::ThreadKey& key, Completion<Result<>> done) {
  core_.assert_here();
  ThreadLog* log = find(key);
  if (log == nullptr) return storage_.remove(key, std::move(done));
  drop(*log);
  if (log->committed_ == log->last_) return storage_.remove(key, std::move(done));
  log->when_quiet_ = [this, key, token = liveness_.token(),
                      done = std::move(done)](Result<>) mutable {
    if (token.alive()) storage_.remove(key, std::move(done));
  };
  committer_.hurry(*log);
}

void LogDirectory::drop(ThreadLog& log) {
  core_.assert_here();
  const auto found = logs_.find(log.key());
  if (found == logs_.end() || found->second.get() != &log) return;
  log.removed_ = true;
  unlist(log);
  if (!std::exchange(log.dirty_, true)) mark_dirty(log);
  removed_.push_back(std::move(found->second));
  logs_.erase(found);
}

std::vector<Record> LogDirectory::fold(const std::vector<Record>& records) {
  if (limits_.fold_bytes == 0) return records;
  std::vector<Record> result;
  fold_all(
      records, limits_.fold, [](const Record& record) { return view_of(record); },
      [&](const StoredEvent& event) { result.push_back(Record::of(event)); },
      [&](const Record& record) { result.push_back(record); });
  metrics_.log_catch_ups.add();
  return result;
}

std::vector<Record> LogDirectory::fold(const std::vector<StoredEvent>& events) {
  std::vector<Record> result;
  const auto add = [&](const StoredEvent& event) { result.push_back(Record::of(event)); };
  if (limits_.fold_bytes == 0) {
    for (const StoredEvent& event : events) add(event);
    return result;
  }
  fold_all(
      events, limits_.fold, [](const StoredEvent& event) { return view_of(event); }, add, add);
  metrics_.log_catch_ups.add();
  return result;
}

void LogDirectory::mark_dirty(ThreadLog& log) {
  core_.assert_here();
  dirty_.push_back(&log);
  core_.request_turn_end();
}

// A round wakes a few readers, and the hooks behind this one write to them while what was touched
// of them is in the processor's cache; then the next round comes.
void LogDirectory::wake_dirty() {
  core_.assert_here();
  std::size_t wakes = kWakesPerRound;
  for (; woken_ < dirty_.size(); ++woken_) {
    if (!dirty_[woken_]->wake_cursors(wakes)) return core_.request_turn_end();
  }
  dirty_.clear();
  woken_ = 0;
}

// Logs go when nobody reads or writes them; logs that are only read keep no events in memory that
// every reader has.
void LogDirectory::sweep() {
  core_.assert_here();
  const MonotonicTime before = core_.now() - limits_.idle;
  std::erase_if(logs_, [this, before](auto& entry) {
    ThreadLog& log = *entry.second;
    if (!log.idle() || log.last_use_ > before) return false;
    if (log.cursors_ != nullptr) {
      log.shrink(0);
      return false;
    }
    unlist(log);
    return true;
  });
  std::erase_if(removed_, [](const auto& log) { return log->idle() && log->cursors_ == nullptr; });
  metrics_.log_threads_open.set(static_cast<double>(logs_.size()));
  sweep_timer_.arm(limits_.idle, [this] { sweep(); });
}

}  // namespace gp::log
