/// Accept-Encoding: which of the codings we have a client wants (RFC 9110 section 12.5.3).
///
/// Thread: pure functions.
#pragma once

#include "net/http_message.h"

namespace gp::gateway {

enum class ContentCoding { kIdentity, kGzip, kBrotli };

/// How much the client wants `coding`, from 0 (not at all) to 1000. Without the header it takes
/// identity only. A quality that breaks the grammar counts as 0.
int quality(const net::HttpHeaders& headers, ContentCoding coding);
/// "gzip", "br"; empty for identity.
std::string_view name_of(ContentCoding coding);

}  // namespace gp::gateway
