/// StrongId<Tag>: a string that names one kind of thing, so that two ids can never be swapped in a
/// call.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace gp {

template <class Tag>
class StrongId {
 public:
  StrongId() = default;
  explicit StrongId(std::string value) : value_(std::move(value)) {}

  const std::string& str() const& { return value_; }
  std::string str() && { return std::move(value_); }  ///< of an id that is about to go
  std::string_view view() const { return value_; }
  bool empty() const { return value_.empty(); }

  friend bool operator==(const StrongId&, const StrongId&) = default;
  friend auto operator<=>(const StrongId&, const StrongId&) = default;

 private:
  std::string value_;
};

}  // namespace gp

template <class Tag>
struct std::hash<gp::StrongId<Tag>> {
  std::size_t operator()(const gp::StrongId<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
