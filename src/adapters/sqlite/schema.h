/// Schema: the tables of goldenpath.db, and how an older file becomes a current one.
///
/// `PRAGMA user_version` counts the migrations a file has seen. To change the schema: append a
/// migration to kMigrations in schema.cc, which takes the file of the version before forward; never
/// edit one that was released. Errors: Code::store_unavailable if the file is newer than this
/// program, or is another program's.
#pragma once

#include <span>

#include "adapters/sqlite/database.h"

namespace gp::sqlite {

/// Migration i makes version i + 1 out of version i.
std::span<const char* const> migrations();

/// Brings the file to version migrations.size(), all or nothing.
Result<> migrate(Database& database, std::span<const char* const> migrations);

}  // namespace gp::sqlite
