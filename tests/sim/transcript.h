/// Transcript: a list of events brought into the one form that does not depend on how deltas were
/// folded or batched, so that two of them can be compared.
///
/// Between two events that are no deltas, the deltas of each part are joined, and the parts are
/// sorted: a reader who came in the middle may get their rests in another order.
#pragma once

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "wire.h"

namespace gp::sim {

struct Item {
  EventKind kind;
  std::string run, key, text;
  friend bool operator==(const Item&, const Item&) = default;
};

inline std::string show(const Item& item) {
  return std::string(name_of(item.kind)) + " " + item.run + " " + item.key + " \"" + item.text +
         "\"";
}

class Transcript {
 public:
  void add(EventKind kind, const std::string& run, const std::string& key,
           const std::string& text) {
    if (!is_delta(kind)) {
      sort_stretch();
      items_.push_back({kind, run, key, text});
      stretch_ = items_.size();
      return;
    }
    for (std::size_t i = stretch_; i < items_.size(); ++i) {
      Item& item = items_[i];
      if (item.kind != kind || item.run != run || item.key != key) continue;
      item.text += text;
      return;
    }
    items_.push_back({kind, run, key, text});
  }
  void add(const Event& event) { add(event.kind, event.run, event.key, event.text); }

  const std::vector<Item>& items() {
    sort_stretch();
    return items_;
  }

 private:
  void sort_stretch() {
    const auto rank = [](const Item& item) { return std::tie(item.kind, item.run, item.key); };
    std::sort(items_.begin() + static_cast<std::ptrdiff_t>(stretch_), items_.end(),
              [&](const Item& a, const Item& b) { return rank(a) < rank(b); });
  }

  std::vector<Item> items_;
  std::size_t stretch_ = 0;  ///< where the deltas since the last other event begin
};

}  // namespace gp::sim
