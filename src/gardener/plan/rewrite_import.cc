#include "gardener/plan/rewrite_import.h"

#include <algorithm>
#include <utility>

#include "gardener/plan/import_layout.h"
#include "gardener/plan/import_table.h"
#include "gardener/plan/module_name.h"
#include "gardener/python/scan.h"

namespace gp::plan {
namespace {

using Kind = NameFate::Kind;

class Rewriter {
 public:
  Rewriter(std::string_view source, const python::ModuleFacts& facts, std::uint32_t statement,
           const std::vector<NameFate>& fates, std::string_view package)
      : source_(source),
        facts_(facts),
        index_(statement),
        statement_(facts.imports[statement]),
        fates_(fates),
        package_(package) {}

  StatementRewrite run(bool leaves_block_empty) {
    for (const NameFate& fate : fates_)
      if (fate.kind != Kind::kStay && fate.safety > safety_) safety_ = fate.safety;
    const std::vector<ImportGroup> groups = group();
    if (groups.empty()) {
      remove(leaves_block_empty);
    } else if (groups.size() == 1 && groups.front().members.size() == fates_.size() &&
               (!statement_.is_from || !groups.front().from.empty())) {
      replace_in_place(groups.front());
    } else {
      edit(statement_.span, ImportLayout(source_, facts_, index_).render(groups));
    }
    return std::move(result_);
  }

 private:
  const python::ImportedName& name(std::uint32_t i) const {
    return facts_.names[statement_.first_name + i];
  }

  void edit(python::Span span, std::string text) {
    if (source_.substr(span.begin, span.size()) != text)
      result_.edits.emplace_back(span, std::move(text), safety_);
  }

  std::string spelled(std::string_view module) const {
    if (statement_.level > 0 && !package_.empty()) {
      std::string relative = relative_spelling(package_, module);
      if (!relative.empty()) return relative;
    }
    return std::string(module);
  }

  std::string alias_of(std::uint32_t i) const {
    const NameFate& fate = fates_[i];
    const std::string_view alias = facts_.text(name(i).alias);
    const std::string_view original = facts_.text(name(i).name);
    if (fate.kind == Kind::kStay || fate.takes_new_name) return std::string(alias);
    const std::string_view local = alias.empty() && statement_.is_from ? original : alias;
    const bool is_explicit = alias == original && !alias.empty();  // `import a as a` re-exports
    return local == fate.name && !is_explicit ? std::string() : std::string(local);
  }

  std::vector<ImportGroup> group() {
    std::vector<ImportGroup> groups;
    const std::string original = statement_.is_from ? from_spelling(facts_, statement_) : "";
    const auto add = [&](std::uint32_t i, const std::string& from, std::string_view imported) {
      auto found = std::find_if(groups.begin(), groups.end(),
                                [&](const ImportGroup& group) { return group.from == from; });
      if (found == groups.end()) found = groups.insert(groups.end(), {from, {}});
      const std::string alias = alias_of(i);
      std::string clause(imported);
      if (!alias.empty()) clause.append(" as ").append(alias);
      found->members.push_back({i, std::move(clause)});
      result_.table.push_back(import_line(from, imported, alias));
    };
    for (std::uint32_t i = 0; i < fates_.size(); ++i)
      if (fates_[i].kind == Kind::kStay) add(i, original, facts_.text(name(i).name));
    for (std::uint32_t i = 0; i < fates_.size(); ++i) {
      if (fates_[i].kind != Kind::kGo) continue;
      add(i, fates_[i].module.empty() ? "" : spelled(fates_[i].module), fates_[i].name);
    }
    for (ImportGroup& one : groups) {
      std::sort(one.members.begin(), one.members.end(),
                [](const auto& a, const auto& b) { return a.element < b.element; });
    }
    return groups;
  }

  void replace_in_place(const ImportGroup& group) {
    if (statement_.is_from && group.from != from_spelling(facts_, statement_)) {
      const python::Span span = statement_.module_span;
      const auto is_word = [&](std::uint32_t at) {
        return at < source_.size() &&
               python::is_identifier("_" + std::string(source_.substr(at, 1)));
      };
      std::string text = group.from;
      if (is_word(span.begin - 1) && text.front() != '.') text.insert(0, " ");
      if (is_word(span.end) && text.back() != '.') text.append(" ");
      edit(span, std::move(text));
    }
    for (const ImportGroup::Member& member : group.members) {
      const python::ImportedName& one = name(member.element);
      const std::string old = [&] {
        std::string clause(facts_.text(one.name));
        if (!one.alias.empty()) clause.append(" as ").append(facts_.text(one.alias));
        return clause;
      }();
      if (old == member.clause) continue;
      const std::size_t as = member.clause.find(" as ");
      const std::string_view imported = std::string_view(member.clause).substr(0, as);
      const std::string_view alias =
          as == std::string::npos ? "" : std::string_view(member.clause).substr(as + 4);
      if (!one.alias.empty() && alias == facts_.text(one.alias)) {
        edit(one.name_span, std::string(imported));
      } else {
        edit(one.whole, member.clause);
      }
    }
  }

  void remove(bool leaves_block_empty) {
    const python::Span span = ImportLayout(source_, facts_, index_).removal();
    if (leaves_block_empty || span.empty()) {
      edit(statement_.span, "pass");
    } else {
      edit(span, "");
    }
  }

  std::string_view source_;
  const python::ModuleFacts& facts_;
  std::uint32_t index_;
  const python::ImportStatement& statement_;
  const std::vector<NameFate>& fates_;
  std::string_view package_;
  Safety safety_ = Safety::kSafe;
  StatementRewrite result_{};
};

}  // namespace

StatementRewrite rewrite_import(std::string_view source, const python::ModuleFacts& facts,
                                std::uint32_t statement, const std::vector<NameFate>& fates,
                                std::string_view package, bool leaves_block_empty) {
  return Rewriter(source, facts, statement, fates, package).run(leaves_block_empty);
}

}  // namespace gp::plan
