/// The head of a definition as a person writes it: "async def f(a, *, b=…)", "class C(Base)".
#pragma once

#include <string>

#include "gardener/python/facts.h"

namespace gp::rules {

std::string signature_text(const python::ModuleFacts& facts, const python::Binding& binding);

}  // namespace gp::rules
