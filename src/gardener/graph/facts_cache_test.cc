#include "gardener/graph/facts_cache.h"

#include <gtest/gtest.h>

#include <set>

#include "gardener/graph/facts_record.h"
#include "gardener/graph/tree_fixture.h"
#include "gardener/python/scan.h"

namespace gp::graph {
namespace {

constexpr std::string_view kSource =
    "\"\"\"Deprecated.\"\"\"\nimport a.b as c\nfrom .d import (e, f as g)\n__all__ = ['h']\n"
    "_x = None\n\n\n@deco.rator\nclass K(Base, metaclass=M):\n    def m(self, *, n=1): ...\n\n\n"
    "def get():\n    global _x\n    if _x is None:\n        _x = 1\n    return _x\n\n\ndel g\n"
    "import warnings\nwarnings.warn('old', DeprecationWarning)\n";

std::string record(const python::ModuleFacts& facts) {
  std::string bytes;
  append_facts(facts, bytes);
  return bytes;
}

void expect_same(const python::ModuleFacts& a, const python::ModuleFacts& b) {
  EXPECT_EQ(a.arena, b.arena);
  EXPECT_TRUE(a.blocks == b.blocks);
  EXPECT_TRUE(a.imports == b.imports);
  EXPECT_TRUE(a.names == b.names);
  EXPECT_TRUE(a.bindings == b.bindings);
  EXPECT_TRUE(a.parameters == b.parameters);
  EXPECT_TRUE(a.bases == b.bases);
  EXPECT_TRUE(a.decorators == b.decorators);
  EXPECT_TRUE(a.all == b.all);
  EXPECT_TRUE(a.function_globals == b.function_globals);
  EXPECT_TRUE(a.deletions == b.deletions);
  EXPECT_TRUE(a.lazy_globals == b.lazy_globals);
  EXPECT_TRUE(a.deprecations == b.deprecations);
  EXPECT_EQ(a.docstring, b.docstring);
  EXPECT_EQ(a.line_count, b.line_count);
  EXPECT_EQ(a.has_all, b.has_all);
  EXPECT_EQ(a.all_is_dynamic, b.all_is_dynamic);
  EXPECT_EQ(a.has_getattr, b.has_getattr);
  EXPECT_EQ(a.binds_dynamically, b.binds_dynamically);
  EXPECT_EQ(a.docstring_says_deprecated, b.docstring_says_deprecated);
}

python::ModuleFacts scan(std::string_view source) {
  return python::scan_module(source, python::Detail::kGraph);
}

/// A folder for caches, and one file in it.
class FactsCacheTest : public testing::Test {
 protected:
  FactsCache open() const { return FactsCache(folder_.root() + "/cache", folder_.root()); }

  void remember(const std::vector<std::string>& sources) const {
    FactsCache cache = open();
    std::vector<ContentDigest> digests;
    std::vector<python::ModuleFacts> facts;
    for (const std::string& source : sources) {
      digests.push_back(cache.digest(source));
      facts.push_back(scan(source));
    }
    cache.save(digests, facts);
  }
  bool knows(std::string_view source) const {
    const FactsCache cache = open();
    python::ModuleFacts facts;
    if (!cache.find(cache.digest(source), facts)) return false;
    expect_same(facts, scan(source));
    return true;
  }
  std::filesystem::path file() const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.root() + "/cache"))
      files.push_back(entry.path());
    EXPECT_EQ(files.size(), 1U) << "no other files are left behind";
    return files.front();
  }
  std::uintmax_t size() const { return std::filesystem::file_size(file()); }
  void change(std::size_t from_end, char byte) const {
    std::fstream stream(file(), std::ios::binary | std::ios::in | std::ios::out);
    stream.seekp(-static_cast<std::streamoff>(from_end), std::ios::end);
    stream.put(byte);
  }

  TreeFixture folder_{};
};

TEST(FactsRecord, GivesBackEveryFact) {
  const python::ModuleFacts facts = scan(kSource);
  ASSERT_TRUE(facts.problems.empty());
  ASSERT_FALSE(facts.lazy_globals.empty());
  ASSERT_FALSE(facts.deprecations.empty());
  ASSERT_FALSE(facts.deletions.empty());
  const std::string bytes = record(facts);
  python::ModuleFacts read;
  ASSERT_TRUE(read_facts(bytes, read));
  expect_same(read, facts);
  EXPECT_EQ(read.text(read.names[0].alias), "c");
  EXPECT_TRUE(read.has_all);
  EXPECT_TRUE(read.docstring_says_deprecated);
}

TEST(FactsRecord, OfAnotherSizeIsRefused) {
  const std::string bytes = record(scan(kSource));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    python::ModuleFacts read;
    EXPECT_FALSE(read_facts(std::string_view(bytes).substr(0, size), read)) << size;
  }
  python::ModuleFacts read;
  EXPECT_FALSE(read_facts(bytes + "x", read));
}

TEST(ContentDigestTest, EveryBitAndTheLengthCount) {
  const DigestKey key{11, 22, 33, 44};
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  std::size_t made = 0;
  const auto add = [&](const std::string& text) {
    const ContentDigest digest = content_digest(text, key);
    seen.emplace(digest.low, digest.high);
    ++made;
  };
  for (std::size_t length = 0; length < 100; ++length) add(std::string(length, '\0'));
  for (const std::size_t length : {1, 15, 16, 17, 31, 32, 33, 64, 100}) {
    for (std::size_t bit = 0; bit < length * 8; ++bit) {
      std::string text(length, '\0');
      text[bit / 8] = static_cast<char>(1 << bit % 8);
      add(text);
    }
  }
  EXPECT_EQ(seen.size(), made);
  EXPECT_NE(content_digest("a", key), content_digest("a", DigestKey{11, 22, 33, 45}));
}

TEST_F(FactsCacheTest, FindsByContent) {
  EXPECT_FALSE(knows("import a\n"));
  remember({"import a\n", std::string(kSource)});
  EXPECT_TRUE(knows("import a\n"));
  EXPECT_TRUE(knows(kSource));
  EXPECT_FALSE(knows("import b\n"));
}

TEST_F(FactsCacheTest, GrowsByWhatIsNew) {
  remember({"import a\n", ""});
  const auto before = size();
  remember({"import a\n", ""});
  EXPECT_EQ(size(), before);
  remember({"import a\n", "import b\n", "import b\n"});
  const auto grown = size() - before;
  EXPECT_LT(grown, before);
  EXPECT_TRUE(knows("import b\n"));
  EXPECT_TRUE(knows(""));
}

TEST_F(FactsCacheTest, IsWrittenAgainWhenMostOfItIsGone) {
  remember({"import a\n", "import b\n", "import c\n", "import d\n", "import e\n"});
  remember({"import a\n", "import f\n"});
  EXPECT_TRUE(knows("import a\n"));
  EXPECT_TRUE(knows("import f\n"));
  EXPECT_FALSE(knows("import e\n"));
}

TEST_F(FactsCacheTest, FilesWithProblemsAreNotKept) {
  const std::string broken = "def f(:\n";
  ASSERT_FALSE(scan(broken).problems.empty());
  remember({"import a\n", broken});
  EXPECT_TRUE(knows("import a\n"));
  EXPECT_FALSE(knows(broken));
}

TEST_F(FactsCacheTest, ADamagedRecordIsNotBelieved) {
  remember({"import a\n"});
  ASSERT_TRUE(knows("import a\n"));
  change(1, 'x');
  EXPECT_FALSE(knows("import a\n"));
}

TEST_F(FactsCacheTest, ATornFileBeginsAnew) {
  remember({"import a\n"});
  std::filesystem::resize_file(file(), size() - 3);
  EXPECT_FALSE(knows("import a\n"));
  remember({"import a\n", "import b\n"});
  EXPECT_TRUE(knows("import a\n"));
  EXPECT_TRUE(knows("import b\n"));
}

TEST_F(FactsCacheTest, WhoReadAnOlderStateDoesNotWrite) {
  remember({"import a\n"});
  FactsCache slow = open();
  remember({"import a\n", "import b\n"});
  slow.save({slow.digest("import c\n")}, std::vector<python::ModuleFacts>(1));
  EXPECT_TRUE(knows("import b\n"));
  EXPECT_FALSE(knows("import c\n"));
}

TEST_F(FactsCacheTest, AFolderThatCannotBeMadeIsNoCache) {
  folder_.write("file", "");
  EXPECT_FALSE(FactsCache(folder_.root() + "/file/cache", folder_.root()).is_on());
  EXPECT_FALSE(FactsCache("", folder_.root()).is_on());
}

TEST_F(FactsCacheTest, ACodeBaseIsTheSameWithIt) {
  for (std::size_t i = 0; i < FactsCache::kFilesMin; ++i)
    folder_.write("tree/m" + std::to_string(i) + ".py",
                  std::string(kSource) + "X = " + std::to_string(i) + "\n");
  const SourceTree tree = SourceTree::open({.root = folder_.root() + "/tree"}).value();
  const std::string cache = folder_.root() + "/cache";
  const CodeBase plain(tree, {});
  const CodeBase first(tree, {.cache = cache});
  const CodeBase second(tree, {.cache = cache});
  ASSERT_EQ(plain.python_files().size(), FactsCache::kFilesMin);
  for (const FileId id : plain.python_files()) {
    expect_same(first.facts(id), plain.facts(id));
    expect_same(second.facts(id), plain.facts(id));
  }
  folder_.write("tree/m7.py", "import other\n");
  const CodeBase changed(tree, {.cache = cache});
  expect_same(changed.facts(tree.find("m7.py")), scan("import other\n"));
}

}  // namespace
}  // namespace gp::graph
