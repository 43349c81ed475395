/// base64, base64url (RFC 4648, unpadded output) and percent-decoding (RFC 3986).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gp {

std::string base64_encode(std::string_view bytes);
std::string base64url_encode(std::string_view bytes);
/// Accepts no padding and one or two '='; nothing on any other character or an impossible length.
std::optional<std::string> base64url_decode(std::string_view text);
/// '+' is kept as it is. Nothing on a '%' without two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);
/// Everything but unreserved characters is encoded.
std::string percent_encode(std::string_view bytes);

}  // namespace gp
