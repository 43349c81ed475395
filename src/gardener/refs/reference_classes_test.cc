// One case per class of references in Python code: what is found, as "file:line:column class
// symbol".
#include <gtest/gtest.h>

#include "gardener/refs/refs_fixture.h"

namespace gp::refs {
namespace {

constexpr std::string_view kOld =
    "def make(): ...\nclass Thing:\n  def run(self): ...\n_lock = 1\n";

/// The lines found in use.py beside a package `pkg` with the module `old`.
std::vector<std::string> found(std::string_view source) {
  RefsFixture fixture({{"pkg/__init__.py", ""}, {"pkg/old.py", kOld}, {"use.py", source}});
  return fixture.lines(fixture.find("pkg.old"));
}

struct Case {
  const char* name;
  const char* source;
  std::vector<std::string> lines;
};

class PythonClasses : public testing::TestWithParam<Case> {};

TEST_P(PythonClasses, AreTold) { EXPECT_EQ(found(GetParam().source), GetParam().lines); }

std::string case_name(const testing::TestParamInfo<Case>& tested) { return tested.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Imports, PythonClasses,
    testing::Values(Case{"From",
                         "from pkg.old import make, Thing as T\n",
                         {"use.py:1:20 import make", "use.py:1:26 import Thing"}},
                    Case{"Module",
                         "import pkg.old as x\nfrom pkg import old\n",
                         {"use.py:1:7 import", "use.py:2:16 import"}},
                    Case{"Star", "from pkg.old import *\n", {"use.py:1:20 import *"}},
                    Case{"Continued",
                         "from pkg.old import (  # old\n make,\nThing,\n)\n",
                         {"use.py:1:23 comment", "use.py:2:1 import make",
                          "use.py:3:0 import Thing"}},
                    Case{"OfAnother",
                         "from other import old\nfrom pkg import older\nimport old\n",
                         {"use.py:1:18 name", "use.py:2:16 lookalike older", "use.py:3:7 name"}},
                    Case{"AliasOnly", "from x import y as old\n", {"use.py:1:19 name"}},
                    Case{"NotAnImport", "def f():\n  yield old\n", {"use.py:2:8 name"}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Names, PythonClasses,
    testing::Values(
        Case{"Attribute",
             "import pkg.old\npkg.old.make()\nprint(pkg.old)\n",
             {"use.py:1:7 import", "use.py:2:0 attribute make", "use.py:3:6 module-use"}},
        Case{"Alias",
             "import pkg.old as x\nx.Thing.run\n",
             {"use.py:1:7 import", "use.py:2:0 attribute Thing.run"}},
        Case{"PackageAlias", "import pkg as p\np.old.make()\n", {"use.py:2:0 attribute make"}},
        Case{"AskedFor",
             "from pkg import old as x\nassert hasattr(x, 'make')\n",
             {"use.py:1:16 import", "use.py:2:15 module-use make"}},
        Case{"FunctionScope",
             "def f():\n  from pkg import old\n  old.make()\ndef g():\n  old.make()\n",
             {"use.py:2:18 import", "use.py:3:2 attribute make", "use.py:5:2 name"}},
        Case{"NestedFunction",
             "def f():\n  from pkg import old\n  def g(): old.make()\n",
             {"use.py:2:18 import", "use.py:3:11 attribute make"}},
        Case{"HiddenByParameter",
             "from pkg import old\ndef f(old):\n  old.make()\n",
             {"use.py:1:16 import", "use.py:2:6 name", "use.py:3:2 name"}},
        Case{
            "Fixture", "def old(): ...\nx = ['old']\n", {"use.py:1:4 name", "use.py:2:6 basename"}},
        Case{"Lookalike",
             "get_old = older(my_old)\n",
             {"use.py:1:0 lookalike get_old", "use.py:1:10 lookalike older",
              "use.py:1:16 lookalike my_old"}},
        Case{"CodeInAComment", "x = 1  # from pkg.old import ( )\n", {"use.py:1:7 comment"}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Strings, PythonClasses,
    testing::Values(
        Case{"Patch",
             "with patch('pkg.old.make'), mock.patch.dict(in_dict='pkg.old._lock'): ...\n",
             {"use.py:1:12 patch make", "use.py:1:53 patch _lock"}},
        Case{"PatchDecorator",
             "@patch('pkg.old.Thing.run')\ndef f(m): ...\n",
             {"use.py:1:8 patch Thing.run"}},
        Case{"Monkeypatch",
             "monkeypatch.setattr('pkg.old.make', 1)\nsetattr('pkg.old', 'x', 1)\n",
             {"use.py:1:21 patch make", "use.py:2:9 other-string"}},
        Case{"PatchOfCallResult", "get().patch('pkg.old.make')\n", {"use.py:1:13 patch make"}},
        Case{"JoinedPatch", "patch('pkg.'\n      'old.make')\n", {"use.py:2:7 patch make"}},
        Case{"ImportModule",
             "import_module('pkg.old')\n__import__(name='pkg.old')\n",
             {"use.py:1:15 import-module", "use.py:2:17 import-module"}},
        Case{"ImportOrSkip", "pytest.importorskip('pkg.old')\n", {"use.py:1:21 import-module"}},
        Case{"List",
             "x = ['pkg.old', 'pkg.old.make']\n",
             {"use.py:1:6 container", "use.py:1:17 container make"}},
        Case{"Dict",
             "x = {'pkg.old': 1}\ny.append({'a': 'pkg.old'})\n",
             {"use.py:1:6 container", "use.py:2:16 container"}},
        Case{"ContainerThroughCall", "x = [F(path='pkg.old')]\n", {"use.py:1:13 container"}},
        Case{"Tuple", "for x in 'pkg.old', 'a': ...\n", {"use.py:1:10 container"}},
        Case{"SubscriptIsNone",
             "x['pkg.old']\n[y for y in f('pkg.old')]\n",
             {"use.py:1:3 other-string", "use.py:2:15 other-string"}},
        Case{"Regex",
             "x = r'pkg\\.old'\ny = 'a\\\\.older'\n",
             {"use.py:1:11 regex", "use.py:2:9 regex"}},
        Case{"ImportText",
             "assert 'from pkg.old import make' not in text\n",
             {"use.py:1:13 import-text"}},
        Case{"Basename", "assert 'old' in names\n", {"use.py:1:8 basename"}},
        Case{"Path", "open('pkg/old.py')\n", {"use.py:1:6 path"}},
        Case{"Docstring",
             "'''About old.'''\ndef f():\n  'uses pkg.old'\n",
             {"use.py:1:9 docstring", "use.py:3:8 docstring"}},
        Case{"FormatString", "x = f'{a} in pkg.old'\n", {"use.py:1:13 fstring"}},
        Case{"Message", "log('pkg.old is gone')\n", {"use.py:1:5 message"}},
        Case{"StringLookalike",
             "x = ['older', '\\nold']\n",
             {"use.py:1:6 string-lookalike", "use.py:1:17 message"}},
        Case{"AssignedPath", "x = 'pkg.old'\n", {"use.py:1:5 other-string"}},
        Case{"BareStatement", "import os\n'pkg.old'\n", {"use.py:2:1 other-string"}},
        Case{"Unterminated", "x = 1\ny = '''pkg.old\n", {"use.py:2:7 unparsable"}}),
    case_name);

}  // namespace
}  // namespace gp::refs
