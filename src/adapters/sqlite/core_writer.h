/// SqliteCoreWriter: gathers what one core asks of the storage during a turn, and submits it at the
/// turn's end as one unit: what a core writes in one turn is committed in one transaction,
/// whichever port it went through.
///
/// Owner: the core's wiring; shared by the core's SqliteLogStorage and SqliteChatStore, which it
/// outlives. Thread: a root object of its core; asking outside a turn (before the core runs) makes
/// a unit at once. Lifetime: destroyed before SqliteStorage::close(); it submits what it still
/// holds.
#pragma once

#include <memory>
#include <utility>

#include "adapters/sqlite/sqlite_storage.h"

namespace gp::sqlite {

class SqliteCoreWriter {
 public:
  SqliteCoreWriter(runtime::Core& core, SqliteStorage& storage);
  ~SqliteCoreWriter();
  SqliteCoreWriter(const SqliteCoreWriter&) = delete;
  SqliteCoreWriter& operator=(const SqliteCoreWriter&) = delete;

  void ask(std::unique_ptr<Operation> operation);

  /// `payload_bytes`: the texts that the operation holds.
  template <class T, class Work>
  void ask(Operation::Kind kind, std::size_t payload_bytes, Work work, Completion<Result<T>> done) {
    ask(std::make_unique<SimpleOperation<T>>(kind, kOperationBytes + payload_bytes, std::move(work),
                                             std::move(done)));
  }

  /// For operations, which run on the writer's thread.
  LogRows& log_rows() { return storage_.log_rows(); }

  /// What an operation is counted as besides its texts.
  static constexpr std::size_t kOperationBytes = 512;

 private:
  void submit();

  runtime::Core& core_;
  SqliteStorage& storage_;
  Operations operations_ GP_GUARDED_BY(core_);
  runtime::Liveness liveness_;
};

}  // namespace gp::sqlite
