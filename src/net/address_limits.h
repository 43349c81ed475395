/// AddressLimits: what one address may do to the whole server: connections at a time, connections
/// and handshakes over time.
///
/// An IPv6 address counts as its /64. Addresses are remembered while they have connections, and
/// after that as long as there is room; then the one not seen for the longest is forgotten, with
/// its debts. So the table is bounded by the connections themselves plus kIdleAddresses.
///
/// Owner: the server; outlives all connections. Thread: any (one lock, taken once per connection
/// and handshake). Limits: AddressLimitSettings; reaction: the caller refuses and counts.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "base/ip_address.h"
#include "runtime/guarded.h"

namespace gp::net {

/// 0 is no limit.
struct AddressLimitSettings {
  std::size_t connections = 0;
  std::size_t connections_per_second = 0;
  std::size_t connections_burst = 1;
  std::size_t handshakes_per_second = 0;
  std::size_t handshakes_burst = 1;
};

enum class AddressVerdict { kAdmitted, kTooMany, kTooFast };

class AddressLimits {
 public:
  /// Addresses without a connection that are remembered.
  static constexpr std::size_t kIdleAddresses = 16'384;

  /// `connections_max`: how many connections the server takes at most.
  AddressLimits(const AddressLimitSettings& settings, std::size_t connections_max);
  ~AddressLimits();
  AddressLimits(const AddressLimits&) = delete;
  AddressLimits& operator=(const AddressLimits&) = delete;

  class Table;
  struct Entry;
  /// One counted connection; gives its place back when it is destroyed.
  class Ticket {
   public:
    Ticket() = default;
    explicit Ticket(Entry* entry) : entry_(entry) {}
    Ticket(Ticket&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(entry_, other.entry_);
      return *this;
    }
    ~Ticket();

   private:
    Entry* entry_ = nullptr;
  };

  struct Admission {
    AddressVerdict verdict = AddressVerdict::kAdmitted;
    Ticket ticket{};
  };
  /// A new connection. An unknown address is always admitted.
  Admission admit(const IpAddress& address, MonotonicTime now);
  /// A TLS or WebSocket handshake, before it costs anything.
  bool admit_handshake(const IpAddress& address, MonotonicTime now);
  std::size_t addresses();

 private:
  std::unique_ptr<runtime::Guarded<Table>> table_;
};

}  // namespace gp::net
