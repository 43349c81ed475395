#include "gardener/refs/name_references.h"

#include <algorithm>

#include "gardener/python/char_class.h"
#include "gardener/refs/callees.h"
#include "gardener/refs/failure_mode.h"
#include "gardener/refs/literal_value.h"
#include "gardener/refs/string_shape.h"

namespace gp::refs {

namespace {

using python::kNone;
using python::ModuleFacts;
using python::Span;
using python::Use;

/// A local name that stands for the target or a package above it.
struct ModuleAlias {
  std::string local{};
  std::string module{};
  std::uint32_t scope = 0;
};

class NameClassifier {
 public:
  NameClassifier(Candidate& candidate, const std::vector<ImportHit>& hits, const Target& target)
      : candidate_(candidate),
        source_(candidate.scanned->source),
        facts_(candidate.scanned->facts),
        target_(target),
        lines_(candidate.scanned->source) {
    for (const ImportHit& hit : hits)
      if (!hit.is_transitive) our_statements_.insert(facts_.names[hit.name].statement);
  }

  void run() {
    find_aliases();
    if (!aliases_.empty())
      for (std::uint32_t i = 0; i < facts_.uses.size(); ++i) use(i);
    std::sort(used_.begin(), used_.end(), [](Span a, Span b) { return a.begin < b.begin; });
    if (candidate_.has_base) occurrences();
  }

 private:
  void find_aliases() {
    if (target_.is_shadowed || candidate_.is_elsewhere) return;
    for (std::size_t i = 0; i < facts_.imports.size(); ++i) {
      const python::ImportStatement& statement = facts_.imports[i];
      const std::uint32_t scope = python::scope_of(facts_, statement.block);
      for (std::uint32_t n = 0; n < statement.name_count; ++n) {
        const python::ImportedName& name = facts_.names[statement.first_name + n];
        const std::string imported(facts_.text(name.name));
        const std::string alias(facts_.text(name.alias));
        if (statement.is_from) {
          for (const std::string& module : candidate_.from[i])
            add_alias(alias.empty() ? imported : alias, join_dotted(module, imported), scope);
        } else if (alias.empty()) {
          const std::string top = imported.substr(0, imported.find('.'));
          add_alias(top, top, scope);
        } else {
          add_alias(alias, imported, scope);
        }
      }
    }
  }

  void add_alias(std::string local, std::string module, std::uint32_t scope) {
    if (is_within(target_.module, module))
      aliases_.push_back({std::move(local), std::move(module), scope});
  }

  // Is the name bound in the scope by something else than an import: a parameter, an assignment?
  bool is_local(std::uint32_t scope, std::string_view name) const {
    const python::Block& block = facts_.blocks[scope];
    return std::any_of(facts_.uses.begin(), facts_.uses.end(), [&](const Use& use) {
      if (!use.is_store || facts_.text(use.text) != name) return false;
      if (block.header.contains(use.span)) return use.span != block.name;
      return python::scope_of(facts_, use.block) == scope && block.body.contains(use.span);
    });
  }

  // The modules the name stands for at that place.
  std::vector<const ModuleAlias*> meaning(std::string_view name, std::uint32_t block) const {
    std::vector<const ModuleAlias*> found;
    const std::uint32_t innermost = python::scope_of(facts_, block);
    for (std::uint32_t scope = innermost;;
         scope = python::scope_of(facts_, facts_.blocks[scope].parent)) {
      // What a class body binds is not seen in its methods.
      if (scope == innermost || facts_.blocks[scope].kind != python::BlockKind::kClass) {
        for (const ModuleAlias& alias : aliases_)
          if (alias.scope == scope && alias.local == name) found.push_back(&alias);
        if (!found.empty() || scope == 0 || is_local(scope, name)) return found;
      }
      if (scope == 0) return found;
    }
  }

  void use(std::uint32_t index) {
    const Use& use = facts_.uses[index];
    const std::string_view text = facts_.text(use.text);
    const std::string_view root = text.substr(0, text.find('.'));
    if (std::none_of(aliases_.begin(), aliases_.end(),
                     [&](const ModuleAlias& alias) { return alias.local == root; }))
      return;
    if (use.is_store && root.size() == text.size()) return;
    for (const ModuleAlias* alias : meaning(root, use.block)) {
      const std::string full = alias->module + std::string(text.substr(root.size()));
      if (!is_within(full, target_.module)) continue;
      add_use(index, *alias, full);
      return;
    }
  }

  void add_use(std::uint32_t index, const ModuleAlias& alias, const std::string& full) {
    const Use& use = facts_.uses[index];
    Reference reference = at(use.span);
    reference.fact = index;
    if (full.size() > target_.module.size()) {
      reference.kind = RefClass::kAttribute;
      reference.symbol = full.substr(target_.module.size() + 1);
    } else {
      reference.kind = RefClass::kModuleUse;
      module_use(use, reference);
    }
    reference.local_name = alias.local;
    // Behind an import of the target itself the import fails first.
    reference.failure = alias.module == target_.module
                            ? FailureMode::kNone
                            : failure_at(source_, facts_, use.block, MissingError::kAttribute);
    add_word(reference.context, python::in_function(facts_, use.block) ? "function" : "module");
    if (alias.module == target_.module) add_word(reference.context, "alias");
    if (use.is_format_field) add_word(reference.context, "format-field");
    candidate_.references.push_back(std::move(reference));
    used_.push_back(use.span);
  }

  // hasattr(alias, "symbol"), patch.object(alias, "symbol"): what is done with the module.
  void module_use(const Use& use, Reference& reference) {
    const python::Call* innermost = nullptr;
    std::uint32_t index = 0;
    for (std::uint32_t i = 0; i < facts_.calls.size(); ++i) {
      if (!facts_.calls[i].arguments.contains(use.span)) continue;
      innermost = &facts_.calls[i];
      index = i;
    }
    if (innermost == nullptr) return;
    add_word(reference.context, "call:" + callee_of(source_, facts_, *innermost));
    for (const python::StringLiteral& string : facts_.strings) {
      if (string.call != index || string.argument != 1 || string.is_format) continue;
      if (use.span.begin != innermost->arguments.begin) continue;
      reference.symbol = source_.substr(string.content.begin, string.content.size());
    }
  }

  void occurrences() {
    const std::string& base = target_.base;
    std::size_t next = source_.find(base);
    while (next != std::string_view::npos) {
      const auto at = static_cast<std::uint32_t>(next);
      next = source_.find(base, occurrence(at));
    }
  }

  // Classifies what stands at the place; returns where to look on.
  std::uint32_t occurrence(std::uint32_t place) {
    if (const Span* string = covering_string(place)) return string->end;
    const auto comment =
        std::upper_bound(facts_.comments.begin(), facts_.comments.end(), place,
                         [](std::uint32_t offset, Span span) { return offset < span.end; });
    if (comment != facts_.comments.end() && comment->begin <= place) {
      add_comment(static_cast<std::uint32_t>(comment - facts_.comments.begin()));
      return comment->end;
    }
    const Span word = word_around(place);
    const bool is_exact_name = word.size() == target_.base.size();
    const std::uint32_t statement = import_around(place);
    if (statement != kNone && is_exact_name && our_statements_.contains(statement)) return word.end;
    if (is_used(word)) return word.end;
    Reference reference = at(word);
    reference.kind = is_exact_name ? RefClass::kName : RefClass::kLookalike;
    if (!is_exact_name) reference.symbol = source_.substr(word.begin, word.size());
    if (statement != kNone) add_word(reference.context, "in-import");
    add_count(reference);
    candidate_.references.push_back(std::move(reference));
    return word.end;
  }

  const Span* covering_string(std::uint32_t place) const {
    const auto found =
        std::upper_bound(facts_.strings.begin(), facts_.strings.end(), place,
                         [](std::uint32_t offset, const python::StringLiteral& literal) {
                           return offset < literal.span.end;
                         });
    if (found == facts_.strings.end() || found->span.begin > place) return nullptr;
    return &found->span;
  }

  std::uint32_t import_around(std::uint32_t place) const {
    const auto found =
        std::upper_bound(facts_.imports.begin(), facts_.imports.end(), place,
                         [](std::uint32_t offset, const python::ImportStatement& statement) {
                           return offset < statement.span.end;
                         });
    if (found == facts_.imports.end() || found->span.begin > place) return kNone;
    return static_cast<std::uint32_t>(found - facts_.imports.begin());
  }

  bool is_used(Span word) const {
    const auto found =
        std::upper_bound(used_.begin(), used_.end(), word.begin,
                         [](std::uint32_t offset, Span span) { return offset < span.end; });
    return found != used_.end() && found->begin <= word.begin;
  }

  Span word_around(std::uint32_t place) const {
    Span word{place, place + static_cast<std::uint32_t>(target_.base.size())};
    while (word.begin > 0 && python::is_word(source_[word.begin - 1])) --word.begin;
    while (word.end < source_.size() && python::is_word(source_[word.end])) ++word.end;
    return word;
  }

  void add_comment(std::uint32_t index) {
    Reference reference = at(facts_.comments[index]);
    reference.kind = RefClass::kComment;
    reference.fact = index;
    const Span span = facts_.comments[index];
    if (has_import_text(source_.substr(span.begin, span.size()), target_.base))
      add_word(reference.context, "looks-like-import");
    add_count(reference);
    candidate_.references.push_back(std::move(reference));
  }

  void add_count(Reference& reference) const {
    const std::string_view text = source_.substr(reference.span.begin, reference.span.size());
    std::size_t count = 0;
    for (std::size_t found = text.find(target_.base); found != std::string_view::npos;
         found = text.find(target_.base, found + target_.base.size()))
      ++count;
    if (count > 1) add_word(reference.context, "count:" + std::to_string(count));
  }

  static void add_word(std::string& context, std::string_view word) {
    if (!context.empty()) context += ',';
    context += word;
  }

  Reference at(Span span) const {
    Reference reference;
    reference.span = span;
    reference.begin = lines_.at(span.begin);
    reference.end = lines_.at(span.end);
    reference.module = target_.module;
    return reference;
  }

  Candidate& candidate_;
  std::string_view source_;
  const ModuleFacts& facts_;
  const Target& target_;
  python::LineIndex lines_;
  std::vector<ModuleAlias> aliases_{};
  std::set<std::uint32_t> our_statements_{};
  std::vector<Span> used_{};
};

}  // namespace

void add_name_references(Candidate& candidate, const std::vector<ImportHit>& hits,
                         const Target& target) {
  NameClassifier(candidate, hits, target).run();
}

}  // namespace gp::refs
