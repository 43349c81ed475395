/// Router: method and path to a route; pure.
///
/// A pattern is segments: text, or {name} for one segment, which is handed out percent-decoded.
/// Paths are split before they are decoded, so an encoded '/' stays inside its segment.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gp::gateway {

/// What {name} segments stood for, in order.
using PathParameters = std::vector<std::string>;

struct RoutePattern {
  std::string_view method;
  std::string_view path;
};

struct RouteMatch {
  std::size_t index;  ///< into the table
  PathParameters parameters;
};
struct NoSuchPath {};
struct WrongMethod {
  std::string allowed;  ///< for the Allow header: "GET, HEAD, POST, OPTIONS"
};
using Routing = std::variant<RouteMatch, NoSuchPath, WrongMethod>;

/// HEAD matches GET. OPTIONS is a method of every path and no route's: it is a WrongMethod too.
Routing find_route(const std::vector<RoutePattern>& table, std::string_view method,
                   std::string_view path);
/// All methods of a table, as for Allow: what OPTIONS * is answered.
std::string all_methods(const std::vector<RoutePattern>& table);

}  // namespace gp::gateway
