/// gp_facts_dump: the facts of the Python files named on stdin, one JSON object per line on stdout.
/// For tests/gardener/scanner_agreement.py, which compares them with Python's own ast and tokenize.
///
/// Bytes over 0x7f are written as \u0080 to \u00ff: the reader turns them back into bytes. With
/// --graph only what Detail::kGraph gives. Exit 1 if a file cannot be read.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "gardener/python/scan.h"

namespace {

using namespace gp::python;

class JsonLine {
 public:
  void key(std::string_view name) {
    separate();
    text_ += '"';
    text_ += name;
    text_ += "\":";
    fresh_ = true;
  }
  void open(char bracket) {
    separate();
    text_ += bracket;
    fresh_ = true;
  }
  void close(char bracket) {
    text_ += bracket;
    fresh_ = false;
  }
  void put(std::uint64_t number) {
    separate();
    text_ += std::to_string(number);
  }
  void put(Span span) {
    put(std::uint64_t{span.begin});
    put(std::uint64_t{span.end});
  }
  void put(std::string_view value) {
    separate();
    text_ += '"';
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
        text_ += c;
        continue;
      }
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", byte);
      text_ += escaped;
    }
    text_ += '"';
  }
  std::string& text() { return text_; }

 private:
  void separate() {
    if (!fresh_) text_ += ',';
    fresh_ = false;
  }
  std::string text_;
  bool fresh_ = true;
};

template <class Items, class Write>
void list(JsonLine& json, std::string_view name, const Items& items, Write write) {
  json.key(name);
  json.open('[');
  for (const auto& item : items) {
    json.open('[');
    write(item);
    json.close(']');
  }
  json.close(']');
}

template <class Number>
std::uint64_t number(Number value) {
  return static_cast<std::uint64_t>(value);
}

void texts(JsonLine& json, const ModuleFacts& facts, const std::vector<TextRef>& all,
           std::uint32_t first, std::uint32_t count) {
  json.open('[');
  for (std::uint32_t i = 0; i < count; ++i) json.put(facts.text(all[first + i]));
  json.close(']');
}

void graph_facts(JsonLine& json, const ModuleFacts& facts) {
  list(json, "blocks", facts.blocks, [&](const Block& block) {
    for (const auto value : {number(block.kind), number(block.parent), number(block.first),
                             number(block.line), number(block.statements), number(block.one_line)})
      json.put(value);
    json.put(block.header);
    json.put(block.body);
    json.put(block.name);
  });
  list(json, "imports", facts.imports, [&](const ImportStatement& statement) {
    json.put(facts.text(statement.module));
    for (const auto value :
         {number(statement.is_from), number(statement.level), number(statement.line),
          number(statement.column), number(statement.first_name), number(statement.name_count),
          number(statement.block), number(statement.index_in_block), number(statement.shares_line),
          number(statement.has_comment)})
      json.put(value);
    json.put(statement.span);
  });
  list(json, "names", facts.names, [&](const ImportedName& name) {
    json.put(facts.text(name.name));
    json.put(facts.text(name.alias));
    json.put(number(name.line));
    json.put(number(name.column));
    json.put(name.whole);
  });
  list(json, "bindings", facts.bindings, [&](const Binding& binding) {
    json.put(facts.text(binding.name));
    for (const auto value : {number(binding.kind), number(binding.owner), number(binding.block),
                             number(binding.own_block), number(binding.line), binding.body_hash})
      json.put(value);
    json.put(binding.definition);
    json.put(facts.text(binding.alias_of));
    json.open('[');
    for (std::uint32_t i = 0; i < binding.parameter_count; ++i) {
      const Parameter& parameter = facts.parameters[binding.first_parameter + i];
      json.open('[');
      json.put(facts.text(parameter.name));
      json.put(number(parameter.kind));
      json.put(number(parameter.has_default));
      json.close(']');
    }
    json.close(']');
    texts(json, facts, facts.bases, binding.first_base, binding.base_count);
    texts(json, facts, facts.decorators, binding.first_decorator, binding.decorator_count);
  });
  list(json, "lazy_globals", facts.lazy_globals, [&](const LazyGlobal& lazy) {
    json.put(facts.text(lazy.name));
    for (const auto value : {number(lazy.block), number(lazy.line), number(lazy.locked)})
      json.put(value);
  });
  list(json, "deprecations", facts.deprecations, [&](const DeprecationWarning& warning) {
    json.put(number(warning.line));
    json.put(number(warning.at_import));
    json.put(warning.span);
  });
  list(json, "problems", facts.problems, [&](const Problem& problem) {
    for (const auto value :
         {number(problem.kind), number(problem.line), number(problem.minor_version)})
      json.put(value);
    json.put(std::string_view(problem.message));
  });
  json.key("all");
  texts(json, facts, facts.all, 0, static_cast<std::uint32_t>(facts.all.size()));
  json.key("flags");
  json.open('[');
  for (const auto value :
       {number(facts.has_all), number(facts.all_is_dynamic), number(facts.has_getattr),
        number(facts.docstring_says_deprecated), number(facts.line_count)})
    json.put(value);
  json.put(facts.docstring);
  json.close(']');
}

void all_facts(JsonLine& json, const ModuleFacts& facts) {
  list(json, "strings", facts.strings, [&](const StringLiteral& string) {
    json.put(string.span);
    json.put(string.content);
    for (const auto value :
         {number(string.role), number(string.is_raw), number(string.is_bytes),
          number(string.is_format), number(string.is_triple), number(string.has_escape),
          number(string.is_joined), number(string.block), number(string.line), number(string.call),
          number(string.argument)})
      json.put(value);
    json.put(facts.text(string.keyword));
    json.put(facts.text(string.assigned_to));
  });
  list(json, "calls", facts.calls, [&](const Call& call) {
    json.put(call.span);
    json.put(call.arguments);
    json.put(facts.text(call.callee));
    for (const auto value :
         {number(call.parent), number(call.block), number(call.line), number(call.positional),
          number(call.has_star), number(call.has_double_star), number(call.awaited),
          number(call.is_decorator)})
      json.put(value);
    texts(json, facts, facts.keywords, call.first_keyword, call.keyword_count);
  });
  list(json, "uses", facts.uses, [&](const Use& use) {
    json.put(facts.text(use.text));
    json.put(use.span);
    for (const auto value : {number(use.block), number(use.line), number(use.call),
                             number(use.is_store), number(use.is_format_field)})
      json.put(value);
  });
  list(json, "comments", facts.comments, [&](Span span) { json.put(span); });
}

}  // namespace

int main(int argc, char** argv) {
  const bool only_graph = argc > 1 && std::string_view(argv[1]) == "--graph";
  std::string path;
  while (std::getline(std::cin, path)) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
      std::fprintf(stderr, "gp_facts_dump: cannot read %s\n", path.c_str());
      return 1;
    }
    const std::string source{std::istreambuf_iterator<char>(stream), {}};
    const ModuleFacts facts = scan_module(source, only_graph ? Detail::kGraph : Detail::kAll);
    JsonLine json;
    json.open('{');
    json.key("file");
    json.put(std::string_view(path));
    graph_facts(json, facts);
    if (!only_graph) all_facts(json, facts);
    json.close('}');
    json.text() += '\n';
    std::fwrite(json.text().data(), 1, json.text().size(), stdout);
    std::fflush(stdout);
  }
  return 0;
}
