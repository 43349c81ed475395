#include "adapters/sqlite/schema.h"

#include <fmt/core.h>

#include <array>

namespace gp::sqlite {
namespace {

// "gopa": tells our files from other programs'
// (https://sqlite.org/pragma.html#pragma_application_id).
constexpr std::int64_t kApplicationId = 0x676f7061;

// logs and events belong to the LogStorage, the others to the ChatStore: two ports, no references
// between them. Times are microseconds since 1970. Events are clustered by (log_id, seq), so a page
// of them is one range of one B-tree. Answers may carry any message_id; only user messages have the
// idempotency key, because a client can choose an id that an answer will get, and that must not
// make storing the answer fail.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE probe (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL);
INSERT INTO probe VALUES (1, 0);

CREATE TABLE logs (
  log_id INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  thread_id TEXT NOT NULL,
  epoch TEXT NOT NULL,
  last INTEGER NOT NULL,
  first_retained INTEGER NOT NULL,
  UNIQUE (owner, thread_id)
);
CREATE TABLE events (
  log_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  type TEXT NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (log_id, seq)
) WITHOUT ROWID;

CREATE TABLE threads (
  thread_row INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  thread_id TEXT NOT NULL,
  title TEXT NOT NULL,
  metadata TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  UNIQUE (owner, thread_id)
);
CREATE INDEX threads_by_activity ON threads (owner, updated_at, thread_id);

CREATE TABLE messages (
  message_row INTEGER PRIMARY KEY,
  thread_row INTEGER NOT NULL,
  position INTEGER NOT NULL,
  owner TEXT NOT NULL,
  message_id TEXT NOT NULL,
  role TEXT NOT NULL,
  content TEXT NOT NULL,
  parts TEXT NOT NULL,
  run_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (thread_row, position)
);
CREATE UNIQUE INDEX messages_accepted ON messages (owner, message_id) WHERE role = 'user';

CREATE TABLE runs (
  run_row INTEGER PRIMARY KEY,
  thread_row INTEGER NOT NULL,
  owner TEXT NOT NULL,
  run_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  agent_name TEXT NOT NULL,
  state TEXT NOT NULL,
  error_code TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  UNIQUE (owner, run_id)
);
CREATE INDEX runs_by_thread ON runs (thread_row);
CREATE INDEX runs_active ON runs (thread_row) WHERE state IN ('queued', 'running');
)sql";

// Folding and retention. `at` and the logs' sums are filled from what is there; an event whose JSON
// has no timestamp counts as ancient. `forgotten`: log_upkeep.h.
constexpr const char* kVersion2 = R"sql(
ALTER TABLE events ADD COLUMN fold BLOB;
ALTER TABLE events ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
UPDATE events SET at = ifnull(CAST(round(json_extract(json, '$.timestamp') * 1e6) AS INTEGER), 0)
  WHERE json_valid(json);

ALTER TABLE logs ADD COLUMN folded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE logs ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE logs ADD COLUMN events INTEGER NOT NULL DEFAULT 0;
ALTER TABLE logs ADD COLUMN oldest_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE logs ADD COLUMN last_at INTEGER NOT NULL DEFAULT 0;
UPDATE logs SET
  bytes = (SELECT ifnull(sum(length(CAST(json AS BLOB))), 0) FROM events e
           WHERE e.log_id = logs.log_id),
  events = (SELECT count(*) FROM events e WHERE e.log_id = logs.log_id),
  oldest_at = ifnull((SELECT at FROM events e WHERE e.log_id = logs.log_id
                      ORDER BY seq LIMIT 1), 0),
  last_at = ifnull((SELECT at FROM events e WHERE e.log_id = logs.log_id
                    ORDER BY seq DESC LIMIT 1), 0);

CREATE TABLE forgotten (log_id INTEGER PRIMARY KEY, below INTEGER NOT NULL);
)sql";

// Deletions that a crash cut short are found again.
constexpr const char* kVersion3 = R"sql(
ALTER TABLE threads ADD COLUMN is_going INTEGER NOT NULL DEFAULT 0;
CREATE INDEX threads_going ON threads (thread_row) WHERE is_going = 1;
)sql";

constexpr std::array<const char*, 3> kMigrations{kVersion1, kVersion2, kVersion3};

Result<> check_ownership(Database& database, std::int64_t version) {
  GP_TRY(const auto application, database.integer("PRAGMA application_id"));
  GP_TRY(const auto tables, database.integer("SELECT count(*) FROM sqlite_schema"));
  const bool fresh = version == 0 && application == 0 && tables == 0;
  if (fresh || application == kApplicationId) return ok();
  return fail(Code::store_unavailable,
              fmt::format("{} is another program's database; name another data directory",
                          database.path().string()));
}

Result<> apply(Database& database, std::span<const char* const> migrations, std::size_t from) {
  for (std::size_t i = from; i < migrations.size(); ++i) {
    GP_TRY(database.execute(migrations[i]));
  }
  GP_TRY(database.execute(fmt::format("PRAGMA application_id = {}", kApplicationId)));
  return database.execute(fmt::format("PRAGMA user_version = {}", migrations.size()));
}

}  // namespace

std::span<const char* const> migrations() { return kMigrations; }

Result<> migrate(Database& database, std::span<const char* const> migrations) {
  GP_TRY(const auto version, database.integer("PRAGMA user_version"));
  GP_TRY(check_ownership(database, version));
  const auto current = static_cast<std::int64_t>(migrations.size());
  if (version < 0 || version > current)
    return fail(Code::store_unavailable,
                fmt::format("{} has schema version {}, and this program knows versions up to {}; "
                            "start the newer goldenpath that wrote it, or restore a backup",
                            database.path().string(), version, current));
  if (version == current) return ok();
  GP_TRY(database.execute("BEGIN IMMEDIATE"));
  Result<> applied = apply(database, migrations, static_cast<std::size_t>(version));
  if (applied) applied = database.execute("COMMIT");
  if (!applied && database.in_transaction()) (void)database.execute("ROLLBACK");
  return applied;
}

}  // namespace gp::sqlite
