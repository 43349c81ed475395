/// Record: one event as readers get it: its place and its JSON, shared by all of them.
#pragma once

#include "base/ids.h"
#include "base/shared_bytes.h"
#include "log/fold.h"

namespace gp::log {

struct Record {
  Seq seq;
  Seq first_seq;  ///< below seq if several deltas were folded into this one
  protocol::EventType type;
  SharedBytes json;
  SharedBytes fold{};  ///< its FoldTable, if it was folded
  WallTime at{};       ///< of the newest event that it covers

  /// Bytes of JSON that were appended to the log up to and with this record, as long as it is in
  /// memory: how far behind a reader is.
  std::uint64_t appended_bytes = 0;

  static Record of(const StoredEvent& event) {
    return {event.seq,
            event.first_seq,
            event.type,
            SharedBytes(event.json),
            event.fold.empty() ? SharedBytes() : SharedBytes(event.fold),
            event.at};
  }
};

inline EventView view_of(const Record& record) {
  return {record.seq,         record.first_seq,   record.type,
          record.json.view(), record.fold.view(), record.at};
}

}  // namespace gp::log
