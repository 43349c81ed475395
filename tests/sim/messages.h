/// Messages: what the users sent and what they were told about it. Judges every answer to a
/// user_message, and at rest what became of each.
///
/// Promises: an acked message is in the log, once, at the seq told, when the ack is written; the
/// same id acks the same; of two contents under one id at most one is accepted; what was only ever
/// refused is not in the log; a draining server accepts nothing.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "registry.h"
#include "verdict.h"
#include "wire.h"

namespace gp::sim {

/// One thing a user wants to say. Two variants share an id if the schedule wants a conflict.
struct Message {
  struct Variant {
    std::optional<std::size_t> thread;  ///< nothing: the server makes one
    std::string content;
    std::uint32_t sends = 0;
    std::uint32_t refusals = 0;  ///< answers that say: not accepted, and never will be
    bool acked = false;
    bool lost = false;  ///< the other variant was accepted
  };
  std::string id;
  std::vector<Variant> variants;
  bool given_up = false;  ///< the user lets it be: it may be in the log or not
  /// As acked.
  std::string run;
  std::string thread;
  std::uint64_t seq = 0;

  bool acked() const { return !run.empty(); }
};

class Messages {
 public:
  Messages(Registry& registry, FrameReader& reader, Verdict& verdict)
      : registry_(registry), reader_(reader), verdict_(verdict), of_user_(registry.users()) {}

  std::deque<Message>& of(std::size_t user) { return of_user_[user]; }
  Message* find(std::size_t user, std::string_view id);

  /// An ack of a user_message is written to a link.
  void on_ack_written(std::size_t user, const Frame& ack);
  /// It arrived.
  void on_acked(std::size_t user, Message& message, std::size_t variant, const Frame& ack);
  void check_at_rest(std::size_t user);

 private:
  bool content_may_be_gone(std::size_t user, const Message& message) const;

  Registry& registry_;
  FrameReader& reader_;
  Verdict& verdict_;
  std::vector<std::deque<Message>> of_user_;
};

}  // namespace gp::sim
