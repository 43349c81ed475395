#include "net/memory_ceiling.h"

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>

#include "base/assert.h"

// Of jemalloc, which allocates in what ships; tests and sanitizer builds have another allocator.
extern "C" int mallctl(const char* name, void* old, std::size_t* old_size, void* value,
                       std::size_t size) __attribute__((weak));

namespace gp::net {

// "size resident shared …" in pages, proc(5).
std::size_t resident_bytes() {
  const int fd = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  std::array<char, 128> text{};
  const ssize_t got = ::read(fd, text.data(), text.size());
  ::close(fd);
  if (got <= 0) return 0;
  const char* const last = text.data() + got;
  const auto* const space = static_cast<const char*>(std::memchr(text.data(), ' ', text.size()));
  std::size_t pages = 0;
  if (space == nullptr || std::from_chars(space + 1, last, pages).ec != std::errc{}) return 0;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void give_memory_back() {
  if (mallctl == nullptr) return void(::malloc_trim(0));
  // 4096 is MALLCTL_ARENAS_ALL.
  const int failed = ::mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);
  GP_ASSERT(failed == 0, "jemalloc does not know how to purge its arenas");
}

bool MemoryCeiling::reached(MonotonicTime now) {
  if (bytes_max_ == 0) return false;
  if (looked_ != MonotonicTime{} && now - looked_ < kLook) return reached_;
  looked_ = now;
  reached_ = bytes_() > bytes_max_;
  if (!reached_) return false;
  give_memory_back();
  reached_ = bytes_() > bytes_max_;
  return reached_;
}

}  // namespace gp::net
