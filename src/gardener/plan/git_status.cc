#include "gardener/plan/git_status.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "protocol/codes.h"

extern char** environ;

namespace gp::plan {
namespace {

constexpr std::size_t kPathsAtOnce = 1000;

bool is_in_work_tree(const std::string& root) {
  std::error_code error;
  for (auto folder = std::filesystem::absolute(root, error); !error;
       folder = folder.parent_path()) {
    if (std::filesystem::exists(folder / ".git", error)) return true;
    if (folder == folder.parent_path()) return false;
  }
  return false;
}

Result<std::string> run(std::vector<std::string> arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return fail(Code::internal, fmt::format("git cannot be run: {}", std::strerror(errno)));
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int error = posix_spawnp(&child, "git", &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string out;
  char buffer[65536];
  for (ssize_t size = 0; error == 0;) {
    size = read(ends[0], buffer, sizeof buffer);
    if (size > 0) out.append(buffer, static_cast<std::size_t>(size));
    if (size == 0 || (size < 0 && errno != EINTR)) break;
  }
  close(ends[0]);
  if (error != 0)
    return fail(Code::internal, fmt::format("git cannot be run: {}", std::strerror(error)));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return fail(Code::internal, "`git status` failed; run it to see why");
  return out;
}

}  // namespace

Result<std::vector<std::string>> dirty_files(const std::string& root,
                                             const std::vector<std::string>& paths) {
  std::vector<std::string> dirty;
  if (paths.empty() || !is_in_work_tree(root)) return dirty;
  for (std::size_t first = 0; first < paths.size(); first += kPathsAtOnce) {
    std::vector<std::string> words = {
        "git",          "--literal-pathspecs",   "-C", root, "status", "--porcelain=v1", "-z",
        "--no-renames", "--untracked-files=all", "--"};
    const std::size_t last = std::min(first + kPathsAtOnce, paths.size());
    for (std::size_t i = first; i < last; ++i) words.push_back(paths[i]);
    GP_TRY(const std::string out, run(std::move(words)));
    for (std::size_t at = 0; at + 3 < out.size();) {
      const std::size_t end = std::min(out.find('\0', at), out.size());
      dirty.push_back(out.substr(at + 3, end - at - 3));
      at = end + 1;
    }
  }
  std::sort(dirty.begin(), dirty.end());
  return dirty;
}

}  // namespace gp::plan
