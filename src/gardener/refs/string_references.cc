#include "gardener/refs/string_references.h"

#include <algorithm>
#include <optional>

#include "gardener/refs/callees.h"
#include "gardener/refs/code_scan.h"
#include "gardener/refs/failure_mode.h"
#include "gardener/refs/literal_value.h"
#include "gardener/refs/string_shape.h"

namespace gp::refs {

namespace {

using python::kNone;
using python::ModuleFacts;
using python::Span;
using python::StringLiteral;
using python::StringRole;

void add_word(std::string& context, std::string_view word) {
  if (!context.empty()) context += ',';
  context += word;
}

class StringClassifier {
 public:
  StringClassifier(Candidate& candidate, const StringSettings& settings)
      : candidate_(candidate),
        source_(candidate.scanned->source),
        facts_(candidate.scanned->facts),
        settings_(settings),
        lines_(candidate.scanned->source) {}

  void run() {
    for (const LiteralGroup group : literal_groups(source_, facts_)) {
      const bool mentions = holds_base(group);
      const bool reaches = indirect(group, mentions);
      if (mentions) literal(group, reaches);
    }
  }

 private:
  const StringLiteral& first(LiteralGroup group) const { return facts_.strings[group.first]; }
  const std::string& base() const { return settings_.target.base; }

  bool holds_base(LiteralGroup group) const {
    for (std::uint32_t i = 0; i < group.count; ++i) {
      const Span span = facts_.strings[group.first + i].span;
      if (source_.substr(span.begin, span.size()).find(base()) != std::string_view::npos)
        return true;
    }
    return false;
  }

  std::string callee(const StringLiteral& string) const {
    return string.call == kNone ? std::string()
                                : callee_of(source_, facts_, facts_.calls[string.call]);
  }

  // A patch of an importer's name. True if it is one.
  bool indirect(LiteralGroup group, bool mentions) {
    const StringLiteral& string = first(group);
    if (string.is_format || !is_patch_argument(facts_, string)) return false;
    if (!is_patch_callee(callee(string), settings_.patch_callees)) return false;
    const LiteralValue value = value_of(source_, facts_, group);
    if (is_within(value.text, settings_.target.module)) return false;
    for (std::string_view module = parent_of(value.text); !module.empty();
         module = parent_of(module)) {
      const graph::FileId file = settings_.paths.find(module);
      if (file == graph::kNoFile) continue;
      return patch_of(group, value.text, module, mentions);
    }
    return false;
  }

  bool patch_of(LiteralGroup group, const std::string& value, std::string_view module,
                bool mentions) {
    const std::string_view attributes = std::string_view(value).substr(module.size() + 1);
    const std::string_view name = attributes.substr(0, attributes.find('.'));
    const std::string_view rest = attributes.substr(std::min(name.size() + 1, attributes.size()));
    std::set<std::string> symbols;
    for (const Candidate* owner : settings_.index.find(module)) {
      const auto found = owner->bound.find(name);
      if (found == owner->bound.end()) continue;
      for (const std::string& symbol : found->second)
        symbols.insert(symbol.empty() ? std::string(rest) : join_dotted(symbol, rest));
    }
    Reference reference = at(group, content_span(group));
    if (!symbols.empty()) {
      reference.kind = RefClass::kPatchIndirect;
      for (const std::string& symbol : symbols) add_word(reference.symbol, symbol);
      reference.failure = FailureMode::kLoud;
    } else if (settings_.namesakes.contains(name)) {
      reference.kind = RefClass::kPatchNamesake;
      reference.symbol = name;
    } else {
      return false;
    }
    reference.module = module;
    reference.is_repeated = mentions;
    reference.context = place_words(group, {});
    candidate_.references.push_back(std::move(reference));
    return true;
  }

  Span content_span(LiteralGroup group) const {
    const StringLiteral& last = facts_.strings[group.first + group.count - 1];
    return {first(group).content.begin, last.content.end};
  }

  Reference at(LiteralGroup group, Span span) const {
    Reference reference;
    reference.span = span;
    reference.begin = lines_.at(span.begin);
    reference.end = lines_.at(span.end);
    reference.module = settings_.target.module;
    std::uint32_t fact = group.first;
    while (fact + 1 < group.first + group.count && facts_.strings[fact].span.end <= span.begin)
      ++fact;
    reference.fact = fact;
    return reference;
  }

  // One reference per mention in the literal, all of one class.
  void literal(LiteralGroup group, bool is_repeated) {
    const StringLiteral& string = first(group);
    LiteralValue value;
    if (!string.is_format && !is_format(group)) value = value_of(source_, facts_, group);
    std::string symbol;
    std::string container;
    const RefClass kind = classify(group, value, symbol, container);
    const std::string words = place_words(group, container);
    const FailureMode failure = failure_of(string, kind);
    for (std::uint32_t i = 0; i < group.count; ++i) {
      const Span token = facts_.strings[group.first + i].span;
      const std::string_view text = source_.substr(token.begin, token.size());
      std::size_t done = 0;
      for (std::size_t found = text.find(base()); found != std::string_view::npos;
           found = text.find(base(), std::max(found + 1, done))) {
        const Span mention = mention_span(facts_.strings[group.first + i], token, found, kind);
        done = mention.end - token.begin;
        Reference reference = at(group, mention);
        reference.kind = kind;
        reference.symbol = symbol;
        reference.context = words;
        add_count(reference.context, text.substr(mention.begin - token.begin, mention.size()));
        reference.failure = failure;
        reference.is_repeated = is_repeated;
        if (kind == RefClass::kPatch || kind == RefClass::kImportModule)
          reference.is_missing = !is_created(string) && settings_.members.lacks(symbol);
        candidate_.references.push_back(std::move(reference));
      }
    }
  }

  void add_count(std::string& context, std::string_view mention) const {
    std::size_t count = 0;
    for (std::size_t found = mention.find(base()); found != std::string_view::npos;
         found = mention.find(base(), found + base().size()))
      ++count;
    if (count > 1) add_word(context, "count:" + std::to_string(count));
  }

  // The dotted mention, without the letters of an escape before it.
  Span mention_span(const StringLiteral& string, Span token, std::size_t found,
                    RefClass kind) const {
    const std::string_view text = source_.substr(token.begin, token.size());
    std::size_t low = string.content.begin - token.begin;
    const std::size_t high = string.content.end - token.begin;
    if (found < low || found + base().size() > high) low = 0;
    if (string.has_escape) {
      const std::size_t slash = text.substr(0, found).rfind('\\');
      if (slash != std::string_view::npos && slash >= low && slash + 2 <= found) low = slash + 2;
    }
    const std::string_view inside = text.substr(low, std::max(high, found + base().size()) - low);
    const TextRange range =
        mention_around(inside, found - low, base().size(), kind == RefClass::kPath);
    const auto begin = static_cast<std::uint32_t>(token.begin + low + range.begin);
    return {begin, begin + static_cast<std::uint32_t>(range.end - range.begin)};
  }

  bool is_format(LiteralGroup group) const {
    for (std::uint32_t i = 0; i < group.count; ++i)
      if (facts_.strings[group.first + i].is_format) return true;
    return false;
  }

  bool is_unterminated(LiteralGroup group) const {
    const StringLiteral& last = facts_.strings[group.first + group.count - 1];
    return last.content.end == last.span.end;
  }

  /// The rules, the first that fits wins.
  RefClass classify(LiteralGroup group, const LiteralValue& value, std::string& symbol,
                    std::string& container) {
    const StringLiteral& string = first(group);
    const std::string& text = value.text;
    const std::string& module = settings_.target.module;
    if (is_unterminated(group)) return RefClass::kUnparsable;
    if (is_format(group)) return RefClass::kFormatString;
    if (string.role == StringRole::kDocstring) return RefClass::kDocstring;
    const std::string path = spelled_path(string, text);
    const bool is_path_of_target = is_dotted_path(path, module) && !candidate_.is_elsewhere;
    const std::string below =
        is_path_of_target && path.size() > module.size() ? path.substr(module.size() + 1) : "";
    if (is_path_of_target && string.call != kNone) {
      const std::string called = callee(string);
      symbol = below;
      if (is_patch_argument(facts_, string) && is_patch_callee(called, settings_.patch_callees))
        return RefClass::kPatch;
      if (is_import_argument(facts_, string) && is_import_callee(called))
        return RefClass::kImportModule;
      symbol.clear();
    }
    container = container_of(string);
    if (has_pattern_backslash(text)) return RefClass::kRegex;
    if (is_bare_statement(group)) return RefClass::kOtherString;
    if (!has_exact(text, base())) return RefClass::kStringLookalike;
    if (text == base()) return RefClass::kBasename;
    if (has_import_text(text, base())) return RefClass::kImportText;
    if (is_path(text, base())) return RefClass::kPath;
    if (is_path_of_target) {
      symbol = below;
      return container.empty() ? RefClass::kOtherString : RefClass::kContainer;
    }
    return RefClass::kMessage;
  }

  // "pkg.old:main" (entry points) and import_module(".old", "pkg") as dotted paths.
  std::string spelled_path(const StringLiteral& string, const std::string& text) const {
    if (text.starts_with('.') && string.call != kNone && is_import_argument(facts_, string) &&
        is_import_callee(callee(string)))
      return relative_path(string, text);
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos || colon + 1 == text.size()) return text;
    std::string path = text;
    path[colon] = '.';
    return path;
  }

  // The package is the call's second argument: a literal, __package__, __name__ or m.__name__.
  std::string relative_path(const StringLiteral& string, const std::string& text) const {
    const std::size_t level = std::min(text.find_first_not_of('.'), text.size());
    const Span arguments = facts_.calls[string.call].arguments;
    std::vector<ModuleName> packages;
    for (const StringLiteral& other : facts_.strings) {
      const bool is_package = other.call == string.call &&
                              (other.argument == 1 || facts_.text(other.keyword) == "package");
      if (is_package)
        packages.push_back(
            {std::string(source_.substr(other.content.begin, other.content.size())), true});
    }
    for (const python::Use& use : facts_.uses) {
      if (!arguments.contains(use.span)) continue;
      const std::string_view name = facts_.text(use.text);
      if (name == "__package__" || name == "__name__" || name == "__spec__.parent") {
        for (ModuleName& own : settings_.paths.names_of(candidate_.scanned->file))
          packages.push_back(std::move(own));
      } else if (last_component(name) == "__name__" || last_component(name) == "__package__") {
        packages.push_back({std::string(parent_of(name)), true});
      }
    }
    for (const ModuleName& package : packages) {
      const auto absolute =
          absolute_module(package, static_cast<std::uint8_t>(std::min(level, std::size_t{255})),
                          std::string_view(text).substr(level));
      if (absolute && is_within(*absolute, settings_.target.module)) return *absolute;
    }
    return text;
  }

  const BracketMap& brackets() {
    if (!brackets_) brackets_.emplace(source_, facts_);
    return *brackets_;
  }

  std::string container_of(const StringLiteral& string) {
    const std::string_view around = brackets().container(string.span.begin);
    if (around.empty() && string.role == StringRole::kTuple) return "tuple";
    return std::string(around);
  }

  // A statement of its own that is no docstring.
  bool is_bare_statement(LiteralGroup group) {
    const StringLiteral& string = first(group);
    if (string.role != StringRole::kOther || string.call != kNone) return false;
    if (brackets().around(string.span.begin) != kNone) return false;
    std::size_t before = string.span.begin;
    while (before > 0 && (source_[before - 1] == ' ' || source_[before - 1] == '\t')) --before;
    if (before > 0 &&
        std::string_view("\n\r;:\f").find(source_[before - 1]) == std::string_view::npos)
      return false;
    if (before > 1 && source_[before - 1] == '\n' && source_[before - 2] == '\\') return false;
    std::size_t behind = facts_.strings[group.first + group.count - 1].span.end;
    while (behind < source_.size() && (source_[behind] == ' ' || source_[behind] == '\t')) ++behind;
    return behind == source_.size() ||
           std::string_view("\n\r;#").find(source_[behind]) != std::string_view::npos;
  }

  // patch(…, create=True) makes what is missing.
  bool is_created(const StringLiteral& string) const {
    const python::Call& call = facts_.calls[string.call];
    for (std::uint32_t i = 0; i < call.keyword_count; ++i)
      if (facts_.text(facts_.keywords[call.first_keyword + i]) == "create") return true;
    return false;
  }

  FailureMode failure_of(const StringLiteral& string, RefClass kind) const {
    if (kind == RefClass::kImportModule) {
      if (last_component(callee(string)) == "importorskip") return FailureMode::kSkipped;
    } else if (kind != RefClass::kPatch) {
      return FailureMode::kNone;
    }
    return failure_at(source_, facts_, string.block, MissingError::kModuleNotFound);
  }

  std::string place_words(LiteralGroup group, std::string_view container) const {
    const StringLiteral& string = first(group);
    std::string words;
    if (!container.empty()) add_word(words, container);
    if (string.call != kNone) {
      const std::string called = callee(string);
      if (string.role == StringRole::kArgument && string.argument != kNone) {
        const std::string_view keyword = facts_.text(string.keyword);
        add_word(words,
                 "argument:" +
                     (keyword.empty() ? std::to_string(string.argument) : std::string(keyword)) +
                     ':' + called);
      } else {
        add_word(words, "call:" + called);
      }
    }
    if (string.role == StringRole::kCompare) add_word(words, "compare");
    if (string.role == StringRole::kSubscript) add_word(words, "subscript");
    if (!string.assigned_to.empty())
      add_word(words, "assigned:" + std::string(facts_.text(string.assigned_to)));
    if (group.count > 1) add_word(words, "joined");
    if (!container.empty() && imports_variables()) add_word(words, "fed-to-import");
    return words;
  }

  // Some import_module(variable) stands in the file.
  bool imports_variables() const {
    return std::any_of(facts_.calls.begin(), facts_.calls.end(), [&](const python::Call& call) {
      if (!is_import_callee(facts_.text(call.callee)) || call.arguments.empty()) return false;
      const char begin = source_[call.arguments.begin];
      return begin != '"' && begin != '\'';
    });
  }

  Candidate& candidate_;
  std::string_view source_;
  const ModuleFacts& facts_;
  const StringSettings& settings_;
  python::LineIndex lines_;
  std::optional<BracketMap> brackets_{};
};

}  // namespace

void add_string_references(Candidate& candidate, const StringSettings& settings) {
  StringClassifier(candidate, settings).run();
}

}  // namespace gp::refs
