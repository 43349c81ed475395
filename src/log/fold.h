/// Folding: adjacent deltas merged into one event per part, and cut again where a cursor stands.
///
/// A *stretch* is a run of delta events that follow each other. Parts that come one after the other
/// become one event each; parts that interleave become one `batch`, applied as a whole, in which
/// the events are numbered on as if one part had come after the other. Everything that is no delta
/// ends a stretch and is never changed. Text, order of parts and tool events stay what they were:
/// whatever is folded and wherever it is cut, a reader assembles the same transcript.
///
/// Pure; no I/O. Limits: FoldLimits; a stretch beyond them is folded in pieces.
#pragma once

#include <cstddef>
#include <ranges>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_size.h"
#include "base/result.h"
#include "log/fold_table.h"
#include "log/stored_event.h"
#include "protocol/delta.h"

namespace gp::log {

struct FoldLimits {
  std::size_t text_bytes = 64 * kKiB;  ///< escaped text of one stretch
  std::size_t parts = 16;
  std::size_t steps = 32'768;  ///< seqs of one stretch
};

/// An event as folding sees it; views into whatever keeps it.
struct EventView {
  Seq seq;
  Seq first_seq;
  protocol::EventType type;
  std::string_view json;
  std::string_view fold;
  WallTime at;
};
inline EventView view_of(const StoredEvent& event) {
  return {event.seq, event.first_seq, event.type, event.json, event.fold, event.at};
}

struct DeltaInEvent {
  protocol::EventType type;
  protocol::DeltaView delta;
};

/// Collects one stretch.
class Folder {
 public:
  explicit Folder(FoldLimits limits = {}) : limits_(limits) {}

  /// Adds the event that follows. False if it does not belong to the stretch: take() first, and if
  /// it is refused again it cannot be folded.
  bool add(const EventView& event);
  bool empty() const { return table_.steps.empty(); }
  /// Events that were added since the last take().
  std::size_t taken_in() const { return taken_in_; }
  /// What the stretch became, in order; the folder is empty then.
  std::vector<StoredEvent> take();
  void clear();

 private:
  struct Part {
    protocol::EventType type;
    std::string run;
    std::string name;
    std::string middle;
    std::string text;
    WallTime at;
    std::size_t steps;
  };
  /// Whether the event follows the stretch, and the stretch keeps its limits with it.
  bool fits(const EventView& event, std::size_t steps, std::span<const DeltaInEvent> parts) const;
  std::uint32_t take_in(const EventView& event, const DeltaInEvent& of_part);
  std::uint32_t part_of(const DeltaInEvent& delta) const;
  bool interleaved() const;
  StoredEvent take_batch();

  FoldLimits limits_;
  std::vector<Part> parts_;
  FoldTable table_;
  Seq first_;
  std::size_t text_bytes_ = 0;
  std::size_t taken_in_ = 0;
};

/// Hands on every event of `events` in order: `fold(StoredEvent)` for those that were merged,
/// `keep(event)` for those that stay.
template <class Events, class ToView, class Fold, class Keep>
void fold_all(const Events& events, FoldLimits limits, ToView view, Fold fold, Keep keep) {
  Folder folder(limits);
  const std::ranges::range_value_t<Events>* lone = nullptr;
  const auto flush = [&] {
    if (folder.taken_in() == 1) {
      folder.clear();
      keep(*lone);
    } else if (folder.taken_in() > 1) {
      for (StoredEvent& event : folder.take()) fold(std::move(event));
    }
  };
  for (const auto& event : events) {
    if (!folder.add(view(event))) {
      flush();
      if (!folder.add(view(event))) {
        keep(event);
        continue;
      }
    }
    lone = &event;
  }
  flush();
}

/// The deltas that `event` holds, each with its own text, in the order in which they were appended;
/// none if it is no delta, or damaged. Views into the event.
std::vector<DeltaInEvent> unfold(const EventView& event);

/// What of a folded event lies above `after`, which it covers (first_seq ≤ after < seq). If the
/// table is damaged: Code::store_unavailable.
Result<StoredEvent> cut_after(const EventView& event, Seq after);

}  // namespace gp::log
