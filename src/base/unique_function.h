/// UniqueFunction<R(Args...)>: a move-only std::function, so that callbacks may own unique_ptrs.
///
/// Small callables (up to kInlineBytes, nothrow movable) live inside; larger ones on the heap.
/// Calling an empty one is a bug. C++23's std::move_only_function replaces it when the compiler has
/// it.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "base/assert.h"

namespace gp {

template <class Signature>
class UniqueFunction;

template <class R, class... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() = default;
  UniqueFunction(std::nullptr_t) {}

  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, UniqueFunction> &&
           std::is_invocable_r_v<R, F&, Args...>) UniqueFunction(F&& function) {
    using Stored = std::decay_t<F>;
    if constexpr (kFits<Stored>) {
      ::new (storage_) Stored(std::forward<F>(function));
      operations_ = &kInline<Stored>;
    } else {
      ::new (storage_) Stored*(new Stored(std::forward<F>(function)));
      operations_ = &kHeap<Stored>;
    }
  }

  UniqueFunction(UniqueFunction&& other) noexcept { take(other); }
  UniqueFunction& operator=(UniqueFunction&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  UniqueFunction(const UniqueFunction&) = delete;
  UniqueFunction& operator=(const UniqueFunction&) = delete;
  ~UniqueFunction() { reset(); }

  explicit operator bool() const { return operations_ != nullptr; }

  R operator()(Args... args) {
    GP_ASSERT(operations_ != nullptr, "an empty UniqueFunction was called");
    return operations_->call(storage_, std::forward<Args>(args)...);
  }

 private:
  static constexpr std::size_t kInlineBytes = 6 * sizeof(void*);

  struct Operations {
    R (*call)(void*, Args&&...);
    void (*move)(void* from, void* to) noexcept;
    void (*destroy)(void*) noexcept;
  };

  template <class F>
  static constexpr bool kFits =
      sizeof(F) <= kInlineBytes &&
      alignof(F) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<F>;

  template <class F>
  static F& inlined(void* storage) {
    return *std::launder(static_cast<F*>(storage));
  }
  template <class F>
  static F*& pointed(void* storage) {
    return *std::launder(static_cast<F**>(storage));
  }

  template <class F>
  static constexpr Operations kInline{[](void* storage, Args&&... args) -> R {
                                        return inlined<F>(storage)(std::forward<Args>(args)...);
                                      },
                                      [](void* from, void* to) noexcept {
                                        ::new (to) F(std::move(inlined<F>(from)));
                                        inlined<F>(from).~F();
                                      },
                                      [](void* storage) noexcept { inlined<F>(storage).~F(); }};
  template <class F>
  static constexpr Operations kHeap{
      [](void* storage, Args&&... args) -> R {
        return (*pointed<F>(storage))(std::forward<Args>(args)...);
      },
      [](void* from, void* to) noexcept { ::new (to) F*(pointed<F>(from)); },
      [](void* storage) noexcept { delete pointed<F>(storage); }};

  void take(UniqueFunction& other) noexcept {
    operations_ = std::exchange(other.operations_, nullptr);
    if (operations_ != nullptr) operations_->move(other.storage_, storage_);
  }
  void reset() noexcept {
    if (const Operations* operations = std::exchange(operations_, nullptr))
      operations->destroy(storage_);
  }

  alignas(std::max_align_t) std::byte storage_[kInlineBytes];
  const Operations* operations_ = nullptr;
};

/// What an asynchronous operation calls exactly once, on the core that asked, never before the
/// asking call has returned.
template <class Result>
using Completion = UniqueFunction<void(Result)>;

}  // namespace gp
