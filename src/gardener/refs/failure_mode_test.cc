#include "gardener/refs/failure_mode.h"

#include <gtest/gtest.h>

#include "gardener/python/scan.h"

namespace gp::refs {
namespace {

/// The mode of the first import in the source.
FailureMode mode(std::string_view source, MissingError error = MissingError::kModuleNotFound) {
  const python::ModuleFacts facts = python::scan_module(source, python::Detail::kAll);
  return failure_at(source, facts, facts.imports.at(0).block, error);
}

FailureMode handled(std::string_view handler) {
  return mode("try:\n  import m\n" + std::string(handler));
}

TEST(FailureMode, LoudWithoutAHandlerThatMatches) {
  EXPECT_EQ(mode("import m\n"), FailureMode::kLoud);
  EXPECT_EQ(handled("except ValueError: pass\n"), FailureMode::kLoud);
  EXPECT_EQ(handled("finally: pass\n"), FailureMode::kLoud);
  EXPECT_EQ(mode("try:\n  def f():\n    import m\nexcept ImportError: pass\n"), FailureMode::kLoud);
  EXPECT_EQ(mode("try: pass\nexcept ImportError:\n  import m\n"), FailureMode::kLoud);
}

TEST(FailureMode, FirstMatchingHandlerDecides) {
  EXPECT_EQ(handled("except ValueError: raise X\nexcept (a.ImportError, KeyError) as e: pass\n"),
            FailureMode::kSwallowed);
  EXPECT_EQ(handled("except ModuleNotFoundError: pass\n"), FailureMode::kSwallowed);
  EXPECT_EQ(handled("except: x = None\n"), FailureMode::kSwallowed);
  EXPECT_EQ(handled("except Exception:\n  log('raise')  # raise\n"), FailureMode::kSwallowed);
  EXPECT_EQ(handled("except ImportError as e:\n  raise Broken('no m') from e\n"),
            FailureMode::kReraised);
  EXPECT_EQ(handled("except ImportError:\n  pytest.skip('no m')\n"), FailureMode::kSkipped);
  EXPECT_EQ(handled("except ImportError:\n  raise unittest.SkipTest('x')\n"),
            FailureMode::kSkipped);
  EXPECT_EQ(handled("except ImportError:\n  self.fail('x')\n"), FailureMode::kFailsTest);
  EXPECT_EQ(handled("except ImportError:\n  assert False, 'x'\n"), FailureMode::kFailsTest);
}

TEST(FailureMode, BareRaiseHandsOnToTheNextTry) {
  EXPECT_EQ(handled("except ImportError:\n  log()\n  raise\n"), FailureMode::kLoud);
  EXPECT_EQ(handled("except ImportError as e:\n  raise e\n"), FailureMode::kLoud);
  EXPECT_EQ(
      mode(
          "try:\n  try:\n    import m\n  except ImportError:\n    raise\nexcept Exception: pass\n"),
      FailureMode::kSwallowed);
}

TEST(FailureMode, WithThatExpectsTheErrorSwallowsIt) {
  EXPECT_EQ(mode("with contextlib.suppress(ImportError):\n  import m\n"), FailureMode::kSwallowed);
  EXPECT_EQ(mode("with pytest.raises(ImportError):\n  import m\n"), FailureMode::kSwallowed);
  EXPECT_EQ(mode("with suppress(KeyError):\n  import m\n"), FailureMode::kLoud);
}

TEST(FailureMode, ErrorsAreToldApart) {
  constexpr std::string_view kSource = "try:\n  import m\nexcept ModuleNotFoundError: pass\n";
  EXPECT_EQ(mode(kSource, MissingError::kImport), FailureMode::kLoud);
  EXPECT_EQ(mode("try:\n  import m\nexcept AttributeError: pass\n", MissingError::kAttribute),
            FailureMode::kSwallowed);
}

}  // namespace
}  // namespace gp::refs
