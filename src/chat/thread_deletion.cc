// How a thread goes (the deletions of ThreadService):
//   begin_delete   it must be there, with a log that can be written
//   mark           it is marked as going; its runs are stopped; the readers' last event is appended
//   remove_log     when that event is committed, the events go
//   remove_stored  then the thread itself, its messages and runs
// The thread goes last: after a crash in between its mark is found, and recovery ends the deletion;
// no event of it comes back. When the storage fails, whoever waits is told, and the deletion is
// tried on until it is done.
#include "chat/thread_service.h"

namespace gp::chat {

void ThreadService::delete_thread(const identity::UserExecutionContext& context,
                                  const protocol::DeleteThread& request,
                                  Completion<Result<>> done) {
  auto made = identity::ThreadKey::of(context, request.thread_id);
  if (made.has_error()) return done(Error(made.error()));
  const auto& key = made.value();
  deleting_[key].waiting.push_back(std::move(done));
  if (!reserved_.contains(key)) begin_delete(key);
}

void ThreadService::begin_delete(const identity::ThreadKey& key) {
  const auto found = deleting_.find(key);
  if (found == deleting_.end() || std::exchange(found->second.begun, true)) return;
  services_.store.find_thread(
      key, [this, key, token = liveness_.token()](Result<protocol::Thread> thread) {
        if (!token.alive()) return;
        if (thread.has_error()) return finish_delete(key, Error(thread.error()));
        services_.logs.open(key, [this, key, token](Result<log::ThreadLog*> opened) {
          if (!token.alive()) return;
          if (opened.has_error()) return finish_delete(key, Error(opened.error()));
          deleting_.at(key).log.emplace(*opened.value());
          mark(key);
        });
      });
}

// From here on nothing but a crash stops the deletion, and after that the mark brings it to its
// end: a thread that lives on must not have one.
void ThreadService::mark(const identity::ThreadKey& key) {
  services_.store.begin_delete(key, [this, key, token = liveness_.token()](Result<> marked) {
    if (!token.alive()) return;
    if (marked.has_error()) return finish_delete(key, Error(marked.error()));
    runs_.stop_thread(key, key.owner(), "the thread was deleted");
    const auto pin = std::exchange(deleting_.at(key).log, std::nullopt);
    (*pin)->append({protocol::EventType::thread_updated,
                    {},
                    {},
                    protocol::payload::thread_updated({}, "deleted", {})},
                   log::Delivery::kAfterCommit, [this, key, token](Result<Seq>) {
                     if (token.alive()) remove_log(key);
                   });
  });
}

void ThreadService::remove_log(const identity::ThreadKey& key) {
  services_.logs.remove(key, [this, key, token = liveness_.token()](Result<> removed) {
    if (!token.alive()) return;
    if (removed.has_value()) return remove_stored(key);
    tell_all(removed.error());
    services_.core.call_after(services_.logs.limits().commit_retry, [this, key, token] {
      if (token.alive()) remove_log(key);
    });
  });
}

void ThreadService::remove_stored(const identity::ThreadKey& key) {
  services_.store.delete_thread(key, [this, key, token = liveness_.token()](Result<> deleted) {
    if (!token.alive()) return;
    if (deleted.has_value() || deleted.error().code == Code::thread_not_found)
      return finish_delete(key, ok());
    tell_all(deleted.error());
    services_.core.call_after(services_.logs.limits().commit_retry, [this, key, token] {
      if (token.alive()) remove_stored(key);
    });
  });
}

void ThreadService::finish_delete(const identity::ThreadKey& key, Result<> result) {
  auto node = deleting_.extract(key);
  for (auto& done : node.mapped().waiting) {
    if (result.has_error()) {
      done(Error(result.error()));
    } else {
      done(ok());
    }
  }
}

}  // namespace gp::chat
