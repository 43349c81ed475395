/// For tests: a folder of files that is gone afterwards, and the code base read from one.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gardener/graph/import_graph.h"
#include "gardener/graph/resolver.h"

namespace gp::graph {

using TestFiles = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// A temporary folder.
class TreeFixture {
 public:
  explicit TreeFixture(TestFiles files = {}) {
    std::string pattern = std::filesystem::temp_directory_path() / "gardener-test-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
    root_ = std::filesystem::canonical(pattern);
    for (const auto& [path, text] : files) write(path, text);
  }
  ~TreeFixture() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  TreeFixture(const TreeFixture&) = delete;
  TreeFixture& operator=(const TreeFixture&) = delete;

  /// Makes the folders it needs. Replaces what is there.
  void write(std::string_view path, std::string_view text) const {
    const std::filesystem::path file = root_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  std::string text(std::string_view path) const {
    std::ifstream file(root_ / path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void remove(std::string_view path) const { std::filesystem::remove_all(root_ / path); }
  std::string root() const { return root_; }
  std::string operator/(std::string_view path) const { return root_ / path; }

  /// Runs `git <arguments>` in the folder, with no configuration but its own.
  void git(const std::string& arguments) const {
    const std::string command = "cd '" + root() +
                                "' && GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null git "
                                "-c user.name=t -c user.email=t@t " +
                                arguments + " >/dev/null 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  }

 private:
  std::filesystem::path root_;
};

/// The files as a code base, with its resolver and graph.
class CodeFixture {
 public:
  explicit CodeFixture(TestFiles files, CodeBaseOptions options = {})
      : folder(files),
        tree(open(folder)),
        code(tree, with_one_job(std::move(options))),
        resolver(code),
        graph(resolver) {}

  FileId file(std::string_view path) const {
    const FileId id = tree.find(path);
    EXPECT_NE(id, kNoFile) << path;
    return id;
  }
  /// "definition a.b:c", "module a.b", "external os.path", "dynamic …", "missing …".
  static std::string shown(const Target& target) {
    constexpr std::string_view kKinds[] = {"definition ", "module ", "external ", "dynamic ",
                                           "missing "};
    return std::string(kKinds[static_cast<std::size_t>(target.kind)]) + target.name;
  }
  static std::vector<std::string> shown(const Resolution& resolution) {
    std::vector<std::string> all;
    for (const Target& target : resolution.targets) all.push_back(shown(target));
    return all;
  }
  /// What `from <module> import <name>` finds; several targets joined by " | ".
  std::string found(std::string_view module, std::string_view name) const {
    std::string all;
    for (const std::string& one : shown(resolver.attribute(module, name)))
      all += (all.empty() ? "" : " | ") + one;
    return all;
  }

  TreeFixture folder;
  SourceTree tree;
  CodeBase code;
  Resolver resolver;
  ImportGraph graph;

 private:
  static SourceTree open(const TreeFixture& folder) {
    TreeOptions options;
    options.root = folder.root();
    return SourceTree::open(std::move(options)).value();
  }
  static CodeBaseOptions with_one_job(CodeBaseOptions options) {
    options.jobs = 1;
    return options;
  }
};

}  // namespace gp::graph
