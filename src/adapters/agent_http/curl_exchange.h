/// CurlExchange: one transfer of a CurlLoop: its easy handle, deadlines and what has been read but
/// not yet told.
///
/// Private to this room: it is the only header that names libcurl.
#pragma once

#include <curl/curl.h>

#include <optional>

#include "adapters/agent_http/curl_loop.h"
#include "runtime/core.h"

namespace gp::agent_http {

class CurlExchange;

/// What an exchange asks of its loop.
class CurlExchangeHost {
 public:
  /// Errors: internal if libcurl refuses.
  virtual Result<> attach(CurlExchange& exchange) = 0;
  /// Takes the handle from libcurl; an unfinished one loses its connection.
  virtual void detach(CurlExchange& exchange) = 0;
  /// deliver() shall be called once libcurl has returned.
  virtual void make_ready(CurlExchange& exchange) = 0;
  /// The exchange is being destroyed.
  virtual void forget(CurlExchange& exchange) = 0;
  virtual void close_socket(curl_socket_t socket) = 0;

 protected:
  ~CurlExchangeHost() = default;
};

class CurlExchange final : public HttpTransfer {
 public:
  CurlExchange(CurlExchangeHost& host, runtime::Core& core, HttpPost post, HttpObserver& observer);
  ~CurlExchange() override;
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  void pause() override;
  void resume() override;

  /// Tells the observer what is due. It may destroy this object.
  void deliver();
  /// libcurl is done with the handle, which is detached.
  void finish(CURLcode code);

  CURL* easy() const { return easy_.get(); }
  static CurlExchange* of(CURL* easy);

  bool queued = false;  ///< the host's own mark: it stands in the host's queue

 private:
  struct EasyCleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct ListCleanup {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  enum class Overflow { kNone, kHead, kBody };

  void begin();
  bool set_up();
  bool set_up_headers();
  bool take_head(std::string_view bytes);
  void complete_head();
  bool take_body(std::string_view bytes);
  void arm_deadline();
  void check_deadline();
  void end(Result<> result);
  Result<> result_of(CURLcode code) const;

  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_write(char* bytes, std::size_t size, std::size_t count, void* self);
  static int on_close_socket(void* host, curl_socket_t socket);

  CurlExchangeHost& host_;
  runtime::Core& core_;
  HttpPost post_;
  HttpObserver& observer_;
  std::unique_ptr<CURL, EasyCleanup> easy_;
  std::unique_ptr<curl_slist, ListCleanup> headers_;
  bool attached_ = false;
  bool paused_ = false;
  bool head_complete_ = false;
  bool head_told_ = false;
  bool done_told_ = false;
  bool* destroyed_ = nullptr;  // set while the observer is being told something
  Overflow overflow_ = Overflow::kNone;
  HttpHead head_;
  std::size_t head_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  std::string inbox_;  // body read and not yet told; at most what libcurl reads in one wake-up
  std::optional<Result<>> result_;
  MonotonicTime begun_;
  MonotonicTime last_byte_;
  runtime::Timer deadline_;
};

}  // namespace gp::agent_http
