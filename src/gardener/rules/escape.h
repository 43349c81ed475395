/// Texts of the analysed tree in outputs. They are bytes: paths and sources need not be UTF-8.
///
/// JSON keeps bytes that are no UTF-8 as the escape \udc80 … \udcff, one per byte, as Python's
/// surrogateescape does: json.loads and os.fsencode give the very bytes back. Everything else shows
/// them as U+FFFD. Control characters never reach a terminal.
#pragma once

#include <string>
#include <string_view>

namespace gp::rules {

/// A JSON string with its quotes.
std::string json_text(std::string_view bytes);
/// Valid UTF-8, for SARIF and Markdown: bytes that are not become U+FFFD.
std::string utf8_text(std::string_view bytes);
/// One line for a terminal: control characters as \x1b, bytes that are no UTF-8 as U+FFFD.
std::string shown_text(std::string_view bytes);
/// A relative URI reference (RFC 3986): what may not stand in a path is percent-encoded.
std::string uri_text(std::string_view path);
/// Markdown inline code that cannot be broken out of.
std::string markdown_code(std::string_view bytes);
/// Markdown prose: what would be markup, a table's border or HTML is escaped.
std::string markdown_text(std::string_view bytes);

}  // namespace gp::rules
