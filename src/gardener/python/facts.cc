#include "gardener/python/facts.h"

namespace gp::python {

bool is_scope(BlockKind kind) {
  return kind == BlockKind::kModule || kind == BlockKind::kFunction ||
         kind == BlockKind::kAsyncFunction || kind == BlockKind::kClass;
}

std::uint32_t scope_of(const ModuleFacts& facts, std::uint32_t block) {
  while (!is_scope(facts.blocks[block].kind)) block = facts.blocks[block].parent;
  return block;
}

bool in_function(const ModuleFacts& facts, std::uint32_t block) {
  for (; block != 0; block = facts.blocks[block].parent) {
    const BlockKind kind = facts.blocks[block].kind;
    if (kind == BlockKind::kFunction || kind == BlockKind::kAsyncFunction) return true;
  }
  return false;
}

}  // namespace gp::python
