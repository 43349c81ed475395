/// What a plan says, for a terminal: the decisions, what is open and why, what a person must edit.
#pragma once

#include <string>

#include "gardener/plan/derive.h"

namespace gp::app {

std::string plan_text(const plan::Derivation& derivation);
/// Symbols without a decision, and reasons against writing.
bool is_open(const plan::Derivation& derivation);

}  // namespace gp::app
