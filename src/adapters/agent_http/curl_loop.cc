#include "adapters/agent_http/curl_loop.h"

#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <deque>
#include <unordered_map>
#include <utility>

#include "adapters/agent_http/curl_exchange.h"
#include "base/assert.h"
#include "base/log.h"
#include "protocol/codes.h"
#include "runtime/asio_core.h"

namespace gp::agent_http {
namespace {

using boost::asio::posix::stream_descriptor;

// Idle connections kept for reuse.
constexpr long kIdleConnectionsMax = 64;

// libcurl's description of a socket in which it is interested.
class Watch {
 public:
  explicit Watch(boost::asio::io_context& io) : descriptor_(io) {}
  // The socket is libcurl's: it is let go, not closed.
  ~Watch() {
    if (descriptor_.is_open()) descriptor_.release();
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  bool open(curl_socket_t socket) {
    boost::system::error_code error;
    descriptor_.assign(socket, error);
    return !error;
  }
  void want(int what) { wanted_ = what; }
  bool wants(int direction) const { return (wanted_ & direction) != 0; }

  // Waits once for each wanted direction that is not being waited for. `ready` is not called after
  // destruction.
  template <class Ready>
  void arm(Ready ready) {
    arm_one(CURL_POLL_IN, stream_descriptor::wait_read, reading_, ready);
    arm_one(CURL_POLL_OUT, stream_descriptor::wait_write, writing_, ready);
  }

 private:
  template <class Ready>
  void arm_one(int direction, stream_descriptor::wait_type type, bool& waiting, Ready ready) {
    if (waiting || !wants(direction)) return;
    waiting = true;
    descriptor_.async_wait(type, [token = liveness_.token(), &waiting, direction,
                                  ready](boost::system::error_code error) mutable {
      if (!token.alive()) return;
      waiting = false;
      ready(direction, error);
    });
  }

  stream_descriptor descriptor_;
  int wanted_ = CURL_POLL_NONE;
  bool reading_ = false;
  bool writing_ = false;
  runtime::Liveness liveness_;
};

}  // namespace

class CurlLoop::Impl final : public CurlExchangeHost {
 public:
  explicit Impl(runtime::AsioCore& core);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  runtime::AsioCore& core() { return core_; }
  std::unique_ptr<HttpTransfer> post(HttpPost post, HttpObserver& observer);

  Result<> attach(CurlExchange& exchange) override;
  void detach(CurlExchange& exchange) override;
  void make_ready(CurlExchange& exchange) override;
  void forget(CurlExchange& exchange) override;
  void close_socket(curl_socket_t socket) override;

 private:
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* unused);
  static int on_timer(CURLM* multi, long milliseconds, void* self);

  void watch(curl_socket_t socket, int what);
  void arm(curl_socket_t socket);
  void socket_ready(curl_socket_t socket, int direction, bool failed);
  void set_timeout(long milliseconds);
  void drive(curl_socket_t socket, int events);
  void collect_finished();
  void deliver_ready();

  runtime::AsioCore& core_;
  CURLM* multi_;
  std::unordered_map<curl_socket_t, std::unique_ptr<Watch>> watches_;
  std::deque<CurlExchange*> ready_;
  std::size_t exchanges_ = 0;
  bool inside_curl_ = false;
  bool delivering_ = false;
  bool delivery_posted_ = false;
  bool timeout_posted_ = false;
  runtime::Timer timer_;
  runtime::Liveness liveness_;
};

CurlLoop::Impl::Impl(runtime::AsioCore& core) : core_(core), timer_(core) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  GP_ASSERT(initialised == CURLE_OK, "libcurl cannot be initialised");
  multi_ = curl_multi_init();
  GP_ASSERT(multi_ != nullptr, "libcurl cannot make a multi handle");
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Impl::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Impl::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kIdleConnectionsMax);
}

CurlLoop::Impl::~Impl() {
  GP_ASSERT(exchanges_ == 0, "a CurlLoop was destroyed before its transfers");
  curl_multi_cleanup(multi_);
}

std::unique_ptr<HttpTransfer> CurlLoop::Impl::post(HttpPost post, HttpObserver& observer) {
  core_.assert_here();
  ++exchanges_;
  return std::make_unique<CurlExchange>(*this, core_, std::move(post), observer);
}

Result<> CurlLoop::Impl::attach(CurlExchange& exchange) {
  if (curl_multi_add_handle(multi_, exchange.easy()) != CURLM_OK)
    return fail(Code::internal, "libcurl refused the request");
  return ok();
}

void CurlLoop::Impl::detach(CurlExchange& exchange) {
  curl_multi_remove_handle(multi_, exchange.easy());
}

void CurlLoop::Impl::make_ready(CurlExchange& exchange) {
  if (!std::exchange(exchange.queued, true)) ready_.push_back(&exchange);
  if (inside_curl_ || delivering_ || delivery_posted_) return;
  delivery_posted_ = true;
  core_.post([this, token = liveness_.token()] {
    if (!token.alive()) return;
    delivery_posted_ = false;
    deliver_ready();
  });
}

void CurlLoop::Impl::forget(CurlExchange& exchange) {
  if (exchange.queued) std::erase(ready_, &exchange);
  --exchanges_;
}

void CurlLoop::Impl::close_socket(curl_socket_t socket) {
  watches_.erase(socket);
  ::close(socket);
}

int CurlLoop::Impl::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  static_cast<Impl*>(self)->watch(socket, what);
  return 0;
}

int CurlLoop::Impl::on_timer(CURLM*, long milliseconds, void* self) {
  static_cast<Impl*>(self)->set_timeout(milliseconds);
  return 0;
}

void CurlLoop::Impl::watch(curl_socket_t socket, int what) {
  if (what == CURL_POLL_REMOVE) {
    watches_.erase(socket);
    return;
  }
  std::unique_ptr<Watch>& watch = watches_[socket];
  if (watch == nullptr) {
    watch = std::make_unique<Watch>(core_.io());
    if (!watch->open(socket)) {
      // The transfer ends by its timeout.
      GP_LOG_ERROR("agent_http", "socket {} cannot be watched", socket);
      watches_.erase(socket);
      return;
    }
  }
  watch->want(what);
  arm(socket);
}

void CurlLoop::Impl::arm(curl_socket_t socket) {
  const auto found = watches_.find(socket);
  if (found == watches_.end()) return;
  found->second->arm([this, socket](int direction, boost::system::error_code error) {
    socket_ready(socket, direction, error.failed());
  });
}

void CurlLoop::Impl::socket_ready(curl_socket_t socket, int direction, bool failed) {
  const auto found = watches_.find(socket);
  if (found == watches_.end() || !found->second->wants(direction)) return;
  runtime::Core::Turn turn(core_);
  const int events = direction == CURL_POLL_IN ? CURL_CSELECT_IN : CURL_CSELECT_OUT;
  drive(socket, failed ? CURL_CSELECT_ERR : events);
  arm(socket);
}

// libcurl must not be called from its own timer callback, so "at once" is a task.
void CurlLoop::Impl::set_timeout(long milliseconds) {
  timer_.cancel();
  if (milliseconds > 0) {
    timer_.arm(std::chrono::milliseconds(milliseconds), [this] { drive(CURL_SOCKET_TIMEOUT, 0); });
  } else if (milliseconds == 0 && !timeout_posted_) {
    timeout_posted_ = true;
    core_.post([this, token = liveness_.token()] {
      if (!token.alive()) return;
      timeout_posted_ = false;
      drive(CURL_SOCKET_TIMEOUT, 0);
    });
  }
}

void CurlLoop::Impl::drive(curl_socket_t socket, int events) {
  inside_curl_ = true;
  int running = 0;
  curl_multi_socket_action(multi_, socket, events, &running);
  collect_finished();
  inside_curl_ = false;
  deliver_ready();
}

void CurlLoop::Impl::collect_finished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    CurlExchange* exchange = CurlExchange::of(easy);
    curl_multi_remove_handle(multi_, easy);
    exchange->finish(code);
  }
}

void CurlLoop::Impl::deliver_ready() {
  if (delivering_) return;
  delivering_ = true;
  while (!ready_.empty()) {
    CurlExchange* exchange = ready_.front();
    ready_.pop_front();
    exchange->queued = false;
    exchange->deliver();
  }
  delivering_ = false;
}

CurlLoop::CurlLoop(runtime::AsioCore& core) : impl_(std::make_unique<Impl>(core)) {}
CurlLoop::~CurlLoop() = default;

std::unique_ptr<HttpTransfer> CurlLoop::post(HttpPost post, HttpObserver& observer) {
  return impl_->post(std::move(post), observer);
}

runtime::AsioCore& CurlLoop::core() { return impl_->core(); }

Result<> check_base_url(std::string_view url) {
  const std::string text(url);
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), &curl_url_cleanup);
  const auto has = [&](CURLUPart part) {
    char* value = nullptr;
    const bool found = curl_url_get(parsed.get(), part, &value, 0) == CURLUE_OK;
    curl_free(value);
    return found;
  };
  const bool web = text.starts_with("http://") || text.starts_with("https://");
  if (!web || parsed == nullptr ||
      curl_url_set(parsed.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK)
    return fail(Code::bad_request, "\"" + text + "\" is not an http:// or https:// URL");
  if (has(CURLUPART_USER) || has(CURLUPART_QUERY) || has(CURLUPART_FRAGMENT))
    return fail(Code::bad_request, "\"" + text + "\" must have no user name, query or fragment");
  return ok();
}

}  // namespace gp::agent_http
