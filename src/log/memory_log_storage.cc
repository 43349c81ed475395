#include "log/memory_log_storage.h"

#include <algorithm>
#include <utility>

#include "protocol/codes.h"

namespace gp::log {
namespace {

using Kind = runtime::SimulatedDevice::Kind;
using Health = runtime::SimulatedDevice::Health;
using Logs = std::unordered_map<identity::ThreadKey, MemoryLogData::Log>;

auto disk_failed() { return fail(Code::store_unavailable, "the simulated disk failed"); }

auto first_above(const std::deque<StoredEvent>& events, Seq after) {
  return std::upper_bound(events.begin(), events.end(), after,
                          [](Seq seq, const StoredEvent& event) { return seq < event.seq; });
}

Result<> check(const Logs& logs, const std::vector<LogAppend>& appends) {
  std::unordered_map<identity::ThreadKey, Seq> lasts;
  for (const LogAppend& append : appends) {
    const auto log = logs.find(append.key);
    if (log == logs.end())
      return fail(Code::internal, "append to the log of " + append.key.thread_id().str() +
                                      ", which was not opened");
    Seq& last = lasts.try_emplace(append.key, log->second.head.last).first->second;
    for (const StoredEvent& event : append.events) {
      if (event.first_seq != last.next() || event.seq < event.first_seq)
        return fail(Code::internal, "append to the log of " + append.key.thread_id().str() +
                                        ": seq " + std::to_string(event.first_seq.value) +
                                        " does not continue it at " + std::to_string(last.value));
      last = event.seq;
    }
  }
  return ok();
}

void push(MemoryLogData::Log& log, StoredEvent event) {
  log.head.bytes += event.bytes();
  ++log.head.events;
  log.events.push_back(std::move(event));
}

Result<> append_all(Logs& logs, std::vector<LogAppend>& appends) {
  GP_TRY(check(logs, appends));
  for (LogAppend& append : appends) {
    MemoryLogData::Log& log = logs.at(append.key);
    for (StoredEvent& event : append.events) {
      log.head.last = event.seq;
      log.last_at = event.at;
      push(log, std::move(event));
    }
  }
  return ok();
}

Result<> replace_in(MemoryLogData::Log& log, std::vector<StoredEvent>& folded) {
  auto& [head, events, last_at] = log;
  if (folded.empty()) return ok();
  const auto begin = first_above(events, folded.front().first_seq.previous());
  const auto end = first_above(events, folded.back().seq);
  Seq last = folded.front().first_seq.previous();
  bool fits = begin != end && begin->first_seq == folded.front().first_seq &&
              std::prev(end)->seq == folded.back().seq;
  for (const StoredEvent& event : folded) {
    fits = fits && event.first_seq == last.next() && event.seq >= event.first_seq;
    last = event.seq;
  }
  if (!fits) return fail(Code::internal, "the folded events do not cover whole events of the log");
  for (auto event = begin; event != end; ++event) head.bytes -= event->bytes();
  for (const StoredEvent& event : folded) head.bytes += event.bytes();
  head.events = head.events - static_cast<std::uint64_t>(end - begin) + folded.size();
  head.folded = std::max(head.folded, last);
  const auto at = events.erase(begin, end);
  events.insert(at, std::make_move_iterator(folded.begin()), std::make_move_iterator(folded.end()));
  return ok();
}

void trim_log(MemoryLogData::Log& log, const TrimLimits& limits) {
  auto& [head, events, last_at] = log;
  while (!events.empty()) {
    const StoredEvent& oldest = events.front();
    const bool goes = oldest.seq < limits.below || head.bytes > limits.bytes_max ||
                      head.events > limits.events_max || oldest.at < limits.oldest;
    if (!goes || oldest.seq >= limits.held) break;
    head.bytes -= oldest.bytes();
    --head.events;
    head.first_retained = std::max(head.first_retained, oldest.seq.next());
    events.pop_front();
  }
  const Seq below = std::min({limits.below, limits.held, head.last.next()});
  head.first_retained = std::max(head.first_retained, below);
}

std::vector<OverdueLog> find_overdue(const Logs& logs, const RetentionGoal& goal) {
  std::vector<const Logs::value_type*> idlest;
  std::uint64_t bytes = 0;
  for (const auto& entry : logs) {
    if (entry.second.events.empty()) continue;
    bytes += entry.second.head.bytes;
    idlest.push_back(&entry);
  }
  std::ranges::sort(idlest, {}, [](const auto* entry) {
    return std::pair(entry->second.last_at, entry->first.thread_id().str());
  });
  std::uint64_t excess = bytes > goal.bytes_max ? bytes - goal.bytes_max : 0;
  std::vector<OverdueLog> found;
  for (const auto* entry : idlest) {
    const MemoryLogData::Log& log = entry->second;
    if (found.size() >= LogStorage::kOverdueMax) break;
    if (excess == 0 && log.events.front().at >= goal.oldest) continue;
    TrimLimits limits;
    limits.oldest = goal.oldest;
    const std::uint64_t share = std::min(excess, log.head.bytes);
    if (share > 0) limits.bytes_max = log.head.bytes - share;
    excess -= share;
    found.push_back({entry->first, limits});
  }
  return found;
}

}  // namespace

template <class T>
void MemoryLogStorage::ask(Kind kind, UniqueFunction<Result<T>()> work,
                           Completion<Result<T>> done) {
  device_.ask(
      kind,
      [work = std::move(work), done = std::move(done)](Health health) mutable -> runtime::Task {
        Result<T> result = health == Health::kWorks ? work() : Result<T>(disk_failed());
        return [result = std::move(result), done = std::move(done)]() mutable {
          done(std::move(result));
        };
      });
}

void MemoryLogStorage::open(const identity::ThreadKey& key, const Epoch& epoch_if_new,
                            Completion<Result<LogHead>> done) {
  ask<LogHead>(
      Kind::kWrite,
      [this, key, epoch_if_new]() -> Result<LogHead> {
        const LogHead fresh{epoch_if_new, Seq{0}, Seq{1}};
        return data_.logs.try_emplace(key, MemoryLogData::Log{fresh, {}}).first->second.head;
      },
      std::move(done));
}

void MemoryLogStorage::append(std::vector<LogAppend> appends, Completion<Result<>> done) {
  ask<void>(
      Kind::kWrite,
      [this, appends = std::move(appends)]() mutable { return append_all(data_.logs, appends); },
      std::move(done));
}

void MemoryLogStorage::read(const identity::ThreadKey& key, ReadRange range,
                            Completion<Result<std::vector<StoredEvent>>> done) {
  ask<std::vector<StoredEvent>>(
      Kind::kRead,
      [this, key, range]() -> Result<std::vector<StoredEvent>> {
        std::vector<StoredEvent> page;
        const auto log = data_.logs.find(key);
        if (log == data_.logs.end()) return page;
        const std::deque<StoredEvent>& events = log->second.events;
        std::size_t bytes = 0;
        for (auto at = first_above(events, range.after); at != events.end(); ++at) {
          bytes += at->json.size();
          if (!page.empty() && bytes > range.bytes_max) break;
          page.push_back(*at);
        }
        return page;
      },
      std::move(done));
}

void MemoryLogStorage::renew_epoch(const identity::ThreadKey& key, const Epoch& epoch,
                                   Completion<Result<>> done) {
  ask<void>(
      Kind::kWrite,
      [this, key, epoch]() -> Result<> {
        if (const auto log = data_.logs.find(key); log != data_.logs.end())
          log->second.head.epoch = epoch;
        return ok();
      },
      std::move(done));
}

void MemoryLogStorage::replace(const identity::ThreadKey& key, std::vector<StoredEvent> folded,
                               Completion<Result<>> done) {
  ask<void>(
      Kind::kWrite,
      [this, key, folded = std::move(folded)]() mutable -> Result<> {
        const auto found = data_.logs.find(key);
        return found == data_.logs.end() ? ok() : replace_in(found->second, folded);
      },
      std::move(done));
}

void MemoryLogStorage::trim(const identity::ThreadKey& key, const TrimLimits& limits,
                            Completion<Result<LogHead>> done) {
  ask<LogHead>(
      Kind::kWrite,
      [this, key, limits]() -> Result<LogHead> {
        const auto found = data_.logs.find(key);
        if (found == data_.logs.end()) return LogHead{{}, Seq{0}, Seq{1}};
        trim_log(found->second, limits);
        return found->second.head;
      },
      std::move(done));
}

void MemoryLogStorage::overdue(const RetentionGoal& goal,
                               Completion<Result<std::vector<OverdueLog>>> done) {
  ask<std::vector<OverdueLog>>(
      Kind::kRead,
      [this, goal]() -> Result<std::vector<OverdueLog>> { return find_overdue(data_.logs, goal); },
      std::move(done));
}

void MemoryLogStorage::remove(const identity::ThreadKey& key, Completion<Result<>> done) {
  ask<void>(
      Kind::kWrite,
      [this, key]() -> Result<> {
        data_.logs.erase(key);
        return ok();
      },
      std::move(done));
}

}  // namespace gp::log
