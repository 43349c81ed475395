/// Result<T>: an expected failure is part of the signature.
///
/// Three roads: a bug is a GP_ASSERT; an expected failure is a Result; a peer's fault is a Code
/// sent to that peer. Reading the value of a failed Result terminates (it is a bug). Source:
/// Boost.Outcome.
#pragma once

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>
#include <cstdint>
#include <string>
#include <utility>

namespace gp {

/// One line of protocol/codes.def, which defines the enumerators. Opaque here so that base knows no
/// wire contract.
enum class Code : std::uint16_t;

/// Why something failed. `message` is a sentence for the person who can mend it: what, where, what
/// to do.
struct Error {
  Code code;
  std::string message;
};

namespace outcome = BOOST_OUTCOME_V2_NAMESPACE;

template <class T = void>
using Result = outcome::basic_result<T, Error, outcome::policy::terminate>;

/// Shorthand for `return fail(Code::x, "…")` from a function that returns any Result.
inline auto fail(Code code, std::string message) {
  return outcome::failure(Error{code, std::move(message)});
}

inline auto ok() { return outcome::success(); }

}  // namespace gp

/// GP_TRY(expression) or GP_TRY(auto value, expression): returns the error to the caller, or goes
/// on with the value.
#define GP_TRY(...) BOOST_OUTCOME_TRY(__VA_ARGS__)
