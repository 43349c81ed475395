/// SseParser: an incremental reader of Server-Sent Events.
///
/// Source:     WHATWG HTML section 9.2.6 "Interpreting an event stream": lines end with CR, LF or
/// CRLF; one leading BOM is skipped;
///             an event still open when the stream ends is discarded. The bytes may be cut
///             anywhere.
/// Use:        feed(bytes), then next() until it returns nothing; what is fed and not yet read is
/// kept. Text:       fields are given as the bytes that came; invalid UTF-8 is the reader's to
/// replace. On limit:   error() is set, and nothing more is returned.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_size.h"
#include "base/result.h"

namespace gp::agent_http {

struct SseLimits {
  /// One line without its end. Reaction: error agent_protocol.
  std::size_t line_bytes_max = kMiB;
  /// The data of one event. Reaction: error agent_protocol.
  std::size_t event_bytes_max = 4 * kMiB;
};

struct SseEvent {
  std::string type;  ///< of the `event` field; "message" if there was none
  std::string data;  ///< its lines joined by LF
};

class SseParser {
 public:
  explicit SseParser(SseLimits limits = {}) : limits_(limits) {}

  /// Takes more of the stream. Ignored once error() is set.
  void feed(std::string_view bytes);
  /// The next whole event; nothing if more bytes are needed or error() is set.
  std::optional<SseEvent> next();

  const std::optional<Error>& error() const { return error_; }
  /// The value of the latest `id` field; it stays until another one comes.
  const std::string& last_event_id() const { return last_event_id_; }
  /// The latest `retry` field.
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }

 private:
  bool skip_bom();
  std::optional<std::string_view> next_line();
  void take_line(std::string_view line);
  void take_field(std::string_view name, std::string_view value);
  std::optional<SseEvent> dispatch();

  SseLimits limits_;
  std::string buffer_;
  std::size_t read_ = 0;     // of buffer_, lines taken
  std::size_t scanned_ = 0;  // of buffer_, known to hold no end of a line after read_
  bool bom_checked_ = false;
  bool skip_line_feed_ = false;  // the last line ended with CR
  std::string type_;
  std::string data_;
  bool has_data_ = false;
  std::string last_event_id_;
  std::optional<std::chrono::milliseconds> retry_;
  std::optional<Error> error_;
};

}  // namespace gp::agent_http
