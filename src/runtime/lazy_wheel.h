/// LazyWheel: a timeout for each of very many objects, where activity costs one store.
///
/// How it works: an entry stands in the slot of the tick at which it was last known to fall due.
/// Activity only writes `deadline`; when its slot comes round, the entry moves on to its real slot,
/// or is handed to on_due. Ticks are coarse (kTick), so a timeout comes up to two ticks late, never
/// early. 61 ns per visit (network_measurements.md section 3d).
///
/// Thread: one core. Lifetime: an entry leaves the wheel when it is destroyed.
#pragma once

#include <array>
#include <cstdint>

#include "runtime/core.h"

namespace gp::runtime {

class LazyWheel {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(250);
  static constexpr std::size_t kSlots = 512;

  class Entry {
   public:
    Entry() = default;
    ~Entry() { unlink(); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    bool linked() const { return next_ != nullptr; }
    void unlink() {
      if (next_ == nullptr) return;
      next_->previous_ = previous_;
      previous_->next_ = next_;
      next_ = previous_ = nullptr;
    }

   private:
    friend class LazyWheel;
    Entry* next_ = nullptr;
    Entry* previous_ = nullptr;
    std::uint32_t due_tick_ = 0;
  };

  /// `on_due` gets each entry whose deadline passed; the entry has left the wheel then.
  LazyWheel(Core& core, UniqueFunction<void(Entry&)> on_due)
      : timer_(core), on_due_(std::move(on_due)) {
    for (Entry& slot : slots_) slot.next_ = slot.previous_ = &slot;
    arm();
  }
  ~LazyWheel() {
    for (Entry& slot : slots_) {
      while (slot.next_ != &slot) slot.next_->unlink();
      slot.next_ = slot.previous_ = nullptr;
    }
  }

  /// Ticks since the wheel was made: a clock that costs nothing to read.
  std::uint32_t tick() const { return tick_; }

  /// Puts the entry's deadline `timeout` from now. Cheap if the entry is in the wheel and its
  /// deadline grows.
  void touch(Entry& entry, Duration timeout) {
    // Rounded up, and one more because the current tick has partly passed: never early.
    const auto ticks = static_cast<std::uint32_t>((timeout + kTick - Duration(1)) / kTick) + 1;
    const std::uint32_t due = tick_ + ticks;
    const bool earlier = entry.linked() && static_cast<std::int32_t>(due - entry.due_tick_) < 0;
    entry.due_tick_ = due;
    if (!entry.linked() || earlier) {
      entry.unlink();
      link(entry);
    }
  }

 private:
  void link(Entry& entry) {
    const std::uint32_t distance = entry.due_tick_ - tick_;
    const std::uint32_t at =
        tick_ + (distance < kSlots ? distance : static_cast<std::uint32_t>(kSlots - 1));
    Entry& slot = slots_[at % kSlots];
    entry.next_ = &slot;
    entry.previous_ = slot.previous_;
    slot.previous_->next_ = &entry;
    slot.previous_ = &entry;
  }
  void arm() {
    timer_.arm(kTick, [this] {
      arm();
      advance();
    });
  }
  void advance() {
    ++tick_;
    Entry& slot = slots_[tick_ % kSlots];
    Entry visiting;
    if (slot.next_ == &slot) return;
    visiting.next_ = slot.next_;
    visiting.previous_ = slot.previous_;
    visiting.next_->previous_ = &visiting;
    visiting.previous_->next_ = &visiting;
    slot.next_ = slot.previous_ = &slot;
    while (visiting.next_ != &visiting) {
      Entry& entry = *visiting.next_;
      entry.unlink();
      if (static_cast<std::int32_t>(entry.due_tick_ - tick_) > 0) {
        link(entry);
      } else {
        on_due_(entry);
      }
    }
    visiting.next_ = visiting.previous_ = nullptr;
  }

  Timer timer_;
  UniqueFunction<void(Entry&)> on_due_;
  std::array<Entry, kSlots> slots_;
  std::uint32_t tick_ = 0;
};

}  // namespace gp::runtime
