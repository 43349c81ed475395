#include <algorithm>
#include <array>
#include <optional>

#include "gardener/rules/test_map.h"

// How a claim is found. For every reference in a test file, the test function around it is looked
// at once:
//   1. an import, or import_module, under `with raises(ImportError)`, or followed by fail() in its
//      try: the test wants the module gone; one whose error reaches the test: it needs the module;
//   2. a line that probes existence (exists, is_file, find_spec) of the module, or of a variable
//      that holds its path: the assertion on that line says which;
//   3. a function with a probe but no such line: words of its name ("removed", "exists").

namespace gp::rules {
namespace {

using python::BlockKind;
using refs::RefClass;

constexpr std::array<std::string_view, 5> kProbes{".exists(", "isfile(", "is_file(", "find_spec(",
                                                  "path.exists("};
constexpr std::array<std::string_view, 7> kGoneWords{"removed", "eliminated", "gone",     "deleted",
                                                     "absent",  "not_exist",  "no_longer"};
constexpr std::array<std::string_view, 3> kExistsWords{"exists", "still_available", "is_available"};

template <std::size_t N>
bool contains_any(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view word) { return text.find(word) != text.npos; });
}

bool is_about_module(RefClass kind) {
  switch (kind) {
    case RefClass::kImport:
    case RefClass::kImportModule:
    case RefClass::kPath:
    case RefClass::kBasename:
    case RefClass::kContainer:
    case RefClass::kOtherString: return true;
    default: return false;
  }
}

class Claims {
 public:
  Claims(const ScanContext& context, const refs::ReferenceReport& report,
         const refs::ScannedFile& file, std::vector<TestClaim>& claims)
      : path_(context.path_of(file.file)),
        report_(report),
        file_(file),
        lines_(file.source),
        claims_(claims) {}

  void find() {
    for (const refs::Reference& reference : report_.references) {
      if (reference.file != file_.file || !is_about_module(reference.kind)) continue;
      const std::optional<std::uint32_t> block = block_of(reference);
      if (!block) continue;
      if (reference.kind == RefClass::kImport || reference.kind == RefClass::kImportModule) {
        import(reference, *block);
      } else {
        remember_name(reference);
        seen(function_of(*block));
      }
    }
    for (const std::string& name : names_)
      for (const python::Use& use : file_.facts.uses)
        if (!use.is_store && last_part(file_.facts.text(use.text), name))
          seen(function_of(use.block));
    std::sort(functions_.begin(), functions_.end());
    for (const std::uint32_t function : functions_) probes(function);
  }

 private:
  std::optional<std::uint32_t> block_of(const refs::Reference& reference) const {
    const python::ModuleFacts& facts = file_.facts;
    if (reference.fact == python::kNone) return std::nullopt;
    if (reference.kind == RefClass::kImport) {
      if (reference.fact >= facts.names.size()) return std::nullopt;
      return facts.imports[facts.names[reference.fact].statement].block;
    }
    if (reference.fact >= facts.strings.size()) return std::nullopt;
    return facts.strings[reference.fact].block;
  }

  /// The innermost function around a block; kNone at module level and in class bodies.
  std::uint32_t function_of(std::uint32_t block) const {
    const std::uint32_t scope = python::scope_of(file_.facts, block);
    const BlockKind kind = file_.facts.blocks[scope].kind;
    return kind == BlockKind::kFunction || kind == BlockKind::kAsyncFunction ? scope
                                                                             : python::kNone;
  }

  void seen(std::uint32_t function) {
    if (function != python::kNone &&
        std::find(functions_.begin(), functions_.end(), function) == functions_.end())
      functions_.push_back(function);
  }

  static bool last_part(std::string_view dotted, std::string_view name) {
    return dotted == name || (dotted.size() > name.size() && dotted.ends_with(name) &&
                              dotted[dotted.size() - name.size() - 1] == '.');
  }

  /// `self.module_path = "…"`: later uses of module_path are about the module.
  void remember_name(const refs::Reference& reference) {
    const python::StringLiteral& string = file_.facts.strings[reference.fact];
    std::string_view name = file_.facts.text(string.assigned_to);
    name.remove_prefix(name.rfind('.') + 1);
    if (!name.empty() && std::find(names_.begin(), names_.end(), name) == names_.end())
      names_.emplace_back(name);
  }

  std::string_view text(python::Span span) const {
    return std::string_view(file_.source).substr(span.begin, span.size());
  }

  std::string function_name(std::uint32_t function) const {
    return function == python::kNone ? "" : std::string(text(file_.facts.blocks[function].name));
  }

  void add(Claim claim, std::uint32_t line, std::uint32_t function, std::string why) {
    const std::string name = function_name(function);
    for (const TestClaim& known : claims_)
      if (known.place.file == path_ && known.claim == claim && known.test == name) return;
    claims_.push_back({.claim = claim,
                       .place = {.file = path_, .line = line},
                       .test = name,
                       .why = std::move(why)});
  }

  /// Whether a direct statement of the suite behind `offset` fails the test.
  bool fails_behind(const python::Block& block, std::uint32_t offset) const {
    const std::uint32_t indent = lines_.at(block.body.begin).column;
    const std::uint32_t last = lines_.at(block.body.end).line;
    for (std::uint32_t number = lines_.at(offset).line + 1; number <= last; ++number) {
      const std::string_view line = lines_.line(number);
      if (line.find_first_not_of(" \t") != indent) continue;
      const std::string_view statement = line.substr(indent);
      if (statement.starts_with("self.fail(") || statement.starts_with("pytest.fail(") ||
          statement.starts_with("fail(") || statement.starts_with("assert False") ||
          statement.starts_with("raise AssertionError"))
        return true;
    }
    return false;
  }

  /// Whether the suite of a try or with around `block` makes the import's success a failure.
  bool wants_error(std::uint32_t block, std::uint32_t offset) const {
    for (std::uint32_t at = block; at != 0 && !python::is_scope(file_.facts.blocks[at].kind);
         at = file_.facts.blocks[at].parent) {
      const python::Block& candidate = file_.facts.blocks[at];
      const std::string_view header = text(candidate.header);
      if (candidate.kind == BlockKind::kWith &&
          (header.find("raises") != header.npos || header.find("assertRaises") != header.npos) &&
          (header.find("ImportError") != header.npos ||
           header.find("ModuleNotFound") != header.npos))
        return true;
      if (candidate.kind == BlockKind::kTry && fails_behind(candidate, offset)) return true;
    }
    return false;
  }

  void import(const refs::Reference& reference, std::uint32_t block) {
    const std::uint32_t function = function_of(block);
    const std::uint32_t line = reference.begin.line;
    if (wants_error(block, reference.span.end)) {
      add(Claim::kGone, line, function, "fails unless the import fails");
      return;
    }
    switch (reference.failure) {
      case refs::FailureMode::kLoud:
        add(Claim::kNeeds, line, function, "imports it without a guard");
        break;
      case refs::FailureMode::kReraised:
      case refs::FailureMode::kFailsTest:
        add(Claim::kNeeds, line, function, "fails when the import fails");
        break;
      case refs::FailureMode::kSwallowed:
      case refs::FailureMode::kSkipped:
      case refs::FailureMode::kNone: break;
    }
  }

  bool mentions(std::string_view line) const {
    const std::string_view target = report_.target;
    const std::string_view base = target.substr(target.rfind('.') + 1);
    return line.find(base) != line.npos ||
           std::any_of(names_.begin(), names_.end(),
                       [line](const std::string& name) { return line.find(name) != line.npos; });
  }

  static std::optional<Claim> claim_of(std::string_view line) {
    const auto has = [line](std::string_view word) { return line.find(word) != line.npos; };
    if (!has("assert")) return std::nullopt;
    if (has("assertFalse") || has("assertIsNone(") || has("assert not ") || has(" is None"))
      return Claim::kGone;
    return Claim::kExists;
  }

  void probes(std::uint32_t function) {
    const python::Block& block = file_.facts.blocks[function];
    const std::uint32_t first = lines_.at(block.body.begin).line;
    const std::uint32_t last = lines_.at(block.body.end).line;
    std::uint32_t probe = 0;
    for (std::uint32_t number = first; number <= last; ++number) {
      const std::string_view line = lines_.line(number);
      if (!contains_any(line, kProbes)) continue;
      if (probe == 0) probe = number;
      if (!mentions(line)) continue;
      if (const auto claim = claim_of(line)) {
        add(*claim, number, function, "asserts it");
        return;
      }
    }
    const std::string name = function_name(function);
    if (!name.starts_with("test")) return;
    const bool imports = text(block.body).find("import_module(") != std::string_view::npos;
    if (probe == 0 && !imports) return;
    const std::uint32_t line = probe == 0 ? block.line : probe;
    if (contains_any(name, kGoneWords)) {
      add(Claim::kGone, line, function, "looks for it, and is named so");
    } else if (contains_any(name, kExistsWords)) {
      add(Claim::kExists, line, function, "looks for it, and is named so");
    }
  }

  const std::string& path_;
  const refs::ReferenceReport& report_;
  const refs::ScannedFile& file_;
  python::LineIndex lines_;
  std::vector<TestClaim>& claims_;
  std::vector<std::string> names_{};
  std::vector<std::uint32_t> functions_{};
};

}  // namespace

void append_claims(const ScanContext& context, const refs::ReferenceReport& report,
                   graph::FileId file, std::vector<TestClaim>& claims) {
  const refs::ScannedFile* scanned = report.scanned(file);
  if (scanned != nullptr) Claims(context, report, *scanned, claims).find();
}

}  // namespace gp::rules
