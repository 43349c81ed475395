#include "gardener/refs/name_digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace gp::refs {
namespace {

/// Is `name` among what the source imports or patches, by the word it begins with?
bool may_hold(std::string_view source, const std::string& name) {
  NameDigest digest;
  digest.begin(3);
  if (source.starts_with("import")) {
    digest.add_import(source, 6);
  } else {
    digest.add_patch(source, source.find_first_of(".("));
  }
  std::vector<graph::FileId> files;
  digest.append_files_with(std::set<std::string>{name}, files);
  return files == std::vector<graph::FileId>{3};
}

TEST(NameDigest, TakesEveryFormOfAnImport) {
  for (const char* source :
       {"import b", "import a, b as c", "import(a,b)", "import (  # a\n\n  b,)",
        "import a, \\\n  b", "import a, \\\r\n  b", "import a.b"})
    EXPECT_TRUE(may_hold(source, "b")) << source;
  for (const char* source :
       {"import a\nb", "import (a)\nb", "import a; b", "import a # b", "import bb"})
    EXPECT_FALSE(may_hold(source, "b")) << source;
}

TEST(NameDigest, TakesEveryPlainPatchTarget) {
  for (const char* source : {"patch('m.b')", "patch.dict(\n  # c\n  \"m.b.x\", {})", "patch(u'b')",
                             "patch(target = 'm.b')", "patch.multiple(('m.b'))"})
    EXPECT_TRUE(may_hold(source, "b")) << source;
  for (const char* source :
       {"patch(m.b)", "patch('m.bb')", "patch.object(m, 'b')", "patch('m', 'b')"})
    EXPECT_FALSE(may_hold(source, "b")) << source;
}

TEST(NameDigest, ReadsAgainWhatItCannotRead) {
  for (const char* source : {"patch('m.' 'b')", "patch(new=1, target='m.b')", "patch('''m.b''')",
                             "patch('m.\\x62')", "patch('m.b"})
    EXPECT_TRUE(may_hold(source, "b")) << source;
}

TEST(NameDigest, TellsOfAStar) {
  NameDigest digest;
  digest.begin(0);
  EXPECT_TRUE(digest.add_import("import *", 6));
  EXPECT_TRUE(digest.add_import("import\\\n*", 6));
  EXPECT_FALSE(digest.add_import("import a\n*", 6));
}

}  // namespace
}  // namespace gp::refs
