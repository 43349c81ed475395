/// The ChatStore's operations on messages and runs, as functions of the database. Contracts:
/// store/chat_store.h.
///
/// Thread: the writer's, inside its transaction.
#pragma once

#include <vector>

#include "adapters/sqlite/database.h"
#include "store/chat_store.h"

namespace gp::sqlite {

Result<store::AcceptedMessage> accept_message(Database& database, const identity::ThreadKey& key,
                                              const store::NewMessage& message);
Result<> record_message_seq(Database& database, const identity::ThreadKey& key,
                            const MessageId& message_id, Seq seq);
Result<protocol::Message> find_message(Database& database, const UserId& owner,
                                       const MessageId& message_id);
Result<store::MessagePage> list_messages(Database& database, const identity::ThreadKey& key,
                                         const store::Page& page);
Result<> start_run(Database& database, const identity::ThreadKey& key, const RunId& run_id);
Result<> finish_run(Database& database, const identity::ThreadKey& key,
                    const store::FinishedRun& finished);
Result<protocol::Run> find_run(Database& database, const UserId& owner, const RunId& run_id);
Result<std::vector<store::UnfinishedRun>> unfinished_runs(Database& database);

}  // namespace gp::sqlite
