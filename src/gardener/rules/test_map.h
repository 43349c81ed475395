/// TestMap: what the tests say about a module that is to go: which protect its importers, which are
/// about the module itself, and which contradict each other.
///
/// Protecting tests import a module that imports the target, or patch a name in it: one step, not
/// the tests of the importers' importers. Claims are read from the source without running it: by
/// handlers, assertions and, where those say nothing, by the test's name; each shows its line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gardener/refs/find_references.h"
#include "gardener/rules/finding.h"
#include "gardener/rules/scan_context.h"

namespace gp::rules {

struct ProtectingTest {
  std::string path{};
  std::vector<std::string> importers{};  ///< modules of production it reaches; sorted
  std::uint32_t patches = 0;             ///< strings that patch a name of one of them
};

enum class Claim : std::uint8_t {
  kNeeds,   ///< fails when the module is gone
  kExists,  ///< asserts that the module or its file exists
  kGone,    ///< asserts that it does not
};
std::string_view name_of(Claim claim);  // "needs it", "asserts it exists", "asserts it is gone"

struct TestClaim {
  Claim claim = Claim::kNeeds;
  Place place{};
  std::string test{};  ///< the test function; "" at module level
  std::string why{};   ///< "imports it without a guard"
};

struct OwnTest {
  std::string path{};
  std::uint32_t references = 0;  ///< imports, patches and dynamic imports of the module
};

struct TestMap {
  std::vector<ProtectingTest> protecting{};  ///< sorted by path
  std::vector<OwnTest> own{};                ///< sorted by path
  std::vector<TestClaim> claims{};           ///< sorted by claim, place
  std::vector<std::string> unprotected{};    ///< production importers that no test imports; sorted
  std::vector<std::string> importers{};      ///< all production importers; sorted

  /// Tests that want it gone, and tests that want it: both cannot pass.
  bool contradicts() const;
};

TestMap map_tests(const ScanContext& context, const refs::ReferenceReport& report);

/// The claims of one test file.
void append_claims(const ScanContext& context, const refs::ReferenceReport& report,
                   graph::FileId file, std::vector<TestClaim>& claims);

std::string test_map_text(const TestMap& map, std::string_view target);
std::string test_map_json(const TestMap& map, std::string_view target,
                          const std::vector<std::string>& generated);
std::string test_map_markdown(const TestMap& map, std::string_view target);

}  // namespace gp::rules
