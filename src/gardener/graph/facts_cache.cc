#include "gardener/graph/facts_cache.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <unordered_map>
#include <utility>

#include "base/random.h"
#include "gardener/graph/facts_record.h"

namespace gp::graph {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".facts";
constexpr std::size_t kWriteBytes = 1 << 20;

struct Header {
  char magic[8] = {'g', 'p', 'f', 'a', 'c', 't', 's', '1'};
  std::uint64_t program = 0;  ///< which build wrote it
  DigestKey key{};
};

struct RecordHead {
  ContentDigest digest{};
  std::uint64_t check = 0;  ///< digest of the payload
  std::uint64_t size = 0;   ///< of the payload, bytes
};

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  explicit operator bool() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::uint64_t hash_of(std::string_view text) {
  return content_digest(text, DigestKey{1, 2, 3, 4}).low;
}

/// Changes whenever the program is built or installed again.
std::uint64_t this_program() {
  struct stat info {};
  if (::stat("/proc/self/exe", &info) != 0) return 0;
  return hash_of(fmt::format("{} {} {} {}", info.st_ino, info.st_size, info.st_mtim.tv_sec,
                             info.st_mtim.tv_nsec));
}

template <class Value>
std::string_view bytes_of(const Value& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

void drop_oldest(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == kSuffix)
      files.emplace_back(entry.last_write_time(error), entry.path());
  }
  std::sort(files.begin(), files.end());
  for (std::size_t i = 0; i + FactsCache::kTreesMax < files.size(); ++i)
    fs::remove(files[i].second, error);
}

/// What is to be written: by digest, so that equal files (empty ones) are written once.
using Fresh = std::unordered_map<ContentDigest, const python::ModuleFacts*, ContentDigestHash>;

}  // namespace

struct FactsCache::State {
  fs::path path{};
  Header header{};
  const char* mapped = nullptr;
  std::size_t size = 0;  ///< of what is mapped
  bool is_damaged = false;
  std::unordered_map<ContentDigest, std::pair<std::size_t, RecordHead>, ContentDigestHash>
      records{};

  ~State() {
    if (mapped != nullptr) ::munmap(const_cast<char*>(mapped), size);
  }

  void begin_anew(std::uint64_t program) {
    SystemRandom random;
    header = Header{.program = program};
    for (std::uint64_t& word : header.key) word = random.next();
  }

  bool load(std::uint64_t program) {
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info {};
    if (!file || ::fstat(file.fd(), &info) != 0 ||
        static_cast<std::size_t>(info.st_size) < sizeof(Header) || info.st_uid != ::geteuid())
      return false;
    size = static_cast<std::size_t>(info.st_size);
    void* at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd(), 0);
    if (at == MAP_FAILED) return false;
    mapped = static_cast<const char*>(at);
    std::memcpy(&header, mapped, sizeof(header));
    if (std::memcmp(header.magic, Header{}.magic, sizeof(header.magic)) != 0 ||
        header.program != program)
      return false;
    list_records();
    return true;
  }

  void list_records() {
    std::size_t at = sizeof(Header);
    while (size - at >= sizeof(RecordHead)) {
      RecordHead head;
      std::memcpy(&head, mapped + at, sizeof(head));
      if (head.size > size - at - sizeof(head)) break;
      at += sizeof(head);
      records.try_emplace(head.digest, at, head);
      at += head.size;
    }
    is_damaged = at != size;
  }

  void append_record(const ContentDigest& digest, const python::ModuleFacts& facts,
                     std::string& out) const {
    const std::size_t begin = out.size();
    out.append(sizeof(RecordHead), '\0');
    append_facts(facts, out);
    const std::string_view payload = std::string_view(out).substr(begin + sizeof(RecordHead));
    const RecordHead head{digest, content_digest(payload, header.key).low, payload.size()};
    std::memcpy(out.data() + begin, &head, sizeof(head));
  }

  /// The records of `fresh`, in pieces; false if not all of it was written.
  bool write_records(const Fresh& fresh, int fd) const {
    std::string bytes;
    for (const auto& [digest, facts] : fresh) {
      append_record(digest, *facts, bytes);
      if (bytes.size() < kWriteBytes) continue;
      if (!write_all(fd, bytes)) return false;
      bytes.clear();
    }
    return write_all(fd, bytes);
  }

  /// Behind what was read, if it is still what was read and nobody else writes.
  void append(const Fresh& fresh) const {
    const File file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    struct stat info {};
    if (!file || ::flock(file.fd(), LOCK_EX | LOCK_NB) != 0 || ::fstat(file.fd(), &info) != 0 ||
        static_cast<std::size_t>(info.st_size) != size)
      return;
    if (!write_records(fresh, file.fd()) && ::ftruncate(file.fd(), info.st_size) != 0)
      (void)::unlink(path.c_str());
  }

  void replace(const Fresh& fresh) const {
    const std::string next = path.string() + fmt::format(".{}", ::getpid());
    bool is_whole = false;
    {
      const File file(::open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
      is_whole = file && write_all(file.fd(), bytes_of(header)) && write_records(fresh, file.fd());
    }
    std::error_code error;
    if (is_whole) fs::rename(next, path, error);
    if (!is_whole || error) fs::remove(next, error);
    drop_oldest(path.parent_path());
  }
};

FactsCache::FactsCache(const std::string& folder, const std::string& root) {
  if (folder.empty()) return;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return;
  const std::string real_root = fs::canonical(root, error);
  const std::uint64_t program = this_program();
  state_ = std::make_unique<State>();
  state_->path = fs::path(folder) / fmt::format("{:016x}{}", hash_of(real_root), kSuffix);
  if (!state_->load(program)) {
    state_->records.clear();
    state_->begin_anew(program);
  }
}

FactsCache::~FactsCache() = default;

ContentDigest FactsCache::digest(std::string_view source) const {
  return content_digest(source, state_->header.key);
}

bool FactsCache::find(const ContentDigest& digest, python::ModuleFacts& facts) const {
  const auto found = state_->records.find(digest);
  if (found == state_->records.end()) return false;
  const auto& [at, head] = found->second;
  const std::string_view payload(state_->mapped + at, head.size);
  return content_digest(payload, state_->header.key).low == head.check &&
         read_facts(payload, facts);
}

void FactsCache::save(const std::vector<ContentDigest>& digests,
                      const std::vector<python::ModuleFacts>& facts) {
  const bool is_anew =
      state_->records.empty() || state_->is_damaged || state_->records.size() > 2 * digests.size();
  Fresh fresh;
  for (std::size_t i = 0; i < digests.size(); ++i)
    if (facts[i].problems.empty() && (is_anew || !state_->records.contains(digests[i])))
      fresh.emplace(digests[i], &facts[i]);
  if (fresh.empty()) return;
  if (is_anew) {
    state_->replace(fresh);
  } else {
    state_->append(fresh);
  }
}

}  // namespace gp::graph
