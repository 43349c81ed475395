#include "gateway/router.h"

#include <optional>

#include "base/encoding.h"
#include "protocol/json.h"

namespace gp::gateway {
namespace {

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> parts;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

std::optional<PathParameters> match(const std::vector<std::string_view>& path,
                                    std::string_view pattern) {
  const auto wanted = segments(pattern);
  if (wanted.size() != path.size()) return std::nullopt;
  PathParameters parameters;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (wanted[i].starts_with('{')) {
      auto decoded = percent_decode(path[i]);
      if (!decoded || decoded->empty() || !protocol::is_utf8(*decoded)) return std::nullopt;
      parameters.push_back(std::move(*decoded));
    } else if (wanted[i] != path[i]) {
      return std::nullopt;
    }
  }
  return parameters;
}

void allow(std::string& allowed, std::string_view method) {
  if (!allowed.empty()) allowed.append(", ");
  allowed.append(method);
  if (method == "GET") allowed.append(", HEAD");
}

}  // namespace

Routing find_route(const std::vector<RoutePattern>& table, std::string_view method,
                   std::string_view path) {
  const auto parts = segments(path);
  std::string allowed;
  for (std::size_t i = 0; i < table.size(); ++i) {
    auto parameters = match(parts, table[i].path);
    if (!parameters) continue;
    if (method == table[i].method || (method == "HEAD" && table[i].method == "GET"))
      return RouteMatch{i, std::move(*parameters)};
    allow(allowed, table[i].method);
  }
  if (allowed.empty()) return NoSuchPath{};
  allow(allowed, "OPTIONS");
  return WrongMethod{std::move(allowed)};
}

std::string all_methods(const std::vector<RoutePattern>& table) {
  std::string allowed;
  for (const RoutePattern& pattern : table) {
    if (allowed.find(pattern.method) == std::string::npos) allow(allowed, pattern.method);
  }
  allow(allowed, "OPTIONS");
  return allowed;
}

}  // namespace gp::gateway
