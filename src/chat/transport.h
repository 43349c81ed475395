/// Transport: what a Connection needs of whatever carries it. The gateway binds it to net; tests
/// bind it to memory.
#pragma once

#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "base/shared_bytes.h"

namespace gp::chat {

/// Takes frames while there is room in the write at hand.
class FrameSink {
 public:
  virtual bool full() const = 0;
  /// A stored event, which has a place in its thread's log. Its bytes are shared by all readers of
  /// the core.
  virtual void event(Seq seq, const SharedBytes& frame) = 0;
  /// A frame without a seq: ack, error, snapshot, caught_up …
  virtual void frame(std::string_view frame) = 0;

 protected:
  ~FrameSink() = default;
};

class Transport {
 public:
  /// Connection::fill() will be called at the end of the turn, or as soon as the reader can take
  /// bytes again.
  virtual void want_flush() = 0;
  /// Nothing more is read until the frames that wait have been taken.
  virtual void pause_reading() = 0;
  /// After one more fill() the connection ends with the code's close number. Its Connection must
  /// then be closed.
  virtual void close(Code code, std::string_view reason) = 0;

 protected:
  ~Transport() = default;
};

}  // namespace gp::chat
