#include "gardener/rules/escape.h"
#include "gardener/rules/finding_report.h"
#include "gardener/rules/page.h"
#include "protocol/json_writer.h"

namespace gp::rules {
namespace {

using protocol::JsonWriter;

void write_place(JsonWriter& json, const Place& place) {
  json.raw_field("file", json_text(place.file)).field("line", place.line);
  json.field("column", place.column);
}

void write_finding(JsonWriter& json, const Finding& finding) {
  const Page* page = find_page(finding.code);
  json.begin_object().field("code", finding.code);
  json.field("name", page == nullptr ? finding.code : page->name);
  json.field("priority", name_of(finding.priority)).field("score", finding.score);
  write_place(json, finding.place);
  json.field("end_line", finding.place.end_line).field("end_column", finding.place.end_column);
  json.raw_field("subject", json_text(finding.subject));
  json.raw_field("message", json_text(finding.message));
  json.raw_field("advice", json_text(finding.advice));
  json.key("evidence").begin_array();
  for (const Evidence& evidence : finding.evidence) {
    json.begin_object();
    write_place(json, evidence.place);
    json.raw_field("text", json_text(evidence.text)).end_object();
  }
  json.end_array().end_object();
}

}  // namespace

std::string json_of(const FindingReport& report) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("tool", "gardener").field("command", report.command);
  json.key("facts").begin_object();
  for (const auto& [name, value] : report.facts) json.field(name, std::uint64_t{value});
  json.end_object().key("counts").begin_object();
  for (const Priority priority : {Priority::kP0, Priority::kP1, Priority::kP2, Priority::kP3}) {
    std::uint64_t count = 0;
    for (const Finding& finding : report.findings) count += finding.priority == priority;
    json.field(name_of(priority), count);
  }
  json.end_object().key("findings").begin_array();
  for (const Finding& finding : report.findings) {
    out += "\n";
    write_finding(json, finding);
  }
  json.end_array().key("unreadable").begin_array();
  for (const Trouble& trouble : report.unreadable)
    json.begin_object()
        .raw_field("file", json_text(trouble.path))
        .field("line", trouble.line)
        .raw_field("message", json_text(trouble.message))
        .end_object();
  json.end_array().key("notes").begin_array();
  for (const std::string& note : report.notes) json.raw(json_text(note));
  json.end_array().end_object();
  return out + "\n";
}

}  // namespace gp::rules
