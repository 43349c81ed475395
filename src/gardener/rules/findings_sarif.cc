#include <map>

#include "gardener/rules/escape.h"
#include "gardener/rules/finding_report.h"
#include "gardener/rules/page.h"
#include "gardener/rules/source_lines.h"
#include "protocol/json_writer.h"

namespace gp::rules {
namespace {

using protocol::JsonWriter;

std::string_view level_of(Priority priority) {
  switch (priority) {
    case Priority::kP0: return "error";
    case Priority::kP1:
    case Priority::kP2: return "warning";
    case Priority::kP3: return "note";
  }
  return "none";
}

void write_message(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key).begin_object().field("text", utf8_text(text)).end_object();
}

void write_location(JsonWriter& json, const Place& place, SourceLines& lines) {
  json.key("physicalLocation").begin_object().key("artifactLocation").begin_object();
  json.field("uri", uri_text(place.file)).field("uriBaseId", "ROOT").end_object();
  if (place.line != 0) {
    json.key("region").begin_object().field("startLine", place.line);
    if (place.end_line != 0) {
      json.field("startColumn", lines.character_column(place.file, place.line, place.column));
      json.field("endLine", place.end_line);
      json.field("endColumn", lines.character_column(place.file, place.end_line, place.end_column));
    }
    json.end_object();
  }
  json.end_object();
}

void write_rules(JsonWriter& json, const std::map<std::string_view, std::size_t>& indices) {
  json.key("rules").begin_array();
  for (const auto& [code, index] : indices) {
    json.begin_object().field("id", code);
    if (const Page* page = find_page(code); page != nullptr) {
      json.field("name", page->name);
      write_message(json, "shortDescription", page->summary);
      write_message(json, "fullDescription", page->summary);
      json.key("help").begin_object().field("text", page->manual);
      json.field("markdown", page->manual).end_object();
    }
    json.end_object();
  }
  json.end_array();
}

void write_result(JsonWriter& json, const Finding& finding, std::size_t rule, SourceLines& lines) {
  json.begin_object().field("ruleId", finding.code).field("ruleIndex", std::uint64_t{rule});
  json.field("level", level_of(finding.priority));
  std::string text = finding.subject + ": " + finding.message + ".";
  if (!finding.advice.empty()) text += " What to do: " + finding.advice + ".";
  write_message(json, "message", text);
  json.key("locations").begin_array().begin_object();
  write_location(json, finding.place, lines);
  json.end_object().end_array();
  if (!finding.evidence.empty()) {
    json.key("relatedLocations").begin_array();
    for (const Evidence& evidence : finding.evidence) {
      json.begin_object();
      write_location(json, evidence.place, lines);
      write_message(json, "message", evidence.text);
      json.end_object();
    }
    json.end_array();
  }
  json.key("properties").begin_object().field("priority", name_of(finding.priority));
  json.field("score", finding.score).end_object();
  json.end_object();
}

void write_notifications(JsonWriter& json, const FindingReport& report, SourceLines& lines) {
  json.key("invocations").begin_array().begin_object().field("executionSuccessful", true);
  json.key("toolExecutionNotifications").begin_array();
  for (const Trouble& trouble : report.unreadable) {
    json.begin_object().field("level", "warning");
    write_message(json, "message", trouble.message);
    json.key("locations").begin_array().begin_object();
    write_location(json, {.file = trouble.path, .line = trouble.line}, lines);
    json.end_object().end_array().end_object();
  }
  json.end_array().end_object().end_array();
}

}  // namespace

std::string sarif_of(const FindingReport& report, const graph::SourceTree& tree) {
  SourceLines lines(tree);
  std::map<std::string_view, std::size_t> indices;
  for (const Finding& finding : report.findings) indices.emplace(finding.code, 0);
  std::size_t next = 0;
  for (auto& [code, index] : indices) index = next++;
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.field("$schema", "https://json.schemastore.org/sarif-2.1.0.json").field("version", "2.1.0");
  json.key("runs").begin_array().begin_object();
  json.key("tool").begin_object().key("driver").begin_object().field("name", "gardener");
  write_rules(json, indices);
  json.end_object().end_object();
  json.field("columnKind", "unicodeCodePoints");
  json.key("originalUriBaseIds").begin_object().key("ROOT").begin_object();
  write_message(json, "description", "the root of the analysed tree");
  json.end_object().end_object();
  write_notifications(json, report, lines);
  json.key("results").begin_array();
  for (const Finding& finding : report.findings) {
    out += "\n";
    write_result(json, finding, indices.at(finding.code), lines);
  }
  json.end_array().end_object().end_array().end_object();
  return out + "\n";
}

}  // namespace gp::rules
