/// Properties of scan_module() for any bytes: (1) spans lie inside the file and are ordered; (2)
/// parents stand before their children; (3) names are not empty and are the text at their place;
/// (4) Detail::kGraph gives the same imports, blocks and bindings as Detail::kAll.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "gardener/python/line_index.h"
#include "gardener/python/scan.h"

namespace {

using namespace gp::python;

void check_span(Span span, std::size_t size) {
  GP_ASSERT(span.begin <= span.end && span.end <= size, "a span outside the file");
}

void check_blocks(const ModuleFacts& facts, std::size_t size) {
  GP_ASSERT(!facts.blocks.empty(), "no module block");
  for (std::size_t i = 0; i < facts.blocks.size(); ++i) {
    const Block& block = facts.blocks[i];
    check_span(block.header, size);
    check_span(block.body, size);
    check_span(block.name, size);
    GP_ASSERT(i == 0 ? block.parent == 0 : block.parent < i, "a block before its parent");
    GP_ASSERT(block.first <= i, "a block before the one it goes on with");
    GP_ASSERT(facts.blocks[block.first].parent == block.parent,
              "else in another block than its if");
  }
}

void check_imports(const ModuleFacts& facts, std::string_view source) {
  const LineIndex lines(source);
  std::uint32_t next = 0;
  std::uint32_t end = 0;
  for (const ImportStatement& statement : facts.imports) {
    check_span(statement.span, source.size());
    GP_ASSERT(statement.span.begin >= end, "imports out of order");
    end = statement.span.end;
    GP_ASSERT(statement.first_name == next && statement.name_count > 0, "names of no import");
    next += statement.name_count;
    GP_ASSERT((lines.at(statement.span.begin) == Position{statement.line, statement.column}),
              "an import at another line and column");
    for (std::uint32_t i = statement.first_name; i < next; ++i) {
      const ImportedName& name = facts.names[i];
      GP_ASSERT(!name.name.empty() && statement.span.contains(name.whole), "a name outside");
      GP_ASSERT(name.whole.contains(name.name_span), "a name outside its alias");
      GP_ASSERT((lines.at(name.whole.begin) == Position{name.line, name.column}),
                "a name at another line and column");
    }
  }
  GP_ASSERT(next == facts.names.size(), "a name without an import");
}

void check_bindings(const ModuleFacts& facts, std::string_view source) {
  for (const Binding& binding : facts.bindings) {
    check_span(binding.definition, source.size());
    GP_ASSERT(!binding.name.empty() && binding.block < facts.blocks.size(), "a binding of nothing");
    GP_ASSERT(facts.text(binding.name) ==
                  source.substr(binding.name_span.begin, binding.name_span.size()),
              "a binding's name is another text");
    GP_ASSERT(binding.first_parameter + binding.parameter_count <= facts.parameters.size(),
              "parameters outside");
    GP_ASSERT(binding.first_decorator + binding.decorator_count <= facts.decorators.size(),
              "decorators outside");
    GP_ASSERT(binding.first_base + binding.base_count <= facts.bases.size(), "bases outside");
  }
}

void check_expressions(const ModuleFacts& facts, std::size_t size) {
  std::uint32_t at = 0;
  for (const StringLiteral& string : facts.strings) {
    check_span(string.span, size);
    GP_ASSERT(string.span.contains(string.content) && string.span.begin >= at, "a string's place");
    at = string.span.begin;
    GP_ASSERT(string.call == kNone || string.call < facts.calls.size(), "a string in no call");
  }
  at = 0;
  for (std::size_t i = 0; i < facts.calls.size(); ++i) {
    const Call& call = facts.calls[i];
    check_span(call.span, size);
    check_span(call.arguments, size);
    GP_ASSERT(call.arguments.begin > at || i == 0, "calls out of order");
    at = call.arguments.begin;
    GP_ASSERT(call.parent == kNone || call.parent < i, "a call before the one around");
    GP_ASSERT(call.first_keyword + call.keyword_count <= facts.keywords.size(), "keywords outside");
  }
  for (const Use& use : facts.uses) {
    check_span(use.span, size);
    GP_ASSERT(!use.text.empty() && use.block < facts.blocks.size(), "a use of nothing");
    GP_ASSERT(use.call == kNone || use.call < facts.calls.size(), "a callee of no call");
  }
  for (const Span comment : facts.comments) check_span(comment, size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const ModuleFacts facts = scan_module(source, Detail::kAll);
  check_blocks(facts, size);
  check_imports(facts, source);
  check_bindings(facts, source);
  check_expressions(facts, size);
  std::uint32_t line = 0;
  for (const Problem& problem : facts.problems) {
    GP_ASSERT(problem.line >= line && *problem.message != '\0', "problems out of order");
    line = problem.line;
  }
  const ModuleFacts graph = scan_module(source, Detail::kGraph);
  GP_ASSERT(graph.names.size() == facts.names.size() &&
                graph.blocks.size() == facts.blocks.size() &&
                graph.bindings.size() == facts.bindings.size() && graph.strings.empty(),
            "the two details disagree");
  for (std::size_t i = 0; i < graph.bindings.size(); ++i)
    GP_ASSERT(graph.bindings[i].body_hash == facts.bindings[i].body_hash, "another hash");
  return 0;
}
