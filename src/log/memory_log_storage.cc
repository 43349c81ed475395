#include "log/memory_log_storage.h"

#include <algorithm>
#include <utility>

#include "protocol/codes.h"

namespace gp::log {
namespace {

using Kind = runtime::SimulatedDevice::Kind;
using Health = runtime::SimulatedDevice::Health;
using Logs = std::unordered_map<identity::ThreadKey, MemoryLogData::Log>;

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

Result<> append_all(Logs& logs, std::vector<LogAppend>& appends) {
  GP_TRY(check(logs, appends));
  for (LogAppend& append : appends) {
    MemoryLogData::Log& log = logs.at(append.key);
    for (StoredEvent& event : append.events) {
      log.head.last = event.seq;
      log.events.push_back(std::move(event));
    }
  }
  return ok();
}

auto first_above(const std::deque<StoredEvent>& events, Seq after) {
  return std::upper_bound(events.begin(), events.end(), after,
                          [](Seq seq, const StoredEvent& event) { return seq < event.seq; });
}

}  // namespace

template <class T>
void MemoryLogStorage::ask(Kind kind, UniqueFunction<Result<T>()> work,
                           Completion<Result<T>> done) {
  device_.ask(
      kind,
      [work = std::move(work), done = std::move(done)](Health health) mutable -> runtime::Task {
        Result<T> result =
            health == Health::kWorks
                ? work()
                : Result<T>(fail(Code::store_unavailable, "the simulated disk failed"));
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

void MemoryLogStorage::truncate(const identity::ThreadKey& key, Seq keep_from,
                                Completion<Result<>> done) {
  ask<void>(
      Kind::kWrite,
      [this, key, keep_from]() -> Result<> {
        const auto found = data_.logs.find(key);
        if (found == data_.logs.end()) return ok();
        auto& [head, events] = found->second;
        const Seq from = std::min(keep_from, head.last.next());
        head.first_retained = std::max(head.first_retained, from);
        while (!events.empty() && events.front().seq < from) events.pop_front();
        return ok();
      },
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
