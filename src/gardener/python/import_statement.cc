#include "gardener/python/import_statement.h"

#include <algorithm>

namespace gp::python {
namespace {

class ImportReader {
 public:
  ImportReader(ScanContext& context, Tokens tokens) : context_(context), tokens_(tokens) {}

  bool read(const ImportPlace& place) {
    ModuleFacts& facts = context_.facts;
    statement_.block = place.block;
    statement_.index_in_block = place.index_in_block;
    statement_.shares_line = place.shares_line;
    statement_.has_comment = place.has_comment;
    statement_.span = span_of(tokens_);
    statement_.line = tokens_.front().line;
    statement_.column = context_.column(tokens_.front());
    statement_.first_name = static_cast<std::uint32_t>(facts.names.size());
    statement_.is_from = context_.is(tokens_.front(), "from");
    at_ = 1;
    if ((statement_.is_from && !source_module()) || !names()) {
      facts.names.resize(statement_.first_name);
      return false;
    }
    statement_.name_count = static_cast<std::uint32_t>(facts.names.size()) - statement_.first_name;
    facts.imports.push_back(statement_);
    return true;
  }

 private:
  bool more() const { return at_ < tokens_.size(); }

  // The dots and the dotted name behind `from`, and the word `import`.
  bool source_module() {
    const std::size_t begin = at_;
    std::uint32_t level = 0;
    for (; more() && (tokens_[at_].kind == '.' || tokens_[at_].kind == kEllipsis); ++at_)
      level += tokens_[at_].kind == '.' ? 1 : 3;
    statement_.level = static_cast<std::uint8_t>(std::min(level, 255U));
    const std::size_t name_begin = at_;
    at_ = dotted_end(context_, tokens_, at_);
    if (at_ == begin) return false;
    statement_.module = context_.intern(tokens_.subspan(name_begin, at_ - name_begin));
    statement_.module_span = span_of(tokens_.subspan(begin, at_ - begin));
    if (!more() || context_.keyword(tokens_[at_]) != Keyword::kImport) return false;
    ++at_;
    return true;
  }

  bool names() {
    const bool in_brackets = statement_.is_from && more() && tokens_[at_].kind == '(';
    if (in_brackets) statement_.open = span_of(tokens_[at_++]);
    for (;;) {
      if (!name()) return false;
      if (!more()) return !in_brackets;
      if (tokens_[at_].kind == ',') {
        context_.facts.names.back().comma = span_of(tokens_[at_++]);
        if (!in_brackets || !more() || tokens_[at_].kind != ')') continue;
      }
      if (!in_brackets || tokens_[at_].kind != ')') return false;
      statement_.close = span_of(tokens_[at_++]);
      return !more();
    }
  }

  bool name() {
    if (!more()) return false;
    const std::size_t begin = at_;
    if (statement_.is_from && tokens_[at_].kind == '*') {
      ++at_;
    } else {
      at_ = dotted_end(context_, tokens_, at_);
      if (statement_.is_from) at_ = std::min(at_, begin + 1);
    }
    if (at_ == begin) return false;
    const Tokens dotted = tokens_.subspan(begin, at_ - begin);
    ImportedName imported;
    imported.statement = static_cast<std::uint32_t>(context_.facts.imports.size());
    imported.name = context_.intern(dotted);
    imported.name_span = imported.whole = span_of(dotted);
    imported.line = dotted.front().line;
    imported.column = context_.column(dotted.front());
    if (more() && context_.keyword(tokens_[at_]) == Keyword::kAs) {
      if (++at_ == tokens_.size() || !context_.is_identifier(tokens_[at_])) return false;
      imported.alias = context_.intern(tokens_[at_]);
      imported.alias_span = span_of(tokens_[at_]);
      imported.whole.end = tokens_[at_++].end;
    }
    context_.facts.names.push_back(imported);
    return true;
  }

  ScanContext& context_;
  Tokens tokens_;
  ImportStatement statement_{};
  std::size_t at_ = 0;
};

}  // namespace

void read_import(ScanContext& context, Tokens tokens, const ImportPlace& place) {
  if (!ImportReader(context, tokens).read(place))
    context.problems.syntax(tokens.front().line,
                            "a statement that begins like an import and is none");
}

}  // namespace gp::python
