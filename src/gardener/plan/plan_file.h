/// The plan as a TOML file: written for review, read strictly.
///
/// A person edits `action`, `to` and `reason` of [[symbol]] rows, adds [[file]] rows with
/// `delete = true` and a reason, and may give a [[reference]] row another action together with a
/// `reason`. Everything else is gardener's and is recomputed; it is in the file to be read.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "gardener/plan/plan.h"

namespace gp::plan {

std::string write_plan(const Plan& plan);

/// Errors: Code::internal with "file_name:line: ", what is wrong and what to write instead: not
/// TOML, unknown tables, keys, actions and values, missing keys, doubled symbols, a drop without a
/// reason.
Result<Plan> read_plan(std::string_view text, std::string_view file_name);

}  // namespace gp::plan
