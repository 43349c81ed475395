/// StoredEvent: an event as LogStorage keeps it.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "protocol/event.h"

namespace gp::log {

/// Its canonical JSON covers first_seq … seq (equal unless folded).
struct StoredEvent {
  Seq seq;
  Seq first_seq;
  protocol::EventType type;  ///< of a batch: of its first event
  std::string json;
  std::string fold{};  ///< FoldTable of a folded event (log/fold_table.h); else empty
  WallTime at{};       ///< of the newest event that it covers

  std::size_t bytes() const { return json.size() + fold.size(); }
  friend bool operator==(const StoredEvent&, const StoredEvent&) = default;
};

}  // namespace gp::log
