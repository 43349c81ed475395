/// StaticSite: the chat page, in memory: built into the program, or read from a folder at start.
///
/// Thread: immutable after construction; shared by all cores.
/// Limits: kSiteBytesMax for a folder. Hashed assets (/assets/…) may be cached for ever, everything
/// else must be revalidated. "x.js.br" and "x.js.gz" beside "x.js" (the page's build makes them)
/// are its compressed forms, for clients that take them; each form has an ETag of its own. Ranges
/// are declined: the files are small.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/byte_size.h"
#include "base/result.h"
#include "gateway/content_coding.h"
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

  /// The answer to GET of the request's path ("/" is index.html); nothing if there is no such file.
  std::optional<net::HttpResponse> get(const net::HttpRequest& request) const;
  bool empty() const { return files_.empty(); }

 private:
  struct Form {
    std::string owned;  ///< of a folder's file
    std::string_view bytes;
    std::string etag;
    bool exists = false;
  };
  struct File {
    std::array<Form, 3> forms;  ///< by ContentCoding
    const Form& form(ContentCoding coding) const { return forms[static_cast<std::size_t>(coding)]; }
    bool has_choice() const;
  };
  StaticSite() = default;
  Form& form_of(const std::string& path);
  void forget_lonely_forms();
  static ContentCoding choose(const File& file, const net::HttpHeaders& headers);

  std::unordered_map<std::string, File> files_;
};

}  // namespace gp::gateway
