/// Checks of URLs and web origins in settings, with the sentence that says what is wrong.
#pragma once

#include <string>
#include <string_view>

namespace gp::config {

/// What is wrong with `url` as the base URL of an agent: http or https, a host, a port from 1 to
/// 65535 if any, no user name, query, fragment or spaces. Empty if nothing.
std::string url_problem(std::string_view url);
/// What is wrong with `origin` as a web origin (RFC 6454 section 6.2): as a URL, but without a
/// path, and in lower case as browsers send it. Empty if nothing.
std::string origin_problem(std::string_view origin);

}  // namespace gp::config
