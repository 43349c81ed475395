#include "adapters/sqlite/core_writer.h"

namespace gp::sqlite {

// The hook lives as long as the core, which may be longer than this.
SqliteCoreWriter::SqliteCoreWriter(runtime::Core& core, SqliteStorage& storage)
    : core_(core), storage_(storage) {
  core.at_turn_end([this, token = liveness_.token()] {
    if (token.alive()) submit();
  });
}

SqliteCoreWriter::~SqliteCoreWriter() { submit(); }

void SqliteCoreWriter::ask(std::unique_ptr<Operation> operation) {
  core_.assert_here();
  operations_.push_back(std::move(operation));
  if (core_.in_turn()) {
    core_.request_turn_end();
  } else {
    submit();
  }
}

void SqliteCoreWriter::submit() {
  core_.assert_here();
  if (!operations_.empty()) storage_.submit(core_, std::exchange(operations_, {}));
}

}  // namespace gp::sqlite
