/// The kinds of ids, and IdSource, which makes them: a prefix over a UUIDv7 (RFC 9562 section 5.7),
/// so ids sort by age.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/strong_id.h"

namespace gp {

using UserId = StrongId<struct UserIdTag>;
using ThreadId = StrongId<struct ThreadIdTag>;
using RunId = StrongId<struct RunIdTag>;
using MessageId = StrongId<struct MessageIdTag>;
using EventId = StrongId<struct EventIdTag>;
using ConnectionId = StrongId<struct ConnectionIdTag>;
using RequestId = StrongId<struct RequestIdTag>;
using AgentName = StrongId<struct AgentNameTag>;
/// Changes when the tail of a ThreadLog may have been seen and then lost.
using Epoch = StrongId<struct EpochTag>;

/// Position in a ThreadLog: 1, 2, 3 … without gaps; 0 is before the first event.
struct Seq {
  std::uint64_t value = 0;

  Seq next() const { return Seq{value + 1}; }
  Seq previous() const { return Seq{value - 1}; }
  friend bool operator==(Seq, Seq) = default;
  friend auto operator<=>(Seq, Seq) = default;
};

/// Makes ids. Thread: one per core. Ids made by one source are strictly increasing while its clock
/// does not go back.
class IdSource {
 public:
  IdSource(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

  /// `prefix` such as "thr_"; the result has 36 more characters.
  std::string make(std::string_view prefix) { return make(prefix, clock_.wall_now()); }

  ThreadId thread() { return ThreadId(make("thr_")); }
  RunId run() { return RunId(make("run_")); }
  MessageId message() { return MessageId(make("msg_")); }
  /// For whoever has read the clock already: an event's own timestamp.
  EventId event(WallTime now) { return EventId(make("evt_", now)); }
  ConnectionId connection() { return ConnectionId(make("con_")); }
  RequestId request() { return RequestId(make("req_")); }
  Epoch epoch() { return Epoch(make("epo_")); }

 private:
  std::string make(std::string_view prefix, WallTime now);

  const Clock& clock_;
  Random& random_;
  std::uint64_t last_milliseconds_ = 0;
  std::uint32_t counter_ = 0;
};

}  // namespace gp
