/// PackedStrings: some strings that never change, in one allocation. For what every connection
/// keeps: five std::string cost 160 bytes before their text, and an allocation for each longer than
/// 15.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace gp {

class PackedStrings {
 public:
  /// Copies the strings, which have fewer than 4 GiB together.
  explicit PackedStrings(std::span<const std::string_view> strings);
  PackedStrings(const PackedStrings& other);
  PackedStrings(PackedStrings&&) noexcept = default;
  PackedStrings& operator=(PackedStrings other) noexcept;

  std::size_t size() const { return count(); }
  /// Valid as long as this object, wherever it is moved.
  std::string_view operator[](std::size_t index) const;

 private:
  // The block: count, then the end of each string, then their bytes.
  std::uint32_t count() const { return block_[0]; }
  const char* text() const { return reinterpret_cast<const char*>(block_.get() + 1 + count()); }
  std::size_t words() const;

  std::unique_ptr<std::uint32_t[]> block_;
};

}  // namespace gp
