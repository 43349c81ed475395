#include "base/shared_bytes.h"

#include <cstring>
#include <limits>
#include <new>

#include "base/assert.h"

namespace gp {

SharedBytes::SharedBytes(std::string_view bytes) {
  GP_ASSERT(bytes.size() <= std::numeric_limits<std::uint32_t>::max(),
            "SharedBytes holds at most 4 GiB");
  void* memory = ::operator new(sizeof(Header) + bytes.size() + kPadding);
  header_ = ::new (memory) Header{1, static_cast<std::uint32_t>(bytes.size())};
  char* to = reinterpret_cast<char*>(header_ + 1);
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  std::memset(to + bytes.size(), 0, kPadding);
}

void SharedBytes::destroy() { ::operator delete(header_); }

}  // namespace gp
