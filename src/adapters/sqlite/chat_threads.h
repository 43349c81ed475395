/// The ChatStore's operations on threads, as functions of the database. Contracts:
/// store/chat_store.h.
///
/// Thread: the writer's, inside its transaction.
#pragma once

#include <string>
#include <vector>

#include "adapters/sqlite/database.h"
#include "store/chat_store.h"

namespace gp::sqlite {

/// The row of a new thread.
Result<std::int64_t> insert_thread(Database& database, const identity::ThreadKey& key,
                                   const store::NewThread& thread);
Result<store::CreatedThread> create_thread(Database& database, const identity::ThreadKey& key,
                                           const store::NewThread& thread);
Result<protocol::Thread> find_thread(Database& database, const identity::ThreadKey& key);
Result<store::ThreadPage> list_threads(Database& database, const UserId& owner,
                                       const store::Page& page);
Result<protocol::Thread> rename_thread(Database& database, const identity::ThreadKey& key,
                                       const std::string& title, WallTime now);
Result<> begin_delete(Database& database, const identity::ThreadKey& key);
Result<std::vector<identity::ThreadKey>> unfinished_deletions(Database& database);
Result<> delete_thread(Database& database, const identity::ThreadKey& key);

}  // namespace gp::sqlite
