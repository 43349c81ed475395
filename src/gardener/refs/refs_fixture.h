/// For tests: a folder of files, and the references found in it as lines of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gardener/graph/tree_fixture.h"
#include "gardener/refs/find_references.h"

namespace gp::refs {

class RefsFixture {
 public:
  explicit RefsFixture(graph::TestFiles files) : files_(files) {}

  graph::TreeFixture& files() { return files_; }

  ReferenceReport find(std::string_view target, RefsOptions options = {}) {
    auto tree = graph::SourceTree::open({.root = files_.root()});
    EXPECT_TRUE(tree.has_value());
    paths_.clear();
    for (const graph::SourceFile& file : tree.value().files()) paths_.push_back(file.path);
    return find_references(tree.value(), target, options);
  }

  /// "file:line:column class symbol" of every reference, in the report's order.
  std::vector<std::string> lines(const ReferenceReport& report) const {
    std::vector<std::string> lines;
    for (const Reference& reference : report.references) {
      std::string line = paths_[reference.file] + ':' + std::to_string(reference.begin.line) + ':' +
                         std::to_string(reference.begin.column) + ' ' +
                         std::string(name_of(reference.kind));
      if (!reference.symbol.empty()) line += ' ' + reference.symbol;
      lines.push_back(std::move(line));
    }
    return lines;
  }

  /// The bytes a reference covers.
  std::string text(const Reference& reference) const {
    return files_.text(paths_[reference.file]).substr(reference.span.begin, reference.span.size());
  }
  const std::string& path(const Reference& reference) const { return paths_[reference.file]; }

 private:
  graph::TreeFixture files_;
  std::vector<std::string> paths_{};
};

}  // namespace gp::refs
