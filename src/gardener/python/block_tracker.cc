#include "gardener/python/block_tracker.h"

#include <algorithm>

namespace gp::python {
namespace {

// May `kind` follow the suite of the compound that `first` began?
bool can_follow(BlockKind first, BlockKind kind) {
  switch (kind) {
    case BlockKind::kElif: return first == BlockKind::kIf;
    case BlockKind::kExcept:
    case BlockKind::kFinally: return first == BlockKind::kTry;
    default:
      return first == BlockKind::kIf || first == BlockKind::kTry || first == BlockKind::kFor ||
             first == BlockKind::kWhile;
  }
}

}  // namespace

bool continues_compound(BlockKind kind) {
  return kind == BlockKind::kElif || kind == BlockKind::kElse || kind == BlockKind::kExcept ||
         kind == BlockKind::kFinally;
}

BlockTracker::BlockTracker(ModuleFacts& facts, ProblemList& problems)
    : facts_(facts), problems_(problems) {
  Block module;
  module.first = 0;
  facts_.blocks.push_back(module);
  frames_.emplace_back();
}

void BlockTracker::align(Indentation indentation, std::uint32_t line, RollingHash& hash) {
  if (top().pending) {
    const Frame& around = frames_[frames_.size() - 2];
    if (indentation.column > around.indentation.column) {
      if (indentation.narrow <= around.indentation.narrow)
        problems_.syntax(line, "tabs and spaces mixed so that the indentation is ambiguous");
      top().indentation = indentation;
      top().pending = false;
      hash.feed(std::uint64_t{'>'});
      return;
    }
    problems_.syntax(line, "an indented block is missing");
    close(hash);
  } else if (indentation.column > top().indentation.column) {
    problems_.syntax(line, "a line indented deeper than its block");
    return;
  }
  std::uint64_t closed = 0;
  while (indentation.column < top().indentation.column) {
    close(hash);
    ++closed;
  }
  if (indentation.column != top().indentation.column)
    problems_.syntax(line, "a dedent that matches no outer indentation");
  else if (indentation.narrow != top().indentation.narrow)
    problems_.syntax(line, "tabs and spaces mixed so that the indentation is ambiguous");
  if (closed > 0) hash.feed('<' + (closed << 8));
}

std::uint32_t BlockTracker::begin_statement(std::uint32_t begin) {
  Block& block = facts_.blocks[top().block];
  if (block.statements == 0) block.body.begin = begin;
  top().compound = kNone;
  return block.statements++;
}

std::uint32_t BlockTracker::first_of(const Header& header) {
  const std::uint32_t compound = top().compound;
  if (compound != kNone && can_follow(facts_.blocks[compound].kind, header.kind)) return compound;
  problems_.syntax(header.line, "an elif, else, except or finally without its statement");
  return kNone;
}

BlockTracker::Frame& BlockTracker::open(const Header& header) {
  const auto index = static_cast<std::uint32_t>(facts_.blocks.size());
  std::uint32_t first = kNone;
  if (continues_compound(header.kind)) first = first_of(header);
  if (first == kNone) {
    begin_statement(header.begin);
    first = index;
    top().compound = index;
  }
  Block block;
  block.kind = header.kind;
  block.parent = top().block;
  block.first = first;
  block.line = header.line;
  block.header = header.span;
  block.name = header.name;
  block.one_line = header.one_line;
  facts_.blocks.push_back(block);

  Frame frame;
  frame.block = index;
  frame.indentation = top().indentation;
  frame.pending = !header.one_line;
  frame.function = top().function;
  frame.classes = top().classes;
  frame.class_binding = top().class_binding;
  if (header.kind == BlockKind::kFunction || header.kind == BlockKind::kAsyncFunction)
    frame.function = static_cast<std::uint32_t>(frames_.size());
  if (header.kind == BlockKind::kClass) ++frame.classes;
  end_statement(header.span.end);
  frames_.push_back(frame);
  return frames_.back();
}

void BlockTracker::close(const RollingHash& hash) {
  Block& block = facts_.blocks[top().block];
  if (block.statements == 0) block.body.begin = last_end_;
  block.body.end = std::max(block.body.begin, last_end_);
  if (top().binding != kNone) {
    Binding& binding = facts_.bindings[top().binding];
    binding.definition.end = std::max(block.body.end, last_separator_);
    binding.body_hash = hash.since(top().start);
  }
  last_end_ = std::max(last_end_, last_separator_);
  frames_.pop_back();
}

void BlockTracker::close_all(const RollingHash& hash) {
  if (top().pending) problems_.syntax(facts_.blocks[block()].line, "an indented block is missing");
  while (frames_.size() > 1) close(hash);
  Block& module = facts_.blocks.front();
  module.body.end = std::max(module.body.begin, last_end_);
}

}  // namespace gp::python
