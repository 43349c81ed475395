/// SharedBytes: immutable bytes with a reference count, shared by everything on one core that sends
/// them.
///
/// Thread: one core only; the count is not atomic. To cross cores, copy the bytes.
/// Invariants: (1) the bytes never change; (2) one allocation holds count, size and bytes;
/// (3) kPadding readable zero bytes follow, so a parser that reads ahead (simdjson) may be given
/// the view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace gp {

class SharedBytes {
 public:
  static constexpr std::size_t kPadding = 64;

  SharedBytes() = default;
  explicit SharedBytes(std::string_view bytes);
  SharedBytes(const SharedBytes& other) : header_(other.header_) {
    if (header_ != nullptr) ++header_->references;
  }
  SharedBytes(SharedBytes&& other) noexcept : header_(std::exchange(other.header_, nullptr)) {}
  SharedBytes& operator=(SharedBytes other) noexcept {
    std::swap(header_, other.header_);
    return *this;
  }
  ~SharedBytes() {
    if (header_ != nullptr && --header_->references == 0) destroy();
  }

  std::string_view view() const {
    return header_ == nullptr ? std::string_view{} : std::string_view{data(), header_->size};
  }
  std::size_t size() const { return header_ == nullptr ? 0 : header_->size; }
  bool empty() const { return size() == 0; }

 private:
  struct Header {
    std::uint32_t references;
    std::uint32_t size;
  };
  const char* data() const { return reinterpret_cast<const char*>(header_ + 1); }
  void destroy();

  Header* header_ = nullptr;
};

}  // namespace gp
