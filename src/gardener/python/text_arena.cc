#include "gardener/python/text_arena.h"

#include "gardener/python/rolling_hash.h"

namespace gp::python {

TextRef TextArena::intern(std::string_view text) {
  if (text.empty()) return {};
  if (used_ * 2 >= table_.size()) grow();
  RollingHash hasher;
  hasher.feed(text.data(), static_cast<std::uint32_t>(text.size()), text.data() + text.size());
  const std::uint64_t hash = hasher.since({});
  const std::size_t mask = table_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    Entry& entry = table_[at];
    if (entry.ref.empty()) {
      entry = {
          hash,
          {static_cast<std::uint32_t>(arena_.size()), static_cast<std::uint32_t>(text.size())}};
      arena_ += text;
      ++used_;
      return entry.ref;
    }
    if (entry.hash == hash &&
        std::string_view(arena_).substr(entry.ref.offset, entry.ref.size) == text)
      return entry.ref;
  }
}

void TextArena::grow() {
  std::vector<Entry> old(table_.empty() ? 64 : table_.size() * 2);
  old.swap(table_);
  const std::size_t mask = table_.size() - 1;
  for (const Entry& entry : old) {
    if (entry.ref.empty()) continue;
    std::size_t at = entry.hash & mask;
    while (!table_[at].ref.empty()) at = (at + 1) & mask;
    table_[at] = entry;
  }
}

}  // namespace gp::python
