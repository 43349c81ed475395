/// Database and Query: thin RAII over one sqlite3 connection and its cached prepared statements.
///
/// Thread: one at a time; the connection may move between threads.
/// Errors: everything sqlite3 refuses is Code::store_unavailable with what was tried, sqlite's own
/// words, the file and what to do. Nothing here throws or asserts on what the file or the disk
/// does. SQL is a string literal (statements are cached by its address); values are bound, never
/// spliced. Source: https://sqlite.org/c3ref/intro.html, https://sqlite.org/rescode.html
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "protocol/codes.h"

struct sqlite3;
struct sqlite3_stmt;

namespace gp::sqlite {

class Database;

/// Bytes that are no text; empty ones are kept as NULL.
struct Blob {
  std::string_view bytes;
};

/// One use of a cached statement: bind, then next() until false, or run(). Resets the statement
/// when it dies, so two Querys of the same SQL must not be alive at once. Bound texts must stay
/// alive as long as the Query.
class Query {
 public:
  ~Query();
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;

  /// Binds ?1, ?2, …: texts, Blobs and integers.
  template <class... Values>
  Query& bind(const Values&... values) {
    int parameter = 0;
    (bind_one(++parameter, values), ...);
    return *this;
  }

  /// Goes to the next row; false at the end.
  Result<bool> next();
  /// For statements whose rows do not matter.
  Result<> run();
  /// Makes it ready to bind all values anew and run again.
  void again();

  std::string text(int column) const { return std::string(view(column)); }
  /// Until next() or the end of the Query.
  std::string_view view(int column) const;
  std::string blob(int column) const;
  std::int64_t integer(int column) const;
  std::uint64_t unsigned_integer(int column) const {
    return static_cast<std::uint64_t>(integer(column));
  }
  bool is_null(int column) const;

 private:
  friend class Database;
  Query(Database& database, sqlite3_stmt* statement, int failure)
      : database_(database), statement_(statement), failure_(failure) {}

  void bind_one(int parameter, std::string_view text);
  void bind_one(int parameter, const std::string& text) {
    bind_one(parameter, std::string_view(text));
  }
  void bind_one(int parameter, Blob blob);
  void bind_one(int parameter, std::int64_t number);
  /// Above the largest integer that SQLite keeps: that one.
  void bind_one(int parameter, std::uint64_t number);
  void bind_one(int parameter, std::uint32_t number) { bind_one(parameter, std::int64_t{number}); }

  Database& database_;
  sqlite3_stmt* statement_;
  int failure_;
};

class Database {
 public:
  enum class Mode { kReadWriteCreate, kReadOnly };
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs one or more statements without parameters, uncached.
  Result<> execute(const std::string& sql);
  /// A use of the statement, prepared at its first use.
  Query query(const char* sql);
  /// The one integer in the first row that `sql` gives; 0 if there is none.
  Result<std::int64_t> integer(const char* sql);

  /// False also when sqlite3 has rolled the transaction back by itself, as it does when a disk
  /// fails.
  bool in_transaction() const;
  /// Opened for writing, but the file can only be read.
  bool read_only() const;
  /// Rolls back what is under way, if anything is.
  void drop_transaction();
  /// Rows changed since the connection was opened.
  std::int64_t changes() const;
  const std::filesystem::path& path() const { return path_; }
  /// For sqlite's result code `code`, which the last call returned.
  Error error(std::string_view tried, int code) const;

 private:
  Database(sqlite3* connection, std::filesystem::path path)
      : connection_(connection), path_(std::move(path)) {}

  sqlite3* connection_;
  std::filesystem::path path_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

}  // namespace gp::sqlite
