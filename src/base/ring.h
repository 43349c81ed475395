/// Ring: a queue in one piece of memory that is read by index. Unlike std::deque it has no memory
/// while it was never used, and an element is found without a look at any other.
///
/// Thread: a part. Cost: O(1), amortised. Its memory doubles as needed, and is halved when three
/// quarters of it are empty.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "base/assert.h"

namespace gp {

template <class T>
class Ring {
 public:
  Ring() = default;
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  Ring(Ring&& other) noexcept { swap(other); }
  Ring& operator=(Ring&& other) noexcept {
    Ring taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~Ring() {
    clear();
    release(memory_, capacity_);
  }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t index) { return memory_[(first_ + index) & (capacity_ - 1)]; }
  const T& operator[](std::size_t index) const {
    return memory_[(first_ + index) & (capacity_ - 1)];
  }
  T& front() { return (*this)[0]; }
  const T& front() const { return (*this)[0]; }
  T& back() { return (*this)[size_ - 1]; }
  const T& back() const { return (*this)[size_ - 1]; }

  void push_back(T value) {
    if (size_ == capacity_) move_to(capacity_ == 0 ? kCapacityMin : 2 * capacity_);
    std::construct_at(&memory_[(first_ + size_) & (capacity_ - 1)], std::move(value));
    ++size_;
  }
  void pop_front() {
    GP_ASSERT(size_ > 0, "pop_front() of an empty Ring");
    std::destroy_at(&front());
    first_ = (first_ + 1) & (capacity_ - 1);
    --size_;
    if (capacity_ > kCapacityMin && size_ <= capacity_ / 4) move_to(capacity_ / 2);
  }
  void clear() {
    while (size_ > 0) pop_front();
  }
  void swap(Ring& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(capacity_, other.capacity_);
    std::swap(first_, other.first_);
    std::swap(size_, other.size_);
  }

 private:
  static constexpr std::size_t kCapacityMin = 4;  ///< a power of two, as all capacities

  static void release(T* memory, std::size_t capacity) {
    if (memory != nullptr) std::allocator<T>().deallocate(memory, capacity);
  }
  void move_to(std::size_t capacity) {
    T* const memory = std::allocator<T>().allocate(capacity);
    for (std::size_t i = 0; i < size_; ++i) {
      std::construct_at(&memory[i], std::move((*this)[i]));
      std::destroy_at(&(*this)[i]);
    }
    release(std::exchange(memory_, memory), std::exchange(capacity_, capacity));
    first_ = 0;
  }

  T* memory_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace gp
