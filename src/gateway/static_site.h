/// StaticSite: the chat page, in memory: built into the program, or read from a folder at start.
///
/// Thread: immutable after construction; shared by all cores.
/// Limits: kSiteBytesMax for a folder. Hashed assets (/assets/…) may be cached for ever, everything
/// else must be revalidated.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/byte_size.h"
#include "base/result.h"
#include "net/http_message.h"

namespace gp::gateway {

struct StaticFile {
  std::string_view path;  ///< "index.html", "assets/app-1234.js"
  std::string_view bytes;
};

class StaticSite {
 public:
  static constexpr std::size_t kSiteBytesMax = 64 * kMiB;

  /// `files` outlive the site.
  explicit StaticSite(std::span<const StaticFile> files);
  /// Errors: bad_request naming the folder if it cannot be read, has no index.html or is too large.
  static Result<StaticSite> from_folder(const std::string& folder);

  /// The answer to GET `path` ("/" is index.html); nothing if there is no such file.
  std::optional<net::HttpResponse> get(std::string_view path,
                                       std::optional<std::string_view> if_none_match) const;
  bool empty() const { return files_.empty(); }

 private:
  struct File {
    std::string bytes;
    std::string etag;
  };
  StaticSite() = default;
  void add(std::string path, std::string bytes);

  std::unordered_map<std::string, File> files_;
};

}  // namespace gp::gateway
