/// ModuleFacts: what gardener knows of one Python file, taken from its tokens. Nothing is executed.
///
/// All places are byte offsets into the file as it is on disk (BOM and CRLF included), so an edit
/// replaces exactly what it names. Names are kept in the facts' own arena: the source may be
/// dropped. Indices are into the vectors of the same ModuleFacts; kNone means none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gp::python {

inline constexpr std::uint32_t kNone = 0xffffffff;

struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool empty() const { return begin == end; }
  std::uint32_t size() const { return end - begin; }
  bool contains(Span inner) const { return begin <= inner.begin && inner.end <= end; }
  friend bool operator==(Span, Span) = default;
};

/// A piece of ModuleFacts::arena; read it with ModuleFacts::text().
struct TextRef {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  bool empty() const { return size == 0; }
  friend bool operator==(const TextRef&, const TextRef&) = default;
};

enum class BlockKind : std::uint8_t {
  kModule,
  kFunction,
  kAsyncFunction,
  kClass,
  kIf,
  kElif,
  kElse,
  kTry,
  kExcept,
  kFinally,
  kWith,
  kFor,
  kWhile,
  kMatch,
  kCase
};

/// A suite and what opens it. blocks[0] is the module; a parent stands before its children.
struct Block {
  BlockKind kind = BlockKind::kModule;
  std::uint32_t parent = 0;      ///< the module is its own parent
  std::uint32_t first = kNone;   ///< elif/else/except/finally: the block that began the compound
                                 ///< (if, try, for, while); else itself
  std::uint32_t line = 1;        ///< of the header, from 1
  std::uint32_t statements = 0;  ///< direct ones; a compound counts once
  Span header{};  ///< first keyword (decorators excluded) to before the ':'; empty for the module
  Span body{};  ///< first byte of the first statement to the end of the last (without its newline)
  Span name{};  ///< of a def or class
  bool one_line = false;          ///< the suite stands behind the ':' on the header's line
  bool is_type_checking = false;  ///< `if TYPE_CHECKING:`, `if typing.TYPE_CHECKING:`
  friend bool operator==(const Block&, const Block&) = default;
};

/// One alias of an import statement.
struct ImportedName {
  std::uint32_t statement = 0;
  TextRef
      name{};  ///< "a.b" for `import a.b`, "*" for a star; white space inside dotted names removed
  TextRef alias{};  ///< empty if there is no `as`
  Span whole{};     ///< name to alias, as Python's ast.alias
  Span name_span{};
  Span alias_span{};
  Span comma{};              ///< the comma behind it; empty if none
  std::uint32_t line = 0;    ///< of whole.begin, from 1
  std::uint32_t column = 0;  ///< of whole.begin, bytes from 0 (a BOM is not counted, as in ast)
  friend bool operator==(const ImportedName&, const ImportedName&) = default;
};

struct ImportStatement {
  bool is_from = false;
  std::uint8_t level = 0;  ///< dots of a relative import
  TextRef module{};        ///< `from` part without dots; empty for `import x` and `from . import x`
  Span span{};             ///< keyword to the last token; a trailing comment or `;` is outside
  Span module_span{};      ///< dots and dotted name of the `from` part
  Span open{};             ///< "(" and ")" of a parenthesised list; empty if none
  Span close{};
  std::uint32_t first_name = 0;
  std::uint32_t name_count = 0;
  std::uint32_t block = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t index_in_block = 0;  ///< 0 is the block's first statement (a docstring counts)
  bool shares_line = false;          ///< other statements on its lines (`;`, or behind a ':')
  bool has_comment = false;          ///< a comment between its first and last line's end
  friend bool operator==(const ImportStatement&, const ImportStatement&) = default;
};

enum class BindingKind : std::uint8_t { kFunction, kAsyncFunction, kClass, kAssignment, kImport };
enum class ParameterKind : std::uint8_t {
  kPositionalOnly,
  kNormal,
  kVarPositional,
  kKeywordOnly,
  kVarKeyword
};

struct Parameter {
  TextRef name{};
  ParameterKind kind = ParameterKind::kNormal;
  bool has_default = false;
  friend bool operator==(const Parameter&, const Parameter&) = default;
};

/// A name bound at module level (also inside if/try/with/for there) or in the body of a top-level
/// class.
struct Binding {
  TextRef name{};
  BindingKind kind = BindingKind::kAssignment;
  std::uint32_t owner = kNone;      ///< binding of the class it is a member of
  std::uint32_t block = 0;          ///< where the statement stands
  std::uint32_t own_block = kNone;  ///< the block a def or class opens
  std::uint32_t line = 0;
  Span name_span{};
  Span definition{};                    ///< the whole statement with decorators
  std::uint32_t imported_name = kNone;  ///< kImport
  TextRef alias_of{};                   ///< `x = a.b`: "a.b" when the right-hand side is only that
  std::uint32_t first_parameter = 0;
  std::uint32_t parameter_count = 0;  ///< functions and methods, self included
  std::uint32_t first_base =
      0;  ///< classes: into `bases`, dotted text; "" for what is not a dotted name
  std::uint32_t base_count = 0;
  std::uint32_t first_decorator = 0;  ///< into `decorators`, dotted text without arguments
  std::uint32_t decorator_count = 0;
  std::uint64_t body_hash =
      0;  ///< of the tokens without comments, white space and docstrings; 0 for assignments
  friend bool operator==(const Binding&, const Binding&) = default;
};

/// `del x`: bindings of x before it are gone.
struct Deletion {
  TextRef name{};
  std::uint32_t begin = 0;  ///< of the name
  friend bool operator==(const Deletion&, const Deletion&) = default;
};

/// `global x` … `if x is None` … `x = …` in one function.
struct LazyGlobal {
  TextRef name{};
  std::uint32_t block = 0;  ///< the function
  std::uint32_t line = 0;   ///< of the test
  bool locked = false;      ///< inside a `with` whose expression names a lock
  friend bool operator==(const LazyGlobal&, const LazyGlobal&) = default;
};

struct DeprecationWarning {
  std::uint32_t block = 0;
  std::uint32_t line = 0;
  Span span{};             ///< the call
  bool at_import = false;  ///< runs when the module is imported (in no function)
  friend bool operator==(const DeprecationWarning&, const DeprecationWarning&) = default;
};

/// What follows is filled by Detail::kAll only.

enum class StringRole : std::uint8_t {
  kOther,
  kDocstring,
  kArgument,
  kList,
  kTuple,
  kSet,
  kDictKey,
  kDictValue,
  kSubscript,
  kCompare,
  kAssigned
};

/// Strings inside the fields of an f-string are part of the outer literal and not listed.
struct StringLiteral {
  Span span{};     ///< prefix and quotes included
  Span content{};  ///< between the quotes
  StringRole role = StringRole::kOther;
  bool is_raw = false;
  bool is_bytes = false;
  bool is_format = false;  ///< f or t: `{fields}` are inside content; their names are in `uses`
  bool is_triple = false;
  bool has_escape = false;  ///< a backslash in a string that is not raw
  bool is_joined = false;   ///< implicitly concatenated with a neighbour
  std::uint32_t block = 0;
  std::uint32_t line = 0;
  std::uint32_t call =
      kNone;  ///< the innermost call whose arguments contain it, also through containers
  std::uint32_t argument = kNone;  ///< position among that call's arguments when it is the whole
                                   ///< argument; kNone otherwise
  TextRef keyword{};               ///< of that argument
  TextRef assigned_to{};           ///< dotted target of the statement `x = …` it stands in
};

struct Call {
  Span span{};                   ///< callee to ")"
  Span arguments{};              ///< between the parentheses
  TextRef callee{};              ///< dotted; empty if it is not a dotted name
  std::uint32_t parent = kNone;  ///< the call whose arguments contain this one
  std::uint32_t block = 0;
  std::uint32_t line = 0;
  std::uint32_t positional = 0;
  std::uint32_t first_keyword = 0;  ///< into `keywords`
  std::uint32_t keyword_count = 0;
  bool has_star = false;
  bool has_double_star = false;
  bool awaited = false;
  bool is_decorator = false;
};

/// A name, with the attributes that follow it, in an expression: `module.attr` is one use.
struct Use {
  TextRef text{};  ///< dotted, white space removed
  Span span{};
  std::uint32_t block = 0;
  std::uint32_t line = 0;
  std::uint32_t call = kNone;  ///< the call of which this is the whole callee
  bool is_store = false;  ///< assigned, deleted, a loop's or with's target, a parameter, a def's or
                          ///< class's name, global
  bool is_format_field = false;
};

enum class ProblemKind : std::uint8_t {
  kSyntax,
  kNeedsVersion,
  kEncoding,
  kUnreadable,  ///< the file could not be read; `message` says why (set by graph::CodeBase)
};
struct Problem {
  ProblemKind kind = ProblemKind::kSyntax;
  std::uint32_t line = 0;
  std::uint16_t minor_version = 0;  ///< kNeedsVersion: 3.x
  const char* message = "";         ///< a sentence
};

struct ModuleFacts {
  std::string arena{};
  std::vector<Block> blocks{};
  std::vector<ImportStatement> imports{};
  std::vector<ImportedName> names{};
  std::vector<Binding> bindings{};
  std::vector<Parameter> parameters{};
  std::vector<TextRef> bases{};
  std::vector<TextRef> decorators{};
  std::vector<TextRef> all{};  ///< the strings of `__all__`, in order
  bool has_all = false;
  bool all_is_dynamic = false;  ///< `__all__` is built from more than literals
  bool has_getattr = false;     ///< a module-level `def __getattr__`
  /// `sys.modules[__name__] = …`, `globals()[…] = …` or `globals().update(…)`, also in a function.
  bool binds_dynamically = false;
  std::vector<TextRef> function_globals{};  ///< names that functions declare `global`, in order
  std::vector<Deletion> deletions{};        ///< by `del` at module level, outside any block
  Span docstring{};                         ///< of the module, quotes included
  bool docstring_says_deprecated = false;
  std::vector<LazyGlobal> lazy_globals{};
  std::vector<DeprecationWarning> deprecations{};
  std::vector<Problem> problems{};  ///< sorted by line
  std::uint32_t line_count = 0;

  std::vector<StringLiteral> strings{};
  std::vector<Call> calls{};
  std::vector<TextRef> keywords{};
  std::vector<Use> uses{};
  std::vector<Span> comments{};

  std::string_view text(TextRef ref) const {
    return std::string_view(arena).substr(ref.offset, ref.size);
  }
};

/// True if `kind` opens a scope of names.
bool is_scope(BlockKind kind);
/// The innermost function, class or module that contains `block` (itself included).
std::uint32_t scope_of(const ModuleFacts& facts, std::uint32_t block);
/// True if a function encloses `block`: what stands there does not run when the module is imported.
bool in_function(const ModuleFacts& facts, std::uint32_t block);

}  // namespace gp::python
