#include "gardener/plan/patch.h"

#include <fmt/core.h>

#include <charconv>

#include "protocol/codes.h"

namespace gp::plan {
namespace {

constexpr std::string_view kHead = "gardener patch 1\n";

/// Numbers and counted bytes, one after the other.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool is_good() const { return is_good_; }
  bool at_end() const { return rest_.empty(); }

  std::uint64_t number() {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    const auto used = static_cast<std::size_t>(end - rest_.data());
    is_good_ = is_good_ && error == std::errc() && used < rest_.size();
    rest_.remove_prefix(is_good_ ? used + 1 : rest_.size());
    return value;
  }
  std::string bytes() {
    const std::uint64_t size = number();
    is_good_ = is_good_ && size < rest_.size();
    if (!is_good_) return {};
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size + 1);
    return text;
  }

 private:
  std::string_view rest_;
  bool is_good_ = true;
};

void put(std::string& out, std::uint64_t number) { out.append(fmt::format("{} ", number)); }
void put(std::string& out, std::string_view bytes) {
  out.append(fmt::format("{} ", bytes.size())).append(bytes).append("\n");
}

}  // namespace

StoredFile store(const FileChange& change, std::string_view after, unsigned mode) {
  StoredFile file{.path = change.path,
                  .mode = mode,
                  .is_deleted = change.is_deleted,
                  .is_python = change.is_python,
                  .hash_before = hash_of(change.before),
                  .hash_after = change.is_deleted ? "" : hash_of(after),
                  .imports = change.imports};
  if (change.is_deleted) {
    file.edits.push_back({0, 0, change.before});
    return file;
  }
  std::ptrdiff_t shift = 0;
  for (const SpanEdit& edit : change.edits) {
    const auto begin = static_cast<std::uint32_t>(edit.span().begin + shift);
    const auto size = static_cast<std::uint32_t>(edit.replacement().size());
    file.edits.push_back(
        {begin, begin + size, change.before.substr(edit.span().begin, edit.span().size())});
    shift += static_cast<std::ptrdiff_t>(size) - static_cast<std::ptrdiff_t>(edit.span().size());
  }
  return file;
}

std::string write_patch(const std::vector<StoredFile>& files) {
  std::string out(kHead);
  put(out, files.size());
  for (const StoredFile& file : files) {
    put(out, file.path);
    put(out, file.mode);
    put(out, file.is_deleted ? 1 : 0);
    put(out, file.is_python ? 1 : 0);
    put(out, file.hash_before);
    put(out, file.hash_after);
    put(out, file.edits.size());
    for (const StoredEdit& edit : file.edits) {
      put(out, edit.begin);
      put(out, edit.end);
      put(out, edit.old);
    }
    put(out, file.imports.size());
    for (const std::string& line : file.imports) put(out, line);
  }
  return out;
}

Result<std::vector<StoredFile>> read_patch(std::string_view text, std::string_view file_name) {
  std::vector<StoredFile> files;
  bool is_good = text.starts_with(kHead);
  Reader in(is_good ? text.substr(kHead.size()) : "");
  const std::uint64_t count = is_good ? in.number() : 0;
  for (std::uint64_t i = 0; i < count && in.is_good(); ++i) {
    StoredFile file;
    file.path = in.bytes();
    file.mode = static_cast<unsigned>(in.number());
    file.is_deleted = in.number() != 0;
    file.is_python = in.number() != 0;
    file.hash_before = in.bytes();
    file.hash_after = in.bytes();
    const std::uint64_t edits = in.number();
    for (std::uint64_t k = 0; k < edits && in.is_good(); ++k) {
      StoredEdit edit;
      edit.begin = static_cast<std::uint32_t>(in.number());
      edit.end = static_cast<std::uint32_t>(in.number());
      edit.old = in.bytes();
      file.edits.push_back(std::move(edit));
    }
    const std::uint64_t imports = in.number();
    for (std::uint64_t k = 0; k < imports && in.is_good(); ++k) file.imports.push_back(in.bytes());
    files.push_back(std::move(file));
  }
  is_good = is_good && in.is_good() && in.at_end();
  if (!is_good) {
    return fail(
        Code::internal,
        fmt::format("{}: no patch that this gardener stored, or damaged; use git to go back",
                    file_name));
  }
  return files;
}

Result<std::string> undo(const StoredFile& file, std::string_view now) {
  std::string old;
  std::size_t at = 0;
  bool is_good = file.is_deleted || hash_of(now) == file.hash_after;
  for (const StoredEdit& edit : file.edits) {
    if (file.is_deleted) {
      old = edit.old;
      continue;
    }
    is_good = is_good && edit.begin >= at && edit.end >= edit.begin && edit.end <= now.size();
    if (!is_good) break;
    old.append(now.substr(at, edit.begin - at)).append(edit.old);
    at = edit.end;
  }
  if (!is_good) {
    return fail(Code::internal, fmt::format("{}: changed since apply; put it back first, or undo "
                                            "with git",
                                            file.path));
  }
  if (!file.is_deleted) old.append(now.substr(at));
  if (hash_of(old) != file.hash_before)
    return fail(Code::internal,
                fmt::format("{}: bytes outside the planned changes differ", file.path));
  return old;
}

}  // namespace gp::plan
