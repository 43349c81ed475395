/// Transcript: what a reader assembles from events, folded or not, for tests: independent of how
/// folding works. Included by tests only.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/json.h"

namespace gp::log {

class Transcript {
 public:
  explicit Transcript(std::uint64_t after = 0) : seq_(after) {}

  /// One frame: an event, a folded event or a batch.
  void apply(std::string_view frame) {
    protocol::JsonParser parser;
    const auto object = parser.parse_object(frame);
    ASSERT_TRUE(object.has_value()) << frame;
    ++frames_;
    if (std::string_view(object.value()["type"]) != "batch") return event(object.value());
    const std::uint64_t last = object.value()["seq"];
    EXPECT_EQ(std::uint64_t(object.value()["first_seq"]), seq_ + 1);
    for (const auto each : object.value()["events"].get_array()) event(each.get_object());
    EXPECT_EQ(seq_, last) << "a batch covers what its events cover";
  }

  std::uint64_t seq() const { return seq_; }
  std::size_t frames() const { return frames_; }
  /// Parts with their whole text and all other events, in the order in which they began.
  const std::vector<std::string>& items() const { return items_; }

 private:
  void event(simdjson::dom::object object) {
    const std::uint64_t seq = object["seq"];
    std::uint64_t first = 0;
    if (object["first_seq"].get(first) != simdjson::SUCCESS) first = seq;
    EXPECT_EQ(first, seq_ + 1) << "a gap or a duplicate";
    seq_ = seq;
    const std::string_view type = object["type"];
    const auto payload = object["payload"].get_object().value();
    std::string_view delta;
    if (payload["delta"].get(delta) != simdjson::SUCCESS) {
      items_.push_back(simdjson::minify(object));
      return;
    }
    std::string name(type);
    for (const char* member : {"run_id", "part_id", "tool_call_id", "tool_name"}) {
      std::string_view text;
      const auto& from = std::string_view(member) == "run_id" ? object : payload;
      if (from[member].get(text) == simdjson::SUCCESS) name.append("/").append(text);
    }
    const auto [place, is_new] = parts_.try_emplace(name, items_.size());
    if (is_new) items_.push_back(name + ": ");
    items_[place->second] += delta;
  }

  std::uint64_t seq_;
  std::size_t frames_ = 0;
  std::map<std::string, std::size_t> parts_;
  std::vector<std::string> items_;
};

}  // namespace gp::log
