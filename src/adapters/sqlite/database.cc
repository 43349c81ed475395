#include "adapters/sqlite/database.h"

#include <fmt/core.h>
#include <sqlite3.h>

#include <limits>
#include <utility>

namespace gp::sqlite {
namespace {

std::string_view advice(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL: return "free space on the disk, or raise the limit of the database's size";
    case SQLITE_IOERR: return "check the disk and the kernel's log";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN: return "make the directory and its files writable for this user";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "end the other program that has the file open (a sqlite3 shell?)";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return "the file is damaged or no database: restore a backup";
    case SQLITE_NOMEM: return "the process is out of memory";
    default: return "this is likely a defect of the server: report it";
  }
}

constexpr int kBusyTimeoutMilliseconds = 5'000;

}  // namespace

Query::Query(Query&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      failure_(other.failure_) {}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

// SQLITE_STATIC: the contract keeps texts alive as long as the Query, and they may be megabytes. An
// empty view may have no data, which SQLite would take for NULL.
void Query::bind_one(int parameter, std::string_view text) {
  if (failure_ != SQLITE_OK) return;
  const char* data = text.data() == nullptr ? "" : text.data();
  failure_ =
      sqlite3_bind_text64(statement_, parameter, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Query::bind_one(int parameter, Blob blob) {
  if (failure_ != SQLITE_OK) return;
  failure_ = blob.bytes.empty() ? sqlite3_bind_null(statement_, parameter)
                                : sqlite3_bind_blob64(statement_, parameter, blob.bytes.data(),
                                                      blob.bytes.size(), SQLITE_STATIC);
}

void Query::bind_one(int parameter, std::int64_t number) {
  if (failure_ == SQLITE_OK) failure_ = sqlite3_bind_int64(statement_, parameter, number);
}

void Query::bind_one(int parameter, std::uint64_t number) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  bind_one(parameter, static_cast<std::int64_t>(std::min(number, kMax)));
}

Result<bool> Query::next() {
  const int code = failure_ == SQLITE_OK ? sqlite3_step(statement_) : failure_;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  failure_ = code;
  const char* sql = statement_ == nullptr ? nullptr : sqlite3_sql(statement_);
  return database_.error(sql == nullptr ? "prepare a statement" : sql, code);
}

Result<> Query::run() {
  while (true) {
    GP_TRY(const bool row, next());
    if (!row) return ok();
  }
}

void Query::again() {
  if (failure_ == SQLITE_OK) sqlite3_reset(statement_);
}

std::string_view Query::view(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_, column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string Query::blob(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (bytes == nullptr) return {};
  return std::string(static_cast<const char*>(bytes),
                     static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

// NOMUTEX: a connection is used by one thread at a time by contract, so sqlite3 need not lock for
// us.
Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path, Mode mode) {
  const int access =
      mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &connection,
                                   access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  std::unique_ptr<Database> database(new Database(connection, path));
  if (code != SQLITE_OK) return database->error("open the database", code);
  sqlite3_busy_timeout(connection, kBusyTimeoutMilliseconds);
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(connection_);
}

Result<> Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(sql, code);
  return ok();
}

Query Database::query(const char* sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return Query(*this, found->second, SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(connection_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code == SQLITE_OK) statements_.emplace(sql, statement);
  return Query(*this, statement, code);
}

Result<std::int64_t> Database::integer(const char* sql) {
  Query query = this->query(sql);
  GP_TRY(const bool row, query.next());
  return row ? query.integer(0) : 0;
}

bool Database::read_only() const { return sqlite3_db_readonly(connection_, "main") != 0; }
bool Database::in_transaction() const { return sqlite3_get_autocommit(connection_) == 0; }

void Database::drop_transaction() {
  if (in_transaction()) (void)query("ROLLBACK").run();
}

std::int64_t Database::changes() const { return sqlite3_total_changes64(connection_); }

Error Database::error(std::string_view tried, int code) const {
  // The connection's own words are about its last call; another's code would get words that do not
  // fit.
  const bool own = connection_ != nullptr && sqlite3_extended_errcode(connection_) == code;
  const char* words = own ? sqlite3_errmsg(connection_) : sqlite3_errstr(code);
  return Error{Code::store_unavailable,
               fmt::format("{}: {} (sqlite code {}) at: {}; {}", path_.string(), words, code,
                           tried.substr(0, 120), advice(code))};
}

}  // namespace gp::sqlite
