/// Ledger: what was shown of every thread under every epoch, and the promises that hold from the
/// moment a frame is written:
///   - what was shown of a seq under an epoch never changes under that epoch, and under the epoch
///     that the log has in the end it is what the log holds;
///   - user messages and terminal events are shown only after their commit;
///   - the epoch told is the epoch stored;
///   - nothing with another user's marker is written to a user's link.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "registry.h"
#include "verdict.h"
#include "wire.h"

namespace gp::sim {

class Ledger {
 public:
  Ledger(Registry& registry, FrameReader& reader, Verdict& verdict)
      : registry_(registry), reader_(reader), verdict_(verdict), threads_(registry.users()) {}

  /// What was shown or stored merged: one event, or a batch.
  struct Fold {
    std::uint64_t first;
    std::uint64_t seq;
    const std::vector<const Event*>* events;
  };
  /// Under which epoch a thread is shown on a link.
  struct Shown {
    std::string name;
    std::vector<const Event*> by_seq;  ///< [0] is seq 1
    std::vector<Fold> folded;
  };

  /// Every frame, as written to a link of `user`.
  void check_owner(std::size_t user, std::string_view frame);
  /// The epoch of an event on a link where none was told: the one on the disk or, where a log of
  /// the same name was deleted, the one under which it was shown before; nullptr if that is
  /// unknown.
  Shown* epoch_of(std::size_t user, std::size_t thread, const Event& event);
  /// An event or a batch written under `epoch`, whose log is the thread's.
  void note(std::size_t user, std::size_t thread, Shown& epoch, const Frame& frame);
  /// An epoch told in an ack, a caught_up or a snapshot.
  Shown* told(std::size_t user, std::size_t thread, const std::string& epoch);

  /// When everything is at rest: what was shown under the last epoch against the disk, and folded
  /// events against the ones they cover.
  void check_at_rest();

 private:
  Shown& find(std::size_t user, std::size_t thread, const std::string& epoch);
  void check_fold(const Shown& epoch, const Fold& fold);
  void put(Shown& epoch, const Frame& frame, const char* where);

  Registry& registry_;
  FrameReader& reader_;
  Verdict& verdict_;
  /// By user and thread; few epochs each.
  std::vector<std::deque<std::deque<Shown>>> threads_;
};

}  // namespace gp::sim
