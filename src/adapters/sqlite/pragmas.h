/// How connections are set up.
#pragma once

namespace gp::sqlite {

/// page_size must come before the file has its first page. 8 KiB pages keep rows of events (a few
/// hundred bytes, in the interior pages of a WITHOUT ROWID table too) from making the tree deep.
/// The WAL is checkpointed by the writer every 16 MiB: less often than the default of 1,000 pages
/// of 4 KiB, so that fewer turns wait for it. No mmap: a disk that fails under a mapping kills the
/// process with SIGBUS, where a read returns an error (https://sqlite.org/mmap.html).
inline constexpr const char* kWriterPragmas = R"sql(
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
PRAGMA foreign_keys = OFF;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -16384;
PRAGMA mmap_size = 0;
PRAGMA wal_autocheckpoint = 2048;
PRAGMA journal_size_limit = 67108864;
)sql";
inline constexpr const char* kReaderPragmas = R"sql(
PRAGMA query_only = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -4096;
PRAGMA mmap_size = 0;
)sql";
inline constexpr const char* kSynchronousNormal = "PRAGMA synchronous = NORMAL";
inline constexpr const char* kSynchronousFull = "PRAGMA synchronous = FULL";

}  // namespace gp::sqlite
