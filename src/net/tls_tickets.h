/// TlsTickets: the keys that seal session tickets (RFC 5077, RFC 8446 section 4.6.1).
///
/// How it works. The process draws one seed; every core makes the same keys from it and the clock,
/// so a client may resume on any core and no core asks another. Each period has a key; the secret
/// of the next period is a one-way function of this one's, which is then wiped. Nobody keeps the
/// seed: it cannot be copied, and goes when every core has its keys. A core moves on when it next
/// seals or opens a ticket, not by a timer. So who reads the process' memory can open tickets from
/// the period before each core's last handshake on, those to come included, and no older ones.
/// Tickets open for one to two periods.
/// Thread: its core.
#pragma once

#include <array>
#include <string_view>

#include "base/clock.h"

namespace gp::net {

/// Wiped when it goes.
class TlsTicketSeed {
 public:
  /// From the system's random source.
  static TlsTicketSeed draw(MonotonicTime now) { return TlsTicketSeed(now); }
  ~TlsTicketSeed();
  TlsTicketSeed(const TlsTicketSeed&) = delete;
  TlsTicketSeed& operator=(const TlsTicketSeed&) = delete;

  const std::array<unsigned char, 32>& secret() const { return secret_; }
  MonotonicTime born() const { return born_; }

 private:
  explicit TlsTicketSeed(MonotonicTime now);

  std::array<unsigned char, 32> secret_;
  MonotonicTime born_;
};

class TlsTickets {
 public:
  static constexpr Duration kPeriod = std::chrono::hours(8);

  struct Key {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{};
    std::array<unsigned char, 32> mac{};
  };
  static_assert(sizeof(Key) == 80, "wiped as a whole");

  TlsTickets(const TlsTicketSeed& seed, const Clock& clock);
  ~TlsTickets();
  TlsTickets(const TlsTickets&) = delete;
  TlsTickets& operator=(const TlsTickets&) = delete;

  /// The key of this period.
  const Key& sealing();
  /// The key that sealed a ticket; nullptr if it is not ours or too old.
  const Key* opening(const unsigned char* name);

 private:
  void move_on();
  static void make_key(const std::array<unsigned char, 32>& secret, Key& key);

  const Clock& clock_;
  std::array<unsigned char, 32> secret_;
  MonotonicTime period_begin_;
  Key current_;
  Key previous_;
};

}  // namespace gp::net
