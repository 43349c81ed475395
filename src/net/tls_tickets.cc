#include "net/tls_tickets.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstring>

#include "base/assert.h"

namespace gp::net {
namespace {

using Block = std::array<unsigned char, 32>;

/// Into its place: a value on its way would leave copies on the stack.
void derive(const Block& secret, std::string_view label, Block& derived) {
  auto size = static_cast<unsigned int>(derived.size());
  const unsigned char* made = ::HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                                     reinterpret_cast<const unsigned char*>(label.data()),
                                     label.size(), derived.data(), &size);
  GP_ASSERT(made != nullptr, "HMAC-SHA256 failed");
}

}  // namespace

TlsTicketSeed::TlsTicketSeed(MonotonicTime now) : born_(now) {
  const int drawn = ::RAND_bytes(secret_.data(), static_cast<int>(secret_.size()));
  GP_ASSERT(drawn == 1, "the system's random source failed");
}

TlsTicketSeed::~TlsTicketSeed() { ::OPENSSL_cleanse(secret_.data(), secret_.size()); }

TlsTickets::TlsTickets(const TlsTicketSeed& seed, const Clock& clock)
    : clock_(clock), secret_(seed.secret()), period_begin_(seed.born()) {
  make_key(secret_, current_);
  previous_ = current_;  // there is none yet; all zeros would be a key that everybody has
}

TlsTickets::~TlsTickets() {
  ::OPENSSL_cleanse(secret_.data(), secret_.size());
  ::OPENSSL_cleanse(&current_, sizeof(current_));
  ::OPENSSL_cleanse(&previous_, sizeof(previous_));
}

void TlsTickets::make_key(const Block& secret, Key& key) {
  Block name;
  derive(secret, "name", name);
  std::memcpy(key.name.data(), name.data(), key.name.size());
  derive(secret, "cipher", key.cipher);
  derive(secret, "mac", key.mac);
}

void TlsTickets::move_on() {
  while (clock_.now() - period_begin_ >= kPeriod) {
    period_begin_ += kPeriod;
    Block next;
    derive(secret_, "next", next);
    secret_ = next;
    ::OPENSSL_cleanse(next.data(), next.size());
    previous_ = current_;
    make_key(secret_, current_);
  }
}

const TlsTickets::Key& TlsTickets::sealing() {
  move_on();
  return current_;
}

const TlsTickets::Key* TlsTickets::opening(const unsigned char* name) {
  move_on();
  for (const Key* key : {&current_, &previous_}) {
    if (std::memcmp(key->name.data(), name, key->name.size()) == 0) return key;
  }
  return nullptr;
}

}  // namespace gp::net
