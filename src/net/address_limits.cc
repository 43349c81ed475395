#include "net/address_limits.h"

#include <algorithm>
#include <list>
#include <unordered_map>

namespace gp::net {
namespace {

/// A bucket that fills at `rate` up to `burst`; each admission takes one.
class Bucket {
 public:
  bool take(MonotonicTime now, std::size_t rate, std::size_t burst) {
    if (rate == 0) return true;
    const double seconds = std::chrono::duration<double>(now - at_).count();
    const auto full = static_cast<double>(std::max<std::size_t>(1, burst));
    left_ = fresh_ ? full : std::min(full, left_ + seconds * static_cast<double>(rate));
    fresh_ = false;
    at_ = now;
    if (left_ < 1.0) return false;
    left_ -= 1.0;
    return true;
  }

 private:
  MonotonicTime at_{};
  double left_ = 0;
  bool fresh_ = true;
};

}  // namespace

struct AddressLimits::Entry {
  AddressLimits& limits;
  IpAddress address;
  std::size_t open = 0;
  Bucket connections{};
  Bucket handshakes{};
  /// In the list of addresses without a connection, the oldest first; its end while there is one.
  std::list<Entry*>::iterator idle{};
};

class AddressLimits::Table {
 public:
  Table(AddressLimits& limits, const AddressLimitSettings& settings, std::size_t connections_max)
      : limits_(limits), settings_(settings), entries_max_(connections_max + kIdleAddresses) {}

  AddressVerdict admit(const IpAddress& address, MonotonicTime now, Entry*& admitted) {
    Entry& entry = find(address);
    if (!entry.connections.take(now, settings_.connections_per_second, settings_.connections_burst))
      return AddressVerdict::kTooFast;
    if (settings_.connections != 0 && entry.open >= settings_.connections)
      return AddressVerdict::kTooMany;
    if (entry.open++ == 0) {
      idle_.erase(entry.idle);
      entry.idle = idle_.end();
    }
    admitted = &entry;
    return AddressVerdict::kAdmitted;
  }

  bool admit_handshake(const IpAddress& address, MonotonicTime now) {
    return find(address).handshakes.take(now, settings_.handshakes_per_second,
                                         settings_.handshakes_burst);
  }

  void leave(Entry& entry) {
    if (--entry.open == 0) entry.idle = idle_.insert(idle_.end(), &entry);
  }

  std::size_t size() const { return entries_.size(); }

 private:
  /// The entry, made if absent; an idle one is now the youngest.
  Entry& find(const IpAddress& address) {
    if (const auto found = entries_.find(address); found != entries_.end()) {
      Entry& entry = found->second;
      if (entry.open == 0) idle_.splice(idle_.end(), idle_, entry.idle);
      return entry;
    }
    if (entries_.size() >= entries_max_ && !idle_.empty()) {
      const IpAddress oldest = idle_.front()->address;
      idle_.pop_front();
      entries_.erase(oldest);
    }
    Entry& entry = entries_.try_emplace(address, Entry{limits_, address}).first->second;
    entry.idle = idle_.insert(idle_.end(), &entry);
    return entry;
  }

  AddressLimits& limits_;
  const AddressLimitSettings settings_;
  const std::size_t entries_max_;
  std::unordered_map<IpAddress, Entry> entries_;  ///< its nodes stay where they are
  std::list<Entry*> idle_;
};

AddressLimits::AddressLimits(const AddressLimitSettings& settings, std::size_t connections_max)
    : table_(std::make_unique<runtime::Guarded<Table>>(*this, settings, connections_max)) {}
AddressLimits::~AddressLimits() = default;

AddressLimits::Ticket::~Ticket() {
  if (entry_ == nullptr) return;
  entry_->limits.table_->with([this](Table& table) { table.leave(*entry_); });
}

AddressLimits::Admission AddressLimits::admit(const IpAddress& address, MonotonicTime now) {
  Admission admission;
  if (!address.known()) return admission;
  Entry* entry = nullptr;
  admission.verdict =
      table_->with([&](Table& table) { return table.admit(address.subscriber(), now, entry); });
  admission.ticket = Ticket(entry);
  return admission;
}

bool AddressLimits::admit_handshake(const IpAddress& address, MonotonicTime now) {
  if (!address.known()) return true;
  return table_->with(
      [&](Table& table) { return table.admit_handshake(address.subscriber(), now); });
}

std::size_t AddressLimits::addresses() {
  return table_->with([](Table& table) { return table.size(); });
}

}  // namespace gp::net
