#include "gardener/rules/escape.h"
#include "gardener/rules/references_output.h"
#include "protocol/json_writer.h"

namespace gp::rules {
namespace {

using protocol::JsonWriter;

void write_reference(JsonWriter& json, const std::string& path, const refs::Reference& reference) {
  json.begin_object()
      .raw_field("file", json_text(path))
      .field("line", reference.begin.line)
      .field("column", reference.begin.column)
      .field("end_line", reference.end.line)
      .field("end_column", reference.end.column)
      .field("class", refs::name_of(reference.kind))
      .raw_field("symbol", json_text(reference.symbol))
      .raw_field("statement", json_text(reference.statement))
      .raw_field("context", json_text(reference.context))
      .raw_field("module", json_text(reference.module))
      .field("failure", refs::name_of(reference.failure))
      .field("population", refs::name_of(reference.population))
      .raw_field("local_name", json_text(reference.local_name))
      .field("internal", reference.is_internal)
      .field("excluded", reference.is_excluded)
      .field("missing", reference.is_missing)
      .field("repeated", reference.is_repeated)
      .end_object();
}

}  // namespace

std::string references_json(const ReferencesView& view) {
  const refs::ReferenceReport& report = view.report;
  std::string out;
  JsonWriter json(out);
  json.begin_object().raw_field("target", json_text(report.target));
  json.key("references").begin_array();
  for (const refs::Reference& reference : report.references) {
    if (!view.shows(reference)) continue;
    out += "\n";
    write_reference(json, view.tree.file(reference.file).path, reference);
  }
  json.end_array().key("unreadable").begin_array();
  for (const refs::Unreadable& file : report.unreadable)
    json.begin_object()
        .raw_field("file", json_text(file.path))
        .field("line", file.line)
        .raw_field("message", json_text(file.message))
        .field("mentions_target", file.mentions_target)
        .field("unread", file.is_unread)
        .end_object();
  json.end_array().key("reexporters").begin_array();
  for (const refs::Reexporter& reexporter : report.reexporters) {
    json.begin_object().raw_field("module", json_text(reexporter.module));
    json.raw_field("file", json_text(view.tree.file(reexporter.file).path));
    json.key("names").begin_array();
    for (const refs::Reexporter::Name& name : reexporter.names)
      json.begin_object()
          .raw_field("local", json_text(name.local))
          .raw_field("symbol", json_text(name.symbol))
          .field("in_all", name.in_all)
          .end_object();
    json.end_array().end_object();
  }
  json.end_array();
  if (report.target_file == graph::kNoFile) {
    json.key("target_file").null();
  } else {
    json.raw_field("target_file", json_text(view.tree.file(report.target_file).path));
  }
  json.key("target_names").begin_array();
  for (const std::string& name : report.target_names) json.raw(json_text(name));
  json.end_array().end_object();
  return out + "\n";
}

}  // namespace gp::rules
