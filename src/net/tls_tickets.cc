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

Block derive(const Block& secret, std::string_view label) {
  Block derived{};
  unsigned int size = derived.size();
  const unsigned char* made = ::HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                                     reinterpret_cast<const unsigned char*>(label.data()),
                                     label.size(), derived.data(), &size);
  GP_ASSERT(made != nullptr, "HMAC-SHA256 failed");
  return derived;
}

}  // namespace

TlsTicketSeed TlsTicketSeed::draw(MonotonicTime now) {
  TlsTicketSeed seed;
  seed.born = now;
  const int drawn = ::RAND_bytes(seed.secret.data(), static_cast<int>(seed.secret.size()));
  GP_ASSERT(drawn == 1, "the system's random source failed");
  return seed;
}

TlsTickets::TlsTickets(const TlsTicketSeed& seed, const Clock& clock)
    : clock_(clock),
      secret_(seed.secret),
      period_begin_(seed.born),
      current_(make_key(secret_)),
      previous_(current_) {}  // there is none yet; all zeros would be a key that everybody has

TlsTickets::~TlsTickets() {
  ::OPENSSL_cleanse(secret_.data(), secret_.size());
  ::OPENSSL_cleanse(&current_, sizeof(current_));
  ::OPENSSL_cleanse(&previous_, sizeof(previous_));
}

TlsTickets::Key TlsTickets::make_key(const Block& secret) {
  Key key;
  const Block name = derive(secret, "name");
  std::memcpy(key.name.data(), name.data(), key.name.size());
  key.cipher = derive(secret, "cipher");
  key.mac = derive(secret, "mac");
  return key;
}

void TlsTickets::move_on() {
  while (clock_.now() - period_begin_ >= kPeriod) {
    period_begin_ += kPeriod;
    secret_ = derive(secret_, "next");
    previous_ = current_;
    current_ = make_key(secret_);
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
