#include "gardener/python/expressions.h"

#include "gardener/python/bindings.h"

namespace gp::python {

void Expressions::walk(Tokens tokens, const StatementShape& shape) {
  if (!tokens.empty()) walker_.walk(tokens, shape);
}

void Expressions::decorator(Tokens tokens) {
  StatementShape shape;
  shape.is_decorator = true;
  walk(tokens.subspan(1), shape);
}

void Expressions::header(const CompoundHeader& header, Tokens tokens) {
  StatementShape shape;
  if (header.name != 0) {
    walker_.bound_name(tokens[header.name]);
    shape.is_class = header.kind == BlockKind::kClass;
    shape.is_definition = true;
    walk(tokens.subspan(header.name + 1), shape);
    return;
  }
  shape.is_pattern = header.kind == BlockKind::kCase;
  // match and case would be taken for names
  const bool is_soft = header.kind == BlockKind::kMatch || header.kind == BlockKind::kCase;
  walk(tokens.subspan(is_soft ? 1 : 0), shape);
}

StatementShape Expressions::assignment_shape(Tokens tokens) {
  StatementShape shape;
  Assignment assignment = find_assignment(context_, tokens);
  std::size_t target = 0;
  if (assignment.first_equal != tokens.size()) {
    shape.value = assignment.last_equal + 1;
    shape.target_end = std::min(assignment.annotation, assignment.last_equal);
    target = std::min(assignment.annotation, assignment.first_equal);
  } else if (assignment.annotation != tokens.size()) {
    shape.target_end = assignment.annotation;
  } else {
    const std::size_t augmented = find_outside(context_, tokens, 0, kAugmented);
    if (augmented == tokens.size()) return shape;
    shape.value = augmented + 1;
    shape.target_end = target = augmented;
  }
  if (target > 0 && dotted_end(context_, tokens, 0) == target)
    shape.assigned_to = context_.intern(tokens.first(target));
  return shape;
}

void Expressions::statement(Tokens tokens) {
  if (is_type_alias(context_, tokens)) {
    walker_.bound_name(tokens[1]);
    StatementShape shape;
    shape.is_definition = shape.is_type_alias = tokens[2].kind == '[';
    walk(tokens.subspan(2), shape);
    return;
  }
  const Keyword keyword = context_.keyword(tokens.front());
  if (keyword == Keyword::kDel || keyword == Keyword::kGlobal || keyword == Keyword::kNonlocal) {
    StatementShape shape;
    shape.all_targets = true;
    walk(tokens, shape);
    return;
  }
  walk(tokens, assignment_shape(tokens));
}

void Expressions::docstring(Tokens strings) {
  const std::size_t first = context_.facts.strings.size();
  walk(strings, {});
  for (std::size_t i = first; i < context_.facts.strings.size(); ++i)
    context_.facts.strings[i].role = StringRole::kDocstring;
}

}  // namespace gp::python
