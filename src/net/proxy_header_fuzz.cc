/// Fuzzes parse_proxy_header.
///
/// Properties: (1) a prefix never says something else than the whole, only "need more" first;
/// (2) a complete header lies inside the bytes and the limit; (3) what follows it changes nothing;
/// (4) nothing crashes.
#include <algorithm>
#include <cstdint>

#include "base/assert.h"
#include "net/proxy_header.h"

namespace gp::net {
namespace {

using State = ProxyHeader::State;

void check(std::string_view bytes) {
  const ProxyHeader whole = parse_proxy_header(bytes);
  const std::size_t looked_at = std::min(bytes.size(), kProxyHeaderBytesMax + 1);
  State before = State::kNeedMore;
  for (std::size_t size = 0; size <= looked_at; ++size) {
    const ProxyHeader part = parse_proxy_header(bytes.substr(0, size));
    if (before != State::kNeedMore) GP_ASSERT(part.state == before, "a verdict was taken back");
    before = part.state;
    if (part.state != State::kComplete) continue;
    GP_ASSERT(whole.state == State::kComplete && whole.size == part.size &&
                  whole.source == part.source && whole.local == part.local,
              "what follows a header changed it");
  }
  if (whole.state != State::kComplete) return;
  GP_ASSERT(whole.size > 0 && whole.size <= bytes.size() && whole.size <= kProxyHeaderBytesMax,
            "a header reaches beyond its bytes");
  GP_ASSERT(!whole.local || !whole.source.address.known(), "LOCAL has a source");
}

}  // namespace
}  // namespace gp::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gp::net::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
