#include "gardener/graph/file_kind.h"

#include <algorithm>
#include <array>

namespace gp::graph {
namespace {

using Words = std::array<std::string_view, 24>;

constexpr Words kPythonSuffixes{"py", "pyi", "pyw"};
constexpr Words kShellSuffixes{"sh", "bash", "zsh", "ksh", "mk", "ps1", "bat", "cmd"};
constexpr Words kConfigSuffixes{"toml",       "ini",  "cfg",    "conf", "json",
                                "jsonc",      "yaml", "yml",    "xml",  "env",
                                "properties", "tf",   "tfvars", "lock", "in"};
constexpr Words kDocSuffixes{"md", "markdown", "rst", "txt", "html", "htm", "adoc", "tex", "mdx"};
constexpr Words kShellNames{"Makefile", "GNUmakefile", "makefile",    "Dockerfile", "Containerfile",
                            "Justfile", "justfile",    "Jenkinsfile", "Procfile"};
constexpr Words kPipelines{".gitlab-ci.yml",
                           ".travis.yml",
                           "azure-pipelines.yml",
                           "bitbucket-pipelines.yml",
                           ".pre-commit-config.yaml",
                           "cloudbuild.yaml",
                           "cloudbuild.yml",
                           "appveyor.yml",
                           ".appveyor.yml"};
constexpr Words kTestFolders{"test", "tests", "testing"};
constexpr Words kBackupFolders{"backup", "backups", ".backup", ".backups"};
constexpr Words kBackupEndings{"~", ".bak", ".orig", ".old", ".rej"};

bool is_one_of(std::string_view word, const Words& words) {
  return !word.empty() && std::find(words.begin(), words.end(), word) != words.end();
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view suffix_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view() : name.substr(dot + 1);
}

bool has_folder(std::string_view path, const Words& names) {
  for (std::size_t end = path.find('/'); end != std::string_view::npos; end = path.find('/')) {
    if (is_one_of(path.substr(0, end), names)) return true;
    path.remove_prefix(end + 1);
  }
  return false;
}

// The program of `#!/usr/bin/env -S python3 -u` or `#!/bin/sh -e`.
std::string_view interpreter(std::string_view head) {
  if (!head.starts_with("#!")) return {};
  head = head.substr(2, std::min(head.find_first_of("\r\n"), head.size()) - 2);
  while (!head.empty()) {
    head.remove_prefix(std::min(head.find_first_not_of(" \t"), head.size()));
    const std::string_view word = head.substr(0, head.find_first_of(" \t"));
    const std::string_view name = base_name(word);
    if (!word.starts_with('-') && name != "env" && word.find('=') == std::string_view::npos)
      return name;
    head.remove_prefix(word.size());
  }
  return {};
}

FileKind kind_of_script(std::string_view head) {
  const std::string_view program = interpreter(head);
  if (program.starts_with("python") || program.starts_with("pypy")) return FileKind::kPython;
  return program.ends_with("sh") ? FileKind::kShell : FileKind::kOther;
}

bool is_pipeline(std::string_view path, std::string_view name) {
  return is_one_of(name, kPipelines) || path.find(".github/workflows/") != std::string_view::npos ||
         path.find(".github/actions/") != std::string_view::npos ||
         path.find(".circleci/") != std::string_view::npos;
}

}  // namespace

bool needs_head(std::string_view path) {
  const std::string_view name = base_name(path);
  return name.find('.') == std::string_view::npos && kind_of(path, {}) == FileKind::kOther;
}

FileKind kind_of(std::string_view path, std::string_view head) {
  const std::string_view name = base_name(path);
  const std::string_view suffix = suffix_of(name);
  if (is_one_of(suffix, kPythonSuffixes)) return FileKind::kPython;
  if (is_one_of(suffix, kShellSuffixes) || is_one_of(name, kShellNames) ||
      name.starts_with("Dockerfile.") || name.starts_with("Makefile."))
    return FileKind::kShell;
  if (suffix == "yml" || suffix == "yaml")
    return is_pipeline(path, name) ? FileKind::kShell : FileKind::kConfig;
  if (is_one_of(suffix, kConfigSuffixes) || name.starts_with(".env")) return FileKind::kConfig;
  if (is_one_of(suffix, kDocSuffixes)) return FileKind::kDoc;
  return name.find('.') == std::string_view::npos ? kind_of_script(head) : FileKind::kOther;
}

bool is_backup_path(std::string_view path) {
  const std::string_view name = base_name(path);
  if (has_folder(path, kBackupFolders) || name.find(".bak") != std::string_view::npos ||
      name.find(".backup") != std::string_view::npos)
    return true;
  return std::any_of(kBackupEndings.begin(), kBackupEndings.end(), [&](std::string_view ending) {
    return !ending.empty() && name.ends_with(ending);
  });
}

bool is_test_path(std::string_view path) {
  const std::string_view name = base_name(path);
  return has_folder(path, kTestFolders) || name == "conftest.py" ||
         (name.ends_with(".py") && name.starts_with("test_")) || name.ends_with("_test.py") ||
         name.ends_with("_tests.py");
}

}  // namespace gp::graph
