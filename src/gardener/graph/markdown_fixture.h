/// For tests: fixtures of tests/gardener/fixtures, which are Markdown: prose, files to lay out and
/// what is expected of them.
///
/// "```<language> <path> [<word>…]" is a file; the words tell what Markdown cannot carry: `crlf`,
/// `cr`, `bom`, `latin-1`, `open` (no newline at the end). Every other fence is the business of the
/// runner: rules/fixtures_test.cc, and plan/fixtures_test.cc for the names that begin with "plan_".
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace gp::graph {

struct Fence {
  std::string kind{};                ///< the first word behind "```"
  std::vector<std::string> words{};  ///< the others
  std::string text{};
  int line = 0;  ///< of the opening

  bool has(std::string_view word) const {
    return std::find(words.begin(), words.end(), word) != words.end();
  }
};

/// Found from the program upwards: build/<preset>/bin is inside the source tree.
inline std::filesystem::path fixtures_folder() {
  namespace fs = std::filesystem;
  for (fs::path at = fs::read_symlink("/proc/self/exe").parent_path(); at != at.root_path();
       at = at.parent_path())
    if (fs::is_directory(at / "tests/gardener/fixtures")) return at / "tests/gardener/fixtures";
  return {};
}

/// Those of the plan, or all others; sorted, without ".md".
enum class FixtureKind { kPlan, kOther };
inline std::vector<std::string> fixture_names(FixtureKind kind) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(fixtures_folder(), error)) {
    const std::string name = entry.path().stem();
    if (entry.path().extension() == ".md" &&
        name.starts_with("plan_") == (kind == FixtureKind::kPlan))
      names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// A fence that is never closed is a failure of the test.
inline std::vector<Fence> read_fences(const std::string& name) {
  std::ifstream stream(fixtures_folder() / (name + ".md"), std::ios::binary);
  std::vector<Fence> fences;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (!line.starts_with("```")) continue;
    Fence fence{.line = number};
    std::istringstream info(line.substr(3));
    info >> fence.kind;
    fence.words.assign(std::istream_iterator<std::string>(info), {});
    bool is_closed = false;
    while (!is_closed && std::getline(stream, line)) {
      ++number;
      is_closed = line == "```";
      if (!is_closed) fence.text += line + "\n";
    }
    EXPECT_TRUE(is_closed) << name << ".md:" << fence.line << ": the fence is not closed";
    fences.push_back(std::move(fence));
  }
  return fences;
}

/// The bytes of a file fence: its text, changed as its words say.
inline std::string file_bytes(const Fence& fence) {
  std::string text = fence.text;
  if (fence.has("open") && !text.empty()) text.pop_back();
  std::string bytes = fence.has("bom") ? "\xef\xbb\xbf" : "";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\n' && fence.has("crlf")) {
      bytes += "\r\n";
    } else if (byte == '\n' && fence.has("cr")) {
      bytes += '\r';
    } else if (fence.has("latin-1") && (byte == 0xc2 || byte == 0xc3) && i + 1 < text.size()) {
      const auto next = static_cast<unsigned char>(text[++i]);
      bytes += static_cast<char>(byte == 0xc2 ? next : next + 0x40);
    } else {
      bytes += text[i];
    }
  }
  return bytes;
}

}  // namespace gp::graph
