// Property: however the bytes are cut, the parser gives the same events; and no data holds the end
// of a line but LF.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/agent_http/sse_parser.h"

namespace {

using gp::agent_http::SseLimits;
using gp::agent_http::SseParser;

constexpr SseLimits kLimits{.line_bytes_max = 64, .event_bytes_max = 128};

void drain(SseParser& parser, std::vector<std::string>& out) {
  while (auto event = parser.next()) {
    if (event->data.find('\r') != std::string::npos || event->type.empty()) std::abort();
    if (event->data.size() > kLimits.event_bytes_max) std::abort();
    out.push_back(event->type + '\0' + event->data);
  }
  if (parser.error()) out.emplace_back("error");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> whole;
  SseParser at_once(kLimits);
  at_once.feed(text);
  drain(at_once, whole);

  std::vector<std::string> pieces;
  SseParser in_pieces(kLimits);
  for (std::size_t at = 0, step = 1; at < size && !in_pieces.error();
       at += step, step = step % 7 + 1) {
    in_pieces.feed(text.substr(at, step));
    drain(in_pieces, pieces);
  }
  if (whole != pieces || at_once.last_event_id() != in_pieces.last_event_id()) std::abort();
  return 0;
}
