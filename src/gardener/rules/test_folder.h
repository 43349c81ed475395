/// TestFolder: a small tree on disk for one test, removed at its end.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "gardener/graph/source_tree.h"

namespace gp::rules {

class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "gardener-test-XXXXXX").string();
    const char* made = ::mkdtemp(name.data());
    EXPECT_NE(made, nullptr);
    path_ = name;
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  std::string text(const std::string& name) const {
    std::ifstream stream(path_ / name, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return std::move(text).str();
  }
  graph::SourceTree tree(std::vector<std::string> exclude = {}) const {
    auto tree = graph::SourceTree::open({.root = path_.string(), .exclude = std::move(exclude)});
    EXPECT_TRUE(tree.has_value());
    return std::move(tree).value();
  }

 private:
  std::filesystem::path path_{};
};

}  // namespace gp::rules
