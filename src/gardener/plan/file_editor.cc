#include "gardener/plan/file_editor.h"

#include <algorithm>

#include "gardener/plan/import_table.h"

namespace gp::plan {

FileEditor::FileEditor(const Workspace& workspace, graph::FileId file)
    : workspace_(workspace), file_(workspace.file(file)) {}

void FileEditor::set_fate(std::uint32_t imported_name, NameFate fate) {
  const std::uint32_t statement = file_.facts.names[imported_name].statement;
  std::vector<NameFate>& fates = fates_[statement];
  fates.resize(file_.facts.imports[statement].name_count);
  fates[imported_name - file_.facts.imports[statement].first_name] = std::move(fate);
}

void FileEditor::set_statements(std::uint32_t statement, std::vector<ImportGroup> groups) {
  statements_[statement] = std::move(groups);
}

void FileEditor::add(std::vector<SpanEdit> edits) {
  std::move(edits.begin(), edits.end(), std::back_inserter(edits_));
}

void FileEditor::gains(const std::vector<std::string>& imports) {
  gained_.insert(gained_.end(), imports.begin(), imports.end());
}

void FileEditor::drop_from_all(std::string_view name) {
  const std::string_view source = file_.source;
  for (const python::StringLiteral& string : file_.facts.strings) {
    if (file_.facts.text(string.assigned_to) != "__all__" || string.is_joined ||
        source.substr(string.content.begin, string.content.size()) != name)
      continue;
    const auto is_blank = [&](std::uint32_t at) {
      return at < source.size() && (source[at] == ' ' || source[at] == '\t');
    };
    python::Span span = string.span;
    while (is_blank(span.end)) ++span.end;
    const bool has_comma = span.end < source.size() && source[span.end] == ',';
    if (has_comma) ++span.end;
    std::uint32_t end = span.end;
    while (is_blank(end)) ++end;
    if (end < source.size() && source[end] == '#')
      while (end < source.size() && source[end] != '\n' && source[end] != '\r') ++end;
    std::uint32_t begin = span.begin;
    while (begin > 0 && is_blank(begin - 1)) --begin;
    const bool is_alone = begin > 0 && (source[begin - 1] == '\n' || source[begin - 1] == '\r') &&
                          end < source.size() && (source[end] == '\n' || source[end] == '\r');
    if (is_alone) {
      if (source[end] == '\r') ++end;
      if (end < source.size() && source[end] == '\n') ++end;
      span = {begin, end};
    } else if (has_comma) {
      while (is_blank(span.end)) ++span.end;
      const bool ends_line =
          span.end < source.size() && (source[span.end] == '\n' || source[span.end] == '\r');
      if (ends_line) span.begin = begin;
    } else if (begin > 0 && source[begin - 1] == ',') {
      span = {begin - 1, string.span.end};
    }
    edits_.emplace_back(span, "", Safety::kReviewed);
  }
}

bool FileEditor::is_dropped(std::uint32_t statement) const {
  const auto found = fates_.find(statement);
  return found != fates_.end() &&
         std::all_of(found->second.begin(), found->second.end(),
                     [](const NameFate& fate) { return fate.kind == NameFate::Kind::kDrop; });
}

// Of several dropped statements that empty a block, the last one leaves `pass`.
bool FileEditor::leaves_block_empty(std::uint32_t statement) const {
  const python::ModuleFacts& facts = file_.facts;
  const std::uint32_t block = facts.imports[statement].block;
  if (block == 0 || !is_dropped(statement)) return false;
  std::uint32_t dropped = 0;
  for (const auto& [other, fates] : fates_) {
    if (facts.imports[other].block != block || !is_dropped(other)) continue;
    if (other > statement) return false;
    ++dropped;
  }
  return dropped == facts.blocks[block].statements;
}

void FileEditor::rewrite(std::uint32_t statement, std::vector<std::string>& table) {
  StatementRewrite one =
      rewrite_import(file_.source, file_.facts, statement, fates_[statement],
                     workspace_.package_of(file_.file), leaves_block_empty(statement));
  add(std::move(one.edits));
  std::move(one.table.begin(), one.table.end(), std::back_inserter(table));
}

bool FileEditor::finish(FileChange& change) {
  const python::ModuleFacts& facts = file_.facts;
  std::vector<std::string> table = gained_;
  for (std::uint32_t i = 0; i < facts.imports.size(); ++i) {
    const python::ImportStatement& statement = facts.imports[i];
    if (const auto groups = statements_.find(i); groups != statements_.end()) {
      edits_.emplace_back(statement.span,
                          ImportLayout(file_.source, facts, i).render(groups->second),
                          Safety::kReviewed);
      for (const ImportGroup& group : groups->second)
        for (const ImportGroup::Member& member : group.members)
          table.push_back(import_line(group.from, member.clause, ""));
    } else if (fates_.contains(i)) {
      rewrite(i, table);
    } else {
      for (std::uint32_t n = 0; n < statement.name_count; ++n)
        table.push_back(import_line(facts, facts.names[statement.first_name + n]));
    }
  }
  if (edits_.empty()) return false;
  sort_edits(edits_);
  // Two imports of one module in one scope share their uses: each of them asks for the same edit.
  const auto is_same = [](const SpanEdit& a, const SpanEdit& b) {
    return !a.span().empty() && a.span().begin == b.span().begin && a.span().end == b.span().end &&
           a.replacement() == b.replacement();
  };
  edits_.erase(std::unique(edits_.begin(), edits_.end(), is_same), edits_.end());
  std::sort(table.begin(), table.end());
  change.path = workspace_.path(file_.file);
  change.before = file_.source;
  change.edits = std::move(edits_);
  change.is_python = workspace_.tree().file(file_.file).kind == graph::FileKind::kPython;
  change.imports = std::move(table);
  return true;
}

}  // namespace gp::plan
