#include "gateway/static_site.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "protocol/codes.h"

namespace gp::gateway {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kTypes{
    {{".html", "text/html; charset=utf-8"},
     {".js", "text/javascript; charset=utf-8"},
     {".css", "text/css; charset=utf-8"},
     {".svg", "image/svg+xml"},
     {".png", "image/png"},
     {".ico", "image/x-icon"},
     {".json", "application/json"},
     {".webmanifest", "application/manifest+json"},
     {".woff2", "font/woff2"},
     {".txt", "text/plain; charset=utf-8"}}};

constexpr std::string_view kContentSecurityPolicy =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
    "'self' ws: wss:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

std::string_view content_type(std::string_view path) {
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

// FNV-1a, 64 bits: an ETag has to tell versions of our own files apart, not to resist anybody.
std::string make_etag(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  std::ostringstream text;
  text << '"' << std::hex << hash << '"';
  return text.str();
}

}  // namespace

StaticSite::StaticSite(std::span<const StaticFile> files) {
  for (const StaticFile& file : files) add(std::string(file.path), std::string(file.bytes));
}

Result<StaticSite> StaticSite::from_folder(const std::string& folder) {
  StaticSite site;
  std::size_t total = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(folder, error), end;
       !error && entry != end; entry.increment(error)) {
    if (!entry->is_regular_file(error)) continue;
    total += static_cast<std::size_t>(entry->file_size(error));
    if (total > kSiteBytesMax)
      return fail(Code::bad_request, "server.web_dir: " + folder + " holds more than 64MiB");
    std::ifstream stream(entry->path(), std::ios::binary);
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    site.add(std::filesystem::relative(entry->path(), folder, error).generic_string(),
             std::move(bytes).str());
  }
  if (error)
    return fail(Code::bad_request,
                "server.web_dir: cannot read " + folder + ": " + error.message());
  if (!site.files_.contains("index.html"))
    return fail(Code::bad_request, "server.web_dir: there is no index.html in " + folder);
  return site;
}

void StaticSite::add(std::string path, std::string bytes) {
  std::string etag = make_etag(bytes);
  files_[std::move(path)] = File{std::move(bytes), std::move(etag)};
}

std::optional<net::HttpResponse> StaticSite::get(
    std::string_view path, std::optional<std::string_view> if_none_match) const {
  const std::string_view name = path == "/" ? "index.html" : path.substr(1);
  const auto found = files_.find(std::string(name));
  if (found == files_.end()) return std::nullopt;
  const bool hashed = name.starts_with("assets/");
  net::HttpResponse response;
  response.headers = {
      {"ETag", found->second.etag},
      {"Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache"}};
  if (if_none_match && *if_none_match == found->second.etag) {
    response.status = 304;
    return response;
  }
  response.headers.push_back({"Content-Type", std::string(content_type(name))});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  if (name.ends_with(".html")) {
    response.headers.push_back({"Content-Security-Policy", std::string(kContentSecurityPolicy)});
    response.headers.push_back({"Referrer-Policy", "no-referrer"});
  }
  response.body = found->second.bytes;
  return response;
}

}  // namespace gp::gateway
