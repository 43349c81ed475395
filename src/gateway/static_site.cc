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

/// If-None-Match: the weak comparison of RFC 9110 section 13.1.2.
bool matches(const net::HttpHeaders& headers, std::string_view etag) {
  for (std::string_view tag : net::list_elements(headers, "If-None-Match")) {
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag || tag == "*") return true;
  }
  return false;
}

}  // namespace

StaticSite::StaticSite(std::span<const StaticFile> files) {
  for (const StaticFile& file : files) {
    Form& form = form_of(std::string(file.path));
    form.bytes = file.bytes;
    form.etag = make_etag(form.bytes);
  }
  forget_lonely_forms();
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
    Form& form =
        site.form_of(std::filesystem::relative(entry->path(), folder, error).generic_string());
    form.owned = std::move(bytes).str();
    form.bytes = form.owned;
    form.etag = make_etag(form.bytes);
  }
  site.forget_lonely_forms();
  if (error)
    return fail(Code::bad_request,
                "server.web_dir: cannot read " + folder + ": " + error.message());
  if (!site.files_.contains("index.html"))
    return fail(Code::bad_request, "server.web_dir: there is no index.html in " + folder);
  return site;
}

bool StaticSite::File::has_choice() const {
  return form(ContentCoding::kGzip).exists || form(ContentCoding::kBrotli).exists;
}

StaticSite::Form& StaticSite::form_of(const std::string& path) {
  ContentCoding coding = ContentCoding::kIdentity;
  if (path.ends_with(".gz")) coding = ContentCoding::kGzip;
  if (path.ends_with(".br")) coding = ContentCoding::kBrotli;
  const std::size_t ending = coding == ContentCoding::kIdentity ? 0 : 3;
  Form& form = files_[path.substr(0, path.size() - ending)].forms[static_cast<std::size_t>(coding)];
  form.exists = true;
  return form;
}

// A compressed form of nothing cannot be served to everybody.
void StaticSite::forget_lonely_forms() {
  std::erase_if(files_, [](const auto& entry) {
    return !entry.second.form(ContentCoding::kIdentity).exists;
  });
}

ContentCoding StaticSite::choose(const File& file, const net::HttpHeaders& headers) {
  ContentCoding best = ContentCoding::kIdentity;
  int best_quality = quality(headers, best);
  // The smaller one last, so that it wins when both are wanted alike.
  for (const ContentCoding coding : {ContentCoding::kGzip, ContentCoding::kBrotli}) {
    const int wanted = file.form(coding).exists ? quality(headers, coding) : 0;
    if (wanted == 0 || wanted < best_quality) continue;
    best = coding;
    best_quality = wanted;
  }
  return best;
}

std::optional<net::HttpResponse> StaticSite::get(const net::HttpRequest& request) const {
  const std::string_view path = request.path();
  const std::string_view name = path == "/" ? "index.html" : path.substr(1);
  const auto found = files_.find(std::string(name));
  if (found == files_.end()) return std::nullopt;
  const File& file = found->second;
  const ContentCoding coding = choose(file, request.headers);
  const Form& form = file.form(coding);
  const bool hashed = name.starts_with("assets/");
  net::HttpResponse response;
  response.headers = {
      {"ETag", form.etag},
      {"Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache"}};
  if (file.has_choice()) response.headers.push_back({"Vary", "Accept-Encoding"});
  if (matches(request.headers, form.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.push_back({"Content-Type", std::string(content_type(name))});
  if (coding != ContentCoding::kIdentity)
    response.headers.push_back({"Content-Encoding", std::string(name_of(coding))});
  response.headers.push_back({"Accept-Ranges", "none"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  if (name.ends_with(".html")) {
    response.headers.push_back({"Content-Security-Policy", std::string(kContentSecurityPolicy)});
    response.headers.push_back({"Referrer-Policy", "no-referrer"});
    response.headers.push_back({"Cross-Origin-Opener-Policy", "same-origin"});
  }
  response.lasting_body = form.bytes;
  return response;
}

}  // namespace gp::gateway
