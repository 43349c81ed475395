/// Registry: the people of a schedule, the names of their threads, and the disk under the server.
///
/// All users use the same thread ids and message ids: only the owner tells them apart, so whatever
/// mixes owners up is seen. Every text a user or their agent writes holds the user's marker.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "identity/user_execution_context.h"
#include "log/memory_log_storage.h"
#include "store/memory_chat_store.h"

namespace gp::sim {

/// What survives a crash.
struct Disk {
  log::MemoryLogData logs;
  store::MemoryChatData chat;
};

inline std::string marker_of(std::size_t user) { return fmt::format("#U{}", user); }
inline UserId user_id_of(std::size_t user) { return UserId("who" + marker_of(user)); }

class Registry {
 public:
  struct Thread {
    std::string name;
    identity::ThreadKey key;
    bool delete_asked = false;  ///< from then on its content may go
  };

  Registry(std::size_t users, const Disk& disk) : disk_(disk), threads_(users) {}

  std::size_t users() const { return threads_.size(); }
  const std::deque<Thread>& threads(std::size_t user) const { return threads_[user]; }
  Thread& thread(std::size_t user, std::size_t index) { return threads_[user][index]; }
  /// The thread's index; a name that was not known gets one.
  std::size_t index_of(std::size_t user, std::string_view name) {
    auto& known = threads_[user];
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (known[i].name == name) return i;
    }
    known.push_back(
        {std::string(name),
         identity::ThreadKey::from_storage(user_id_of(user), ThreadId(std::string(name))), false});
    return known.size() - 1;
  }

  /// The log on the disk; nullptr if there is none.
  const log::MemoryLogData::Log* log(std::size_t user, std::size_t index) const {
    const auto found = disk_.logs.logs.find(threads_[user][index].key);
    return found == disk_.logs.logs.end() ? nullptr : &found->second;
  }
  /// The stored event that covers `seq`; nullptr if none does.
  const log::StoredEvent* stored(std::size_t user, std::size_t index, std::uint64_t seq) const {
    const auto* found = log(user, index);
    if (found == nullptr) return nullptr;
    for (auto at = found->events.rbegin(); at != found->events.rend(); ++at) {
      if (at->seq.value < seq) break;
      if (at->first_seq.value <= seq) return &*at;
    }
    return nullptr;
  }
  /// The thread as the store has it; nullptr if it has none.
  const store::MemoryChatData::Thread* chat(std::size_t user, std::size_t index) const {
    const auto& key = threads_[user][index].key;
    const auto found = disk_.chat.threads.find({key.owner(), key.thread_id()});
    return found == disk_.chat.threads.end() ? nullptr : &found->second;
  }

 private:
  const Disk& disk_;
  std::vector<std::deque<Thread>> threads_;
};

}  // namespace gp::sim
