#include "adapters/agent_http/curl_exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "protocol/codes.h"

namespace gp::agent_http {
namespace {

constexpr std::string_view kRoom = "agent_http";

std::string seconds(Duration duration) {
  return fmt::format("{:g} s", std::chrono::duration<double>(duration).count());
}

long whole_milliseconds(Duration duration) {
  const auto value = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return std::max(1L, static_cast<long>(value));
}

bool never_connected(CURL* easy) {
  curl_off_t ready = 0;
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
  return ready == 0;
}

Code code_of(CURLcode code, CURL* easy) {
  switch (code) {
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return never_connected(easy) ? Code::agent_unreachable : Code::agent_disconnected;
    case CURLE_OPERATION_TIMEDOUT:
      return Code::agent_unreachable;  // only connecting is timed by libcurl
    case CURLE_OUT_OF_MEMORY: return Code::internal;
    default: return never_connected(easy) ? Code::agent_unreachable : Code::agent_protocol;
  }
}

std::string_view what_happened(Code code) {
  if (code == Code::agent_disconnected) return "the agent's connection broke";
  if (code == Code::agent_unreachable) return "no connection to the agent";
  return "the agent's HTTP answer cannot be read";
}

}  // namespace

CurlExchange::CurlExchange(CurlExchangeHost& host, runtime::Core& core, HttpPost post,
                           HttpObserver& observer)
    : host_(host),
      core_(core),
      post_(std::move(post)),
      observer_(observer),
      easy_(curl_easy_init()),
      begun_(core.now()),
      last_byte_(begun_),
      deadline_(core) {
  begin();
}

void CurlExchange::begin() {
  if (easy_ == nullptr || !set_up())
    return end(fail(Code::internal, "libcurl refused the request's options"));
  if (auto attached = host_.attach(*this); !attached) return end(std::move(attached));
  attached_ = true;
  arm_deadline();
}

CurlExchange::~CurlExchange() {
  if (destroyed_ != nullptr) *destroyed_ = true;
  if (attached_) host_.detach(*this);
  host_.forget(*this);
}

CurlExchange* CurlExchange::of(CURL* easy) {
  CurlExchange* exchange = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &exchange);
  return exchange;
}

bool CurlExchange::set_up() {
  bool good = true;
  const auto set = [&](CURLoption option, auto value) {
    good = good && curl_easy_setopt(easy_.get(), option, value) == CURLE_OK;
  };
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_URL, post_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_CONNECTTIMEOUT_MS, whole_milliseconds(post_.timeouts.connect));
  set(CURLOPT_POST, 1L);
  set(CURLOPT_POSTFIELDS, post_.body.data());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post_.body.size()));
  set(CURLOPT_HEADERFUNCTION, &CurlExchange::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &CurlExchange::on_write);
  set(CURLOPT_WRITEDATA, this);
  // The pool of idle connections outlives this exchange, so the close callback belongs to the loop.
  set(CURLOPT_CLOSESOCKETFUNCTION, &CurlExchange::on_close_socket);
  set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(&host_));
  return good && set_up_headers();
}

bool CurlExchange::set_up_headers() {
  const auto add = [&](const char* header) {
    curl_slist* longer = curl_slist_append(headers_.get(), header);
    if (longer == nullptr) return false;
    (void)headers_.release();
    headers_.reset(longer);
    return true;
  };
  // Without it libcurl waits for "100 Continue" before it sends a large body.
  bool good = add("Expect:");
  for (const std::string& header : post_.headers) good = good && add(header.c_str());
  return good && curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers_.get()) == CURLE_OK;
}

void CurlExchange::pause() {
  if (paused_ || done_told_) return;
  paused_ = true;
  if (!attached_) return;
  curl_easy_pause(easy_.get(), CURLPAUSE_RECV);
  arm_deadline();
}

void CurlExchange::resume() {
  if (!paused_) return;
  paused_ = false;
  last_byte_ = core_.now();
  host_.make_ready(*this);
  if (!attached_) return;
  curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
  arm_deadline();
}

void CurlExchange::deliver() {
  bool destroyed = false;
  destroyed_ = &destroyed;
  if (!paused_ && head_complete_ && !head_told_) {
    head_told_ = true;
    observer_.on_head(head_);
    if (destroyed) return;
  }
  if (!paused_ && head_told_ && !inbox_.empty()) {
    const std::string bytes = std::exchange(inbox_, {});
    observer_.on_body(bytes);
    if (destroyed) return;
  }
  if (!paused_ && result_ && !done_told_) {
    done_told_ = true;
    observer_.on_done(*result_);
    if (destroyed) return;
  }
  destroyed_ = nullptr;
}

void CurlExchange::finish(CURLcode code) {
  attached_ = false;
  if (code == CURLE_OK) complete_head();
  end(result_of(code));
}

void CurlExchange::end(Result<> result) {
  if (attached_) host_.detach(*this);
  attached_ = false;
  deadline_.cancel();
  result_ = std::move(result);
  host_.make_ready(*this);
}

Result<> CurlExchange::result_of(CURLcode code) const {
  if (code == CURLE_OK) return ok();
  if (overflow_ == Overflow::kBody)
    return fail(Code::output_too_large, fmt::format("the agent's answer is larger than {}",
                                                    format_byte_size(post_.limits.body_bytes_max)));
  if (overflow_ == Overflow::kHead)
    return fail(Code::agent_protocol,
                fmt::format("the head of the agent's answer is larger than {}",
                            format_byte_size(post_.limits.head_bytes_max)));
  const Code meaning = code_of(code, easy_.get());
  // The address stays in the log: users see the message.
  GP_LOG_DEBUG(kRoom, "POST {}: {}", post_.url, curl_easy_strerror(code));
  return fail(meaning, fmt::format("{}: {}", what_happened(meaning), curl_easy_strerror(code)));
}

void CurlExchange::arm_deadline() {
  MonotonicTime at = begun_ + post_.timeouts.total;
  if (!paused_) at = std::min(at, last_byte_ + post_.timeouts.idle);
  deadline_.arm(std::max(at - core_.now(), Duration(std::chrono::milliseconds(1))),
                [this] { check_deadline(); });
}

void CurlExchange::check_deadline() {
  const MonotonicTime now = core_.now();
  if (now - begun_ >= post_.timeouts.total)
    return end(fail(Code::agent_timeout,
                    fmt::format("the agent took longer than {}", seconds(post_.timeouts.total))));
  if (!paused_ && now - last_byte_ >= post_.timeouts.idle)
    return end(fail(Code::agent_timeout,
                    fmt::format("the agent sent nothing for {}", seconds(post_.timeouts.idle))));
  arm_deadline();
}

// Usually one line a call; but what came while the transfer was paused comes at once
// (libcurl 7.88), so the end of the head is looked for at the end of the bytes, and the body's
// first byte or the end of the transfer tells it too.
bool CurlExchange::take_head(std::string_view bytes) {
  last_byte_ = core_.now();
  head_bytes_ += bytes.size();
  if (head_bytes_ > post_.limits.head_bytes_max) {
    overflow_ = Overflow::kHead;
    return false;
  }
  if (bytes == "\r\n" || bytes == "\n" || bytes.ends_with("\n\r\n")) complete_head();
  return true;
}

void CurlExchange::complete_head() {
  if (head_complete_) return;
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status < 200) return;
  const char* content_type = nullptr;
  curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_TYPE, &content_type);
  head_ = HttpHead{static_cast<int>(status), content_type == nullptr ? "" : content_type};
  head_complete_ = true;
  host_.make_ready(*this);
}

bool CurlExchange::take_body(std::string_view bytes) {
  last_byte_ = core_.now();
  body_bytes_ += bytes.size();
  if (body_bytes_ > post_.limits.body_bytes_max) {
    overflow_ = Overflow::kBody;
    return false;
  }
  complete_head();
  inbox_ += bytes;
  host_.make_ready(*this);
  return true;
}

std::size_t CurlExchange::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  const bool taken = static_cast<CurlExchange*>(self)->take_head({bytes, size * count});
  return taken ? size * count : 0;
}

std::size_t CurlExchange::on_write(char* bytes, std::size_t size, std::size_t count, void* self) {
  const bool taken = static_cast<CurlExchange*>(self)->take_body({bytes, size * count});
  return taken ? size * count : 0;
}

int CurlExchange::on_close_socket(void* host, curl_socket_t socket) {
  static_cast<CurlExchangeHost*>(host)->close_socket(socket);
  return 0;
}

}  // namespace gp::agent_http
