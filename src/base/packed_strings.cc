#include "base/packed_strings.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace gp {
namespace {

constexpr std::size_t kWord = sizeof(std::uint32_t);

std::size_t words_for(std::size_t count, std::size_t bytes) {
  return 1 + count + (bytes + kWord - 1) / kWord;
}

}  // namespace

PackedStrings::PackedStrings(std::span<const std::string_view> strings) {
  std::size_t bytes = 0;
  for (const std::string_view string : strings) bytes += string.size();
  GP_ASSERT(bytes <= UINT32_MAX, "strings of more than 4 GiB are not packed");
  block_.reset(new std::uint32_t[words_for(strings.size(), bytes)]);
  block_[0] = static_cast<std::uint32_t>(strings.size());
  char* text = reinterpret_cast<char*>(block_.get() + 1 + strings.size());
  std::uint32_t end = 0;
  for (std::size_t i = 0; i < strings.size(); ++i) {
    std::ranges::copy(strings[i], text + end);
    end += static_cast<std::uint32_t>(strings[i].size());
    block_[1 + i] = end;
  }
}

PackedStrings::PackedStrings(const PackedStrings& other)
    : block_(new std::uint32_t[other.words()]) {
  // The bytes behind the last string's end are nobody's.
  const std::size_t used = 1 + other.count();
  std::copy_n(other.block_.get(), used, block_.get());
  std::copy_n(other.text(), used > 1 ? other.block_[used - 1] : 0,
              reinterpret_cast<char*>(block_.get() + used));
}

PackedStrings& PackedStrings::operator=(PackedStrings other) noexcept {
  std::swap(block_, other.block_);
  return *this;
}

std::size_t PackedStrings::words() const {
  return words_for(count(), count() == 0 ? 0 : block_[count()]);
}

std::string_view PackedStrings::operator[](std::size_t index) const {
  GP_ASSERT(index < count(), "no such string");
  const std::uint32_t begin = index == 0 ? 0 : block_[index];
  return {text() + begin, block_[1 + index] - begin};
}

}  // namespace gp
