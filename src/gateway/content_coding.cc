#include "gateway/content_coding.h"

#include <optional>

namespace gp::gateway {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// "0", "0.5", "1.000" in thousandths (RFC 9110 section 12.4.2).
std::optional<int> parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int value = (text[0] - '0') * 1000;
  int unit = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return std::nullopt;
    value += (c - '0') * unit;
    unit /= 10;
  }
  return value > 1000 ? std::nullopt : std::optional(value);
}

struct Wish {
  std::string_view coding;
  int quality = 0;
};

Wish parse_wish(std::string_view element) {
  const std::size_t mark = element.find(';');
  Wish wish{trimmed(element.substr(0, mark)), 1000};
  if (mark == std::string_view::npos) return wish;
  const std::string_view parameter = trimmed(element.substr(mark + 1));
  const bool is_quality = parameter.starts_with("q=") || parameter.starts_with("Q=");
  wish.quality = is_quality ? parse_quality(parameter.substr(2)).value_or(0) : 0;
  return wish;
}

bool is_coding(std::string_view name, ContentCoding coding) {
  switch (coding) {
    case ContentCoding::kIdentity: return net::equals_ignore_case(name, "identity");
    case ContentCoding::kGzip:
      return net::equals_ignore_case(name, "gzip") || net::equals_ignore_case(name, "x-gzip");
    case ContentCoding::kBrotli: return net::equals_ignore_case(name, "br");
  }
  return false;
}

}  // namespace

std::string_view name_of(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::kIdentity: return "";
    case ContentCoding::kGzip: return "gzip";
    case ContentCoding::kBrotli: return "br";
  }
  return "";
}

int quality(const net::HttpHeaders& headers, ContentCoding coding) {
  std::optional<int> named;
  std::optional<int> any;
  for (const std::string_view element : net::list_elements(headers, "Accept-Encoding")) {
    const Wish wish = parse_wish(element);
    if (is_coding(wish.coding, coding) && !named) named = wish.quality;
    if (wish.coding == "*" && !any) any = wish.quality;
  }
  if (named) return *named;
  if (coding != ContentCoding::kIdentity) return any.value_or(0);
  // Acceptable unless excluded, but what is asked for by name goes first.
  return any == 0 ? 0 : 1;
}

}  // namespace gp::gateway
