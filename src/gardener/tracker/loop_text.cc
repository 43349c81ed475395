#include <fmt/core.h>

#include "gardener/tracker/loop.h"
#include "protocol/json_writer.h"

namespace gp::tracker {
namespace {

std::string states_of(const Difference& one) {
  if (one.id.empty()) return {};
  const bool was_there = one.change != Change::kNew && one.before != TestState::kNotRun;
  const bool is_there = one.change != Change::kPlannedDrop && one.change != Change::kLost;
  return fmt::format(" ({} -> {})", was_there ? name_of(one.before) : "not there",
                     is_there ? name_of(one.after) : "gone");
}

void append(std::string& out, const Difference& one) {
  out += fmt::format("  {}{}\n", one.id.empty() ? one.text : one.id, states_of(one));
  if (!one.id.empty() && !one.text.empty()) out += fmt::format("      {}\n", one.text);
  for (const std::string& row : one.rows) out += fmt::format("      plan: {}\n", row);
  if (!one.advice.empty()) out += fmt::format("      {}\n", one.advice);
}

}  // namespace

std::string to_text(const LoopReport& report) {
  std::string out = fmt::format("before: {}\nafter:  {}\n", report.before, report.after);
  if (report.knows_tests) {
    out += fmt::format("collected {} before, {} after; {} as before\n", report.collected_before,
                       report.collected_after, report.unchanged);
  }
  for (std::size_t i = 0; i < report.differences.size(); ++i) {
    const Difference& one = report.differences[i];
    if (i == 0 || report.differences[i - 1].change != one.change)
      out += fmt::format("\n{}:\n", name_of(one.change));
    append(out, one);
  }
  for (const std::string& note : report.notes) out += fmt::format("\nnote: {}\n", note);
  std::size_t bad = 0;
  for (const Difference& one : report.differences) bad += is_bad(one.change) ? 1 : 0;
  if (report.passes)
    out += report.knows_tests ? "\nloop: nothing that worked is lost\n"
                              : "\nloop: the exit status is as before\n";
  else
    out += fmt::format("\nloop: FAILED, {} {}\n", bad, bad == 1 ? "difference" : "differences");
  return out;
}

std::string to_json(const LoopReport& report) {
  std::string out;
  protocol::JsonWriter json(out);
  json.begin_object().field("passes", report.passes).field("knows_tests", report.knows_tests);
  json.field("before", report.before).field("after", report.after);
  json.field("collected_before", report.collected_before);
  json.field("collected_after", report.collected_after).field("unchanged", report.unchanged);
  json.key("differences").begin_array();
  for (const Difference& one : report.differences) {
    json.begin_object().field("change", name_of(one.change)).field("bad", is_bad(one.change));
    json.field("id", one.id).field("file", one.file).field("before", name_of(one.before));
    json.field("after", name_of(one.after)).field("text", one.text).key("rows").begin_array();
    for (const std::string& row : one.rows) json.value(std::string_view(row));
    json.end_array().field("advice", one.advice).end_object();
  }
  json.end_array().key("notes").begin_array();
  for (const std::string& note : report.notes) json.value(std::string_view(note));
  json.end_array().end_object();
  out += '\n';
  return out;
}

}  // namespace gp::tracker
